import { likelyName, type ApiToken } from '#libs/config';
import { knownHubs, type ReportingDatabase } from '#libs/database/queries';

/** Of a handful of hubs, a short name is not near to many. */
const SHORTEST_HUB = 3;

/**
 * A sentence for each token whose hub nobody knows: its holder sees nothing, and is not told why. Before anything is stored
 * of a cluster nobody can know its hubs.
 *
 * @throws DatabaseUnavailable
 */
export async function describeUnknownHubs(
  reporting: ReportingDatabase,
  tokens: readonly ApiToken[],
): Promise<string[]> {
  const known = new Map<string, readonly string[]>();
  const sentences: string[] = [];
  for (const { name, hubs = [], cluster } of tokens) {
    if (cluster === undefined) continue;
    if (!known.has(cluster)) {
      const rows = await reporting.list<{ name: string }>(knownHubs(cluster));
      known.set(
        cluster,
        rows.map((row) => row.name),
      );
    }
    const stored = known.get(cluster)!;
    for (const hub of stored.length === 0 ? [] : hubs.filter((one) => !stored.includes(one))) {
      const meant = likelyName(hub, stored, SHORTEST_HUB);
      sentences.push(
        `token ${name} is for hub ${JSON.stringify(hub)}, of which cluster ${cluster} has no cost: ` +
          (meant === undefined ? `its hubs are ${stored.join(', ')}` : `is ${meant} meant?`),
      );
    }
  }
  return sentences;
}

const RETRY_MS = 60_000;

/** Tells what `describeUnknownHubs` found, as soon as the database answers. */
export async function warnOfUnknownHubs(
  reporting: ReportingDatabase,
  tokens: readonly ApiToken[],
  warn: (sentence: string) => void,
): Promise<void> {
  if (tokens.every(({ hubs }) => hubs === undefined)) return;
  try {
    for (const sentence of await describeUnknownHubs(reporting, tokens)) warn(sentence);
  } catch {
    // The database is away, or not migrated yet: requests and /ready tell so.
    setTimeout(() => void warnOfUnknownHubs(reporting, tokens, warn), RETRY_MS).unref();
  }
}
