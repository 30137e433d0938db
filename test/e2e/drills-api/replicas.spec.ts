import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '#libs/embedded';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { randomNumbers } from '../../../libs/domain/testing/random-numbers.js';
import { roundsFrom, SEED } from '../drills/drill-settings.js';
import { ApiProcess } from './api-process.js';
import { Load, type Sample } from './load.js';
import { CLUSTER, DAYS, RevisionWriter } from './revisions.js';

/** Times that an API is killed. */
const KILLS = roundsFrom('DRILL_API_KILLS', 4);
const READERS = 6;
/** A change is heard of at once; this is for a machine that is busy with other things. */
const HEARD_MS = 10_000;

let database: TestDatabase;
let apis: ApiProcess[];

beforeAll(async () => {
  database = await createTestDatabase();
  const variables = { DATABASE_URL: database.url, CLUSTER_NAME: CLUSTER };
  apis = [];
  for (let n = 0; n < 2; n++) apis.push(new ApiProcess(await findFreePort(), variables));
});

afterAll(async () => {
  await Promise.all(apis.map((api) => api.end('SIGKILL')));
  await database?.drop();
});

const RANGE = `from=${DAYS[0]}&to=${DAYS.at(-1)}`;

interface Row {
  readonly date: string;
  readonly name: string;
  readonly component: string;
  readonly hub: string;
  readonly user: string;
  readonly cost: string | number;
  readonly value: number;
}

/** One day of an answer, as amounts by name. */
type Amounts = Readonly<Record<string, number>>;

/** The questions, each with how the revision of a day is read from the answer, and what the answer then must be. */
const QUESTIONS: Readonly<
  Record<string, { key: (row: Row) => string; at: (revision: number) => Amounts; by: string; per: number }>
> = {
  [`/total_costs?${RANGE}`]: {
    key: ({ name }) => name,
    by: 'attributable',
    per: 11,
    at: (r) => ({ account: 5000 + 11 * r, attributable: 1000 + 11 * r }),
  },
  [`/total_costs_per_hub?${RANGE}`]: {
    key: ({ name }) => name,
    by: 'support',
    per: 3,
    at: (r) => ({ prod: r, staging: 7 * r, support: 1000 + 3 * r }),
  },
  [`/total_costs_per_hub?${RANGE}&shared=usage`]: {
    key: ({ name }) => name,
    by: 'support',
    per: 3,
    at: (r) => ({ prod: r, staging: 7 * r, support: 1000 + 3 * r }),
  },
  [`/total_costs_per_component?${RANGE}`]: {
    key: ({ component }) => component,
    by: 'core',
    per: 3,
    at: (r) => ({ compute: 8 * r, core: 1000 + 3 * r }),
  },
  [`/total_costs_per_group?${RANGE}`]: {
    key: () => 'everyone',
    by: 'everyone',
    per: 8,
    at: (r) => ({ everyone: 8 * r }),
  },
  [`/costs_per_user?${RANGE}`]: {
    key: ({ user }) => user,
    by: 'prod-1',
    per: 0.5,
    at: (r) => ({ 'prod-1': r / 2, 'prod-2': r / 2, 'staging-1': (7 * r) / 2, 'staging-2': (7 * r) / 2 }),
  },
};
const PATHS = Object.keys(QUESTIONS);

/** The revision of each day of an answer. @throws Error when a day is of none: a mixture, or incomplete. */
function revisionsOf({ path, text }: Sample): Map<string, number> {
  const { key, at, by, per } = QUESTIONS[path]!;
  const days = new Map<string, Record<string, number>>();
  for (const row of JSON.parse(text) as Row[]) {
    const amounts = days.get(row.date) ?? {};
    if (key(row) in amounts) throw new Error(`${path}: ${key(row)} twice on ${row.date}`);
    amounts[key(row)] = Number(row.cost ?? row.value);
    days.set(row.date, amounts);
  }
  expect([...days.keys()].toSorted()).toEqual(DAYS);
  return new Map(
    [...days].map(([day, amounts]) => {
      const revision =
        ((amounts[by] ?? Number.NaN) - (by === 'support' || by === 'core' || by === 'attributable' ? 1000 : 0)) / per;
      expect({ path, day, amounts }).toEqual({ path, day, amounts: at(revision) });
      return [day, revision];
    }),
  );
}

it(`two APIs, killed and started ${KILLS} times while days are replaced, answer of committed days alone`, async () => {
  const random = randomNumbers(SEED);
  const writer = await RevisionWriter.start(database.url);
  await Promise.all(apis.map((api) => api.start()));
  const loads = apis.map(
    (api) =>
      new Load(
        () => api.url,
        READERS / 2,
        (n) => PATHS[n % PATHS.length]!,
      ),
  );
  const writes = { isOver: false };
  const writing = (async () => {
    for (let revision = 2; !writes.isOver; revision++) {
      for (const day of DAYS) {
        await writer.write(day, revision);
        await sleep(random() * 60);
      }
    }
  })();
  for (let kill = 0; kill < KILLS; kill++) {
    await sleep(300 + random() * 1500);
    const api = apis[random() < 0.5 ? 0 : 1]!;
    await api.end(random() < 0.7 ? 'SIGKILL' : 'SIGTERM');
    await sleep(random() * 500);
    await api.start();
  }
  await sleep(1000);
  writes.isOver = true;
  await writing;
  await sleep(HEARD_MS);
  const settledAt = performance.now();
  const settled = (load: Load) => load.samples.filter(({ askedAt, status }) => askedAt > settledAt && status === 200);
  while (loads.some((load) => settled(load).length <= PATHS.length)) await sleep(100);
  await Promise.all(loads.map((load) => load.stop()));

  const samples = loads.flatMap((load) => load.samples);
  const good = samples.filter(({ status }) => status === 200);
  // Connections that were refused or cut; whatever was answered, was answered right.
  expect(samples.filter(({ status }) => ![0, 200].includes(status))).toEqual([]);
  let newest = 0;
  for (const sample of good) {
    for (const [day, revision] of revisionsOf(sample)) {
      const { path, askedAt, answeredAt } = sample;
      const oldest = writer.revisionBefore(day, askedAt - HEARD_MS);
      const possible = revision >= oldest && revision <= writer.begun;
      expect({ path, day, revision, oldest, askedAt, answeredAt, possible }).toMatchObject({ possible: true });
      newest = Math.max(newest, revision);
    }
  }
  for (const load of loads) {
    const last = settled(load);
    expect(last.length).toBeGreaterThan(PATHS.length);
    for (const sample of last) {
      for (const [day, revision] of revisionsOf(sample))
        expect([day, revision]).toEqual([day, writer.revisionBefore(day, settledAt)]);
    }
  }
  process.stderr.write(
    `replica drill: ${good.length} answers of ${newest} revisions, ${samples.length - good.length} cut by ${KILLS} kills, seed ${SEED}\n`,
  );
  expect(newest).toBeGreaterThan(5);
  await writer.end();
});
