import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { startPrometheus, type EmbeddedPrometheus, type PrometheusOptions } from './prometheus.js';

/**
 * A real Prometheus that holds a history from before now, given as the chunks of one OpenMetrics text that ends in
 * `# EOF`. The text is written to disk as it comes and removed once Prometheus has it.
 */
export async function startPrometheusWithHistory(
  chunks: AsyncIterable<string>,
  options: Omit<PrometheusOptions, 'history'> = {},
): Promise<EmbeddedPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-history-'));
  try {
    const openMetricsFile = join(folder, 'history.om');
    await pipeline(chunks, createWriteStream(openMetricsFile));
    return await startPrometheus({ ...options, history: { openMetricsFile } });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
