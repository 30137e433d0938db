import { addDays, countDays, type Day, type DayWindow, type UsageDataset } from '#libs/domain';
import { failure, ok, warning, type Finding } from '../finding.js';

export interface MemoryFacts {
  /** The days that have costs: all that a first sync reads. */
  readonly window: DayWindow;
  /** Since when Prometheus has samples of each dataset; undefined: it has none. */
  readonly firstDays: ReadonlyMap<UsageDataset, Day | undefined>;
}

/** An outage of the sync as long as this loses days for good. */
const SHORT_MEMORY_DAYS = 7;

/** How far Prometheus remembers, against the days whose costs are read. */
export function judgeMemory({ window, firstDays }: MemoryFacts): Finding {
  const check = 'memory of Prometheus';
  const retention =
    'raise --storage.tsdb.retention.time (15d by default), or point PROMETHEUS_URL at a long-term store';
  const [longest] = [...firstDays.values()].filter((day) => day !== undefined).sort();
  if (longest === undefined) {
    return failure(
      check,
      'no samples of pods, directories or groups',
      'do what this table says of memory of pods, home directories and groups of users',
    );
  }
  const found = [...firstDays].map(([dataset, day]) => `${dataset} ${sinceWhen(day, window)}`).join(', ');
  const days = countDays({ from: longest, until: window.until });
  // Its first day may begin at any hour.
  if (longest <= addDays(window.from, 1)) return ok(check, `${found}: as far as costs go`);
  const loss = `costs before ${longest} have no usage to be shared by and stay unallocated`;
  if (days <= SHORT_MEMORY_DAYS) {
    return warning(
      check,
      `${found}: ${loss}, and so do days that an outage of the sync outlasts`,
      `if Prometheus is new, nothing: it remembers from now on; else ${retention}`,
    );
  }
  return warning(
    check,
    `${found}: ${loss}`,
    `${retention}; what is forgotten stays forgotten, what was synced is kept`,
  );
}

function sinceWhen(day: Day | undefined, window: DayWindow): string {
  return day === undefined ? 'never' : `since ${day} (${countDays({ from: day, until: window.until })} days)`;
}
