import {
  addDays,
  ALL_HUBS,
  COMPUTE,
  eachDay,
  escapeUsername,
  HOME_STORAGE,
  hubOfNamespace,
  MEMBERSHIPS,
  quantityOf,
  type AttributionConfig,
  type DatasetReading,
  type Day,
  type GroupMembership,
  type NodeCapacity,
  type UserUsage,
} from '#libs/domain';
import type { Estate, Simulator } from '../../simulator/src/index.js';
import type { SourceSummary } from '../../sync/src/run-summary.js';
import { recordRun } from '../../sync/src/steps/record-run.js';
import type { SyncWork } from '../../sync/src/task.js';

/** Stores what everybody really used, of every day that a Prometheus would remember and was not lost, in the place of the sync's reading. */
export function storeTrueUsage(work: SyncWork, { estate, lostDays }: Simulator): Promise<SourceSummary> {
  const { config, policy, session, signal, today, progress } = work;
  const window = { from: estate.usageFrom, until: addDays(today, 1) };
  return recordRun(work, { source: 'prometheus', window }, async (run, tally) => {
    const days = eachDay(window).filter((day) => !lostDays.includes(day));
    tally.daysDue = days.length;
    for (const day of days) {
      signal.throwIfAborted();
      const readings = trueReadings(estate, day, config.attribution);
      const stored = await session.replaceUsageDay(run, readings, new Date(), policy);
      tally.days += 1;
      tally.daysChanged += Number(stored.changed);
      tally.rowsWritten += stored.rowsWritten;
      progress.show(`storing usage: ${tally.days} of ${days.length} days`);
    }
    tally.notes.push('the simulated usage itself: there is no Prometheus on this machine');
  });
}

/** A day as a Prometheus that missed nothing would give it, of the measures that the estate knows. */
function trueReadings(estate: Estate, day: Day, attribution: AttributionConfig): DatasetReading[] {
  const reading = { day, hub: ALL_HUBS, coverage: 1 };
  const usage = (component: string, measure: string): UserUsage[] =>
    estate
      .trueByteSeconds(day)
      .filter((row) => row.component === component)
      .map(({ namespace, username, byteSeconds }) => {
        const hub = hubOfNamespace(attribution, namespace);
        return { hub, username, measure, instanceType: '', quantity: byteSeconds * 1000n };
      });
  const shares = estate.trueNodeShares(day).map(({ namespace, username, instanceType, nodeSeconds }): UserUsage => ({
    hub: hubOfNamespace(attribution, namespace),
    username,
    measure: 'node_share',
    instanceType,
    quantity: quantityOf(nodeSeconds, 'node-seconds'),
  }));
  return [
    {
      ...reading,
      dataset: 'compute',
      measures: ['node_share', 'memory_requested'],
      rows: [...shares, ...usage(COMPUTE, 'memory_requested')],
      capacity: capacityOf(estate, day),
    },
    { ...reading, dataset: 'home storage', measures: ['home_stored'], rows: usage(HOME_STORAGE, 'home_stored') },
    { ...reading, dataset: MEMBERSHIPS, measures: [], rows: membershipsOf(estate, day, attribution) },
  ];
}

function capacityOf(estate: Estate, day: Day): NodeCapacity[] {
  const seconds = new Map<string, number>();
  for (const { type, fromMs, untilMs } of estate.nodesOn(day)) {
    seconds.set(type.name, (seconds.get(type.name) ?? 0) + (untilMs - fromMs) / 1000);
  }
  return [...seconds].map(([instanceType, nodeSeconds]) => ({
    instanceType,
    nodeSeconds: quantityOf(nodeSeconds, 'node-seconds'),
  }));
}

function membershipsOf(estate: Estate, day: Day, attribution: AttributionConfig): GroupMembership[] {
  return estate.people.flatMap((person) => {
    const groups = estate.groupsOn(person, day);
    if (!groups) return [];
    const { namespace, username } = person;
    const own = {
      hub: hubOfNamespace(attribution, namespace),
      username,
      usernameEscaped: escapeUsername(username),
    };
    // Known, and in no group: one row that says so.
    return (groups.length > 0 ? groups : [null]).map((usergroup) => ({ ...own, usergroup }));
  });
}
