import { setTimeout as sleep } from 'node:timers/promises';
import { addDays } from '#libs/domain';
import { killLeftSyncs, runSync, startSync, type RunningSync } from '../sync/sync-process.js';
import { waitUntil } from '../../support/wait-until.js';
import { startDrillEstate, variablesOf, type DrillEstate } from './drill-estate.js';
import { randomNumbers } from '../../../libs/domain/testing/random-numbers.js';
import { roundsFrom, SEED } from './drill-settings.js';
import { differences, DrilledDatabase, NO_DIFFERENCE } from './drilled-database.js';

const KILLS = roundsFrom('DRILL_REPLICA_KILLS', 4);
const EVERY_SECOND = '* * * * * *';

let simulator: DrillEstate;
let database: DrilledDatabase;
let undisturbed: DrilledDatabase;
let watch: { stop(): Promise<number> } | undefined;
beforeAll(async () => {
  simulator = await startDrillEstate();
  database = await DrilledDatabase.create();
  undisturbed = await DrilledDatabase.create();
});
afterAll(async () => {
  killLeftSyncs();
  await watch?.stop();
  await database?.drop();
  await undisturbed?.drop();
  await simulator?.close();
});

const start = () => startSync([], { ...variablesOf(simulator, database.url), SYNC_CRON: EVERY_SECOND });

/** Looks all the time, and keeps the most runs that it saw at work at once. */
function watchRuns(): { stop(): Promise<number> } {
  let most = 0;
  const end = new AbortController();
  const watching = (async () => {
    for (; !end.signal.aborted; await sleep(10)) {
      const rows = await database
        .query<{ count: number }>(`SELECT count(*)::int FROM sync_runs WHERE status = 'running'`)
        .catch(() => []);
      most = Math.max(most, rows[0]?.count ?? 0);
    }
  })();
  return {
    stop: async () => {
      end.abort();
      await watching;
      return most;
    },
  };
}

/** Runs of before a migration are none. */
const runs = async () => ((await database.isMigrated()) ? database.runs() : []);

async function untilAnotherRunSucceeds(): Promise<void> {
  const before = (await runs()).length;
  await waitUntil(async () =>
    (await runs()).slice(before).some(({ source, status }) => source === 'prometheus' && status === 'succeeded'),
  );
}

describe(`two syncs of one cluster (DRILL_SEED=${SEED}, DRILL_REPLICA_KILLS=${KILLS})`, () => {
  it('that are killed at random work one at a time, take over from each other, and double nothing', async () => {
    const roll = randomNumbers(SEED);
    const replicas: RunningSync[] = [start(), start()];
    watch = watchRuns();
    const killSome = async (kills: number) => {
      for (let killed = 0; killed < kills; killed += 1) {
        await sleep(roll() * 4_000);
        const which = roll() < 0.5 ? 0 : 1;
        replicas[which]!.signal('SIGKILL');
        await replicas[which]!.ended;
        if (await database.isMigrated()) expect(await database.brokenDays()).toEqual([]);
        replicas[which] = start();
      }
    };

    await killSome(Math.ceil(KILLS / 2));
    await untilAnotherRunSucceeds();
    const { today } = simulator.estate.options;
    expect(await runSync(['--once'], variablesOf(simulator, undisturbed.url))).toMatchObject({ code: 0 });
    simulator.faults.add({ kind: 'restatement', from: addDays(today, -20), until: addDays(today, 1), percent: 109 });
    await killSome(Math.floor(KILLS / 2));
    await untilAnotherRunSucceeds();
    // A process that has not said anything yet may not listen to signals either, and would end by this one.
    for (const replica of replicas) await replica.untilItSays(/run started|another sync|next run|catch up/);
    for (const replica of replicas) replica.signal('SIGTERM');
    for (const replica of replicas) expect(await replica.ended).toMatchObject({ code: 0 });
    expect(await watch.stop()).toBe(1);

    expect(await runSync(['--once'], variablesOf(simulator, database.url))).toMatchObject({ code: 0 });
    expect(await runSync(['--once'], variablesOf(simulator, undisturbed.url))).toMatchObject({ code: 0 });
    expect(differences(await database.everyRow(), await undisturbed.everyRow())).toEqual(NO_DIFFERENCE);
    const restatements = await undisturbed.query(`SELECT FROM cost_restatements`);
    expect(restatements.length).toBeGreaterThan(50);
    expect((await database.runs()).filter(({ status }) => status === 'running')).toEqual([]);
    await database.untilUnlocked();
  });

  it('at one time leave the cluster to one of them; the other says so and is not to blame', async () => {
    const exits = await Promise.all([1, 2].map(() => runSync(['--once'], variablesOf(simulator, database.url))));
    const codes = exits.map(({ code }) => code).sort();
    // The second may have started as the first had ended.
    expect(['0,0', '0,75']).toContain(codes.join());
    for (const { code, stderr } of exits) if (code === 75) expect(stderr).toMatch(/another sync works on this cluster/);
  });
});
