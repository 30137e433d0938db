/** One series of a history: its labels, and the instants at which it was scraped with their values. */
export interface Series {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly { readonly at: string; readonly value: number }[];
}

/** The same value every `stepSeconds` from the first instant to the last, both included; instants as `2026-03-02T10:00:30`, UTC. */
export function every(stepSeconds: number, from: string, to: string, value: number): Series['samples'] {
  const samples: { at: string; value: number }[] = [];
  for (let ms = Date.parse(`${from}Z`); ms <= Date.parse(`${to}Z`); ms += stepSeconds * 1000) {
    samples.push({ at: new Date(ms).toISOString(), value });
  }
  return samples;
}

/** A history as OpenMetrics text, as `promtool tsdb create-blocks-from openmetrics` reads it. */
export function openMetrics(series: readonly Series[]): string {
  const lines: string[] = [];
  for (const metric of new Set(series.map((one) => one.metric))) {
    lines.push(`# TYPE ${metric} gauge`);
    for (const { labels, samples } of series.filter((one) => one.metric === metric)) {
      const text = Object.entries(labels)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(',');
      for (const { at, value } of samples) lines.push(`${metric}{${text}} ${value} ${Date.parse(at) / 1000}`);
    }
  }
  return [...lines, '# EOF', ''].join('\n');
}
