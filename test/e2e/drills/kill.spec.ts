import { setTimeout as sleep } from 'node:timers/promises';
import { addDays } from '#libs/domain';
import { killLeftSyncs, runSync, startSync } from '../sync/sync-process.js';
import { startDrillEstate, variablesOf, type DrillEstate } from './drill-estate.js';
import { randomNumbers } from '../../../libs/domain/testing/random-numbers.js';
import { roundsFrom, SEED } from './drill-settings.js';
import { differences, DrilledDatabase, NO_DIFFERENCE } from './drilled-database.js';

const KILLS = roundsFrom('DRILL_KILLS', 6);
/** Kills in a row, before a run is let through. */
const KILLS_PER_DATABASE = 3;

/** A run that nobody disturbed: what it left, and how long it took from its first line on, and up to there. */
interface Undisturbed {
  readonly rows: ReadonlySet<string>;
  readonly bootMs: number;
  readonly workMs: number;
}

type Variables = Readonly<Record<string, string>>;

const roll = randomNumbers(SEED);
let simulator: DrillEstate;
let empty: DrilledDatabase;
let complete: DrilledDatabase;

beforeAll(async () => {
  simulator = await startDrillEstate();
  empty = await DrilledDatabase.create();
});
afterAll(async () => {
  killLeftSyncs();
  await complete?.drop();
  await empty?.drop();
  await simulator?.close();
});

async function runUndisturbed(database: DrilledDatabase, more: Variables = {}): Promise<Undisturbed> {
  const startedMs = performance.now();
  const sync = startSync(['--once'], { ...variablesOf(simulator, database.url), ...more });
  await sync.untilItSays(/run started/);
  const begunMs = performance.now();
  const { code, stdout, stderr } = await sync.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/Costs .*: succeeded/);
  return {
    rows: await database.everyRow(),
    bootMs: begunMs - startedMs,
    workMs: performance.now() - begunMs,
  };
}

/** @returns whether it was killed: a run may be faster than the killer, who waits `workMs` at most. */
async function startAndKill(
  database: DrilledDatabase,
  { bootMs, workMs }: Pick<Undisturbed, 'bootMs' | 'workMs'>,
  more: Variables,
): Promise<boolean> {
  const sync = startSync(['--once'], { ...variablesOf(simulator, database.url), ...more });
  // One in six dies while it starts and migrates, the others at work.
  if (roll() < 1 / 6) {
    await sleep(roll() * bootMs);
  } else {
    await Promise.race([sync.untilItSays(/run started/), sync.ended]);
    await Promise.race([sleep(roll() * workMs), sync.ended]);
  }
  sync.signal('SIGKILL');
  const { code } = await sync.ended;
  await database.untilUnlocked();
  if (await database.isMigrated()) expect(await database.brokenDays()).toEqual([]);
  return code === null;
}

/** Kills so many syncs, a few on each copy of the database; then lets one through, and looks at what it leaves. */
async function drill(start: DrilledDatabase, usual: Undisturbed, kills: number, more: Variables = {}): Promise<void> {
  for (let killed = 0; killed < kills;) {
    const database = await start.clone();
    for (let here = 0; here < KILLS_PER_DATABASE && killed < kills; here += 1) {
      // What is left to do becomes less from kill to kill.
      const moments = { bootMs: usual.bootMs, workMs: usual.workMs / 2 ** here };
      if (!(await startAndKill(database, moments, more))) break;
      killed += 1;
    }
    const last = await runSync(['--once'], { ...variablesOf(simulator, database.url), ...more });
    expect(last).toMatchObject({ code: 0, stderr: '' });
    expect(differences(await database.everyRow(), usual.rows)).toEqual(NO_DIFFERENCE);
    expect((await database.runs()).filter(({ status }) => status === 'running')).toEqual([]);
    await database.untilUnlocked();
    await database.drop();
  }
}

describe(`syncs that are killed at random moments (DRILL_SEED=${SEED}, DRILL_KILLS=${KILLS})`, () => {
  it('in a first run, leave nothing that the next one does not make good', async () => {
    complete = await empty.clone();
    const usual = await runUndisturbed(complete);
    expect(usual.rows.size).toBeGreaterThan(5_000);
    await drill(empty, usual, Math.ceil(KILLS / 2));
  });

  it('in a run that restates and divides anew, leave nothing that the next one does not make good', async () => {
    const { today } = simulator.estate.options;
    simulator.faults.add({ kind: 'restatement', from: addDays(today, -20), until: addDays(today, 1), percent: 107 });
    const more = { ALLOCATION: 'cluster' };
    const database = await complete.clone();
    const usual = await runUndisturbed(database, more);
    const [restated] = await database.query(`SELECT count(*)::int FROM cost_restatements`);
    expect(restated!['count']).toBeGreaterThan(100);
    await database.drop();
    await drill(complete, usual, Math.floor(KILLS / 2), more);
  });
});
