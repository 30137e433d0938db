/** What a query costs the server, as it says itself, and what came back. */
export interface Cost {
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
  readonly answerBytes: number;
  readonly serverMs: number;
  /** Samples that were looked at. */
  readonly queryableSamples: number;
  /** Most samples in memory at once: what `--query.max-samples` bounds. */
  readonly peakSamples: number;
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly { metric: Record<string, string>; value: [number, string] }[];
    readonly stats: {
      readonly timings: { readonly execTotalTime: number };
      readonly samples: { readonly totalQueryableSamples: number; readonly peakSamples: number };
    };
  };
}

/** @throws Error with the server's reason. */
export async function askWithStats(url: string, promql: string, at: Date): Promise<Cost> {
  const form = new URLSearchParams({ query: promql, time: String(at.getTime() / 1000), stats: 'all' });
  const answer = await fetch(`${url}/api/v1/query`, { method: 'POST', body: form });
  const text = await answer.text();
  const { status, error, data } = JSON.parse(text) as Answer;
  if (status !== 'success') throw new Error(error);
  return {
    samples: data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) })),
    answerBytes: Buffer.byteLength(text),
    serverMs: data.stats.timings.execTotalTime * 1000,
    queryableSamples: data.stats.samples.totalQueryableSamples,
    peakSamples: data.stats.samples.peakSamples,
  };
}
