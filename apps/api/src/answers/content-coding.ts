import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** How a body is sent: as it is, or compressed (RFC 9110, section 8.4.1). */
export type Coding = 'identity' | 'gzip' | 'br';

/** Below this many bytes a compressed body saves no packet. */
const MIN_BYTES = 1024;
/** Of 11: as fast as gzip, and smaller. */
const BROTLI_QUALITY = 4;

/** The coding to answer with: the preferred one of those that are accepted, brotli before gzip. */
export function chooseCoding(acceptEncoding: string | undefined, bytes: number): Coding {
  if (acceptEncoding === undefined || bytes < MIN_BYTES) return 'identity';
  const accepted = new Map(acceptEncoding.split(',').map(parseCoding));
  const weightOf = (coding: Coding) => accepted.get(coding) ?? accepted.get('*') ?? 0;
  const [br, gzip] = [weightOf('br'), weightOf('gzip')];
  if (br > 0 && br >= gzip) return 'br';
  return gzip > 0 ? 'gzip' : 'identity';
}

function parseCoding(item: string): [name: string, weight: number] {
  const [name = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  return [name, weight === undefined ? 1 : Number(weight.slice(2)) || 0];
}

const compressors = { gzip: promisify(gzip), br: promisify(brotliCompress) };

/** Off the main thread. */
export function compress(body: Buffer, coding: Exclude<Coding, 'identity'>): Promise<Buffer> {
  if (coding === 'gzip') return compressors.gzip(body);
  return compressors.br(body, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
    },
  });
}
