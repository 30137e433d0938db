import {
  addDays,
  countDays,
  dayOf,
  eachDay,
  HOME_STORAGE,
  startOfDay,
  type Day,
  type DayWindow,
  type UsageDataset,
} from '#libs/domain';
import type { PrometheusClient } from './prometheus.client.js';
import { presence, SECONDS_PER_DAY, type Source } from './queries.js';
import type { QuerySettings } from './selectors.js';

// The age up to which a sample counts as current: steps of this length leave no sample unseen.
const PRESENCE_STEP_SECONDS = 300;
// 1,440 points of the 11,000 that a server allows; with 20,000 series 29 of its 50 million samples.
const PRESENCE_CHUNK_DAYS = 5;

/** The days of the window with samples of any of the sources, or with sizes that last from before; in order. */
export async function fetchRememberedDays(
  client: PrometheusClient,
  settings: QuerySettings,
  sources: ReadonlyMap<UsageDataset, Source>,
  window: DayWindow,
): Promise<Day[]> {
  const lookbackDays = Math.ceil(settings.homeStorageLookbackSeconds / SECONDS_PER_DAY);
  const remembered = new Set<Day>();
  for (const [dataset, source] of sources) {
    const lastsDays = dataset === HOME_STORAGE ? lookbackDays : 0;
    for (const chunk of chunksOf({ from: addDays(window.from, -lastsDays), until: window.until })) {
      const told = { from: chunk.from, until: addDays(chunk.until, lastsDays) };
      if (eachDay(told).every((day) => remembered.has(day))) continue;
      const start = startOfDay(chunk.from);
      const end = new Date(startOfDay(chunk.until).getTime() - 1);
      const query = presence(settings, source);
      const instants = await client.fetchInstantsWithValue(query, start, end, PRESENCE_STEP_SECONDS);
      for (const day of new Set(instants.map(dayOf))) {
        for (const known of eachDay({ from: day, until: addDays(day, lastsDays + 1) })) remembered.add(known);
      }
    }
  }
  return [...remembered].filter((day) => day >= window.from && day < window.until).sort();
}

function chunksOf(window: DayWindow): DayWindow[] {
  const count = Math.ceil(countDays(window) / PRESENCE_CHUNK_DAYS);
  return Array.from({ length: count }, (_, index) => {
    const from = addDays(window.from, index * PRESENCE_CHUNK_DAYS);
    const until = addDays(from, PRESENCE_CHUNK_DAYS);
    return { from, until: until < window.until ? until : window.until };
  });
}
