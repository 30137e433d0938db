/** The offset of scrapes from the full minute, in ms: no scrape coincides with midnight or with a query's step. */
const PHASE_MS = 11_000;
const MINUTE_MS = 60_000;

/**
 * The instants in [fromMs, untilMs) at which a scrape every `intervalSeconds` takes its samples. The grid is absolute,
 * and has a scrape in the minute before every multiple of the interval: hourly samples are still current at the full
 * hour, for which Prometheus looks back five minutes.
 */
export function scrapeInstants(intervalSeconds: number, fromMs: number, untilMs: number): number[] {
  const intervalMs = intervalSeconds * 1000;
  const instants: number[] = [];
  for (let atMs = nextScrape(intervalMs, fromMs); atMs < untilMs; atMs += intervalMs) instants.push(atMs);
  return instants;
}

function nextScrape(intervalMs: number, fromMs: number): number {
  const offsetMs = PHASE_MS - MINUTE_MS;
  return Math.ceil((fromMs - offsetMs) / intervalMs) * intervalMs + offsetMs;
}

/**
 * Of the instants, those that Prometheus needs to take the series as current throughout: the first, the last, and one
 * in at most five minutes between. A query that only asks whether the series exists has the same result as with all.
 */
export function sparseInstants(instants: readonly number[]): number[] {
  const keptEveryMs = 4 * MINUTE_MS;
  let latestMs = -Infinity;
  return instants.filter((atMs, index) => {
    const isKept = index === instants.length - 1 || atMs - latestMs >= keptEveryMs || nextIsTooLate(index);
    if (isKept) latestMs = atMs;
    return isKept;
  });

  function nextIsTooLate(index: number): boolean {
    return instants[index + 1]! - latestMs > 5 * MINUTE_MS;
  }
}
