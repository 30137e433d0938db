import type { Labels } from '../../apps/simulator/src/openmetrics/exposition.js';

/** Samples of one series; a value of `STALE` is the marker that a scrape leaves where a series has vanished. */
export interface WrittenSeries {
  readonly labels: Labels;
  readonly samples: readonly { readonly atMs: number; readonly value: number | typeof STALE }[];
}

export const STALE = Symbol('stale');
const STALE_BITS = 0x7ff0000000000002n;

/**
 * Writes samples into a Prometheus that accepts remote write; each call's may not be older than an hour before those of
 * the calls before. Text cannot hold what this can: stale markers. Wire format: remote write 1.0,
 * https://prometheus.io/docs/specs/prw/remote_write_spec/
 *
 * @throws Error with the server's reason.
 */
export async function writeRemotely(url: string, series: readonly WrittenSeries[]): Promise<void> {
  const body = snappyLiteral(Buffer.concat(series.map((one) => field(1, encodeSeries(one)))));
  const answer = await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    body: new Uint8Array(body),
  });
  if (!answer.ok) throw new Error(`remote write: ${answer.status} ${await answer.text()}`);
}

function encodeSeries({ labels, samples }: WrittenSeries): Buffer {
  const pairs = Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(value))])));
  return Buffer.concat([...pairs, ...samples.map((sample) => field(2, encodeSample(sample)))]);
}

/** double value = 1; int64 timestamp = 2. */
function encodeSample({ atMs, value }: WrittenSeries['samples'][number]): Buffer {
  const number = Buffer.alloc(9);
  number[0] = (1 << 3) | 1;
  if (value === STALE) number.writeBigUInt64LE(STALE_BITS, 1);
  else number.writeDoubleLE(value, 1);
  return Buffer.concat([number, Buffer.of(2 << 3), varint(atMs)]);
}

/** A field of bytes, with its length before it. */
function field(number: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of((number << 3) | 2), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.of(...bytes, rest);
}

/** Snappy's block format without any compression: one literal with a length of four bytes. */
function snappyLiteral(content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(content.length - 1);
  return Buffer.concat([varint(content.length), Buffer.of(63 << 2), length, content]);
}
