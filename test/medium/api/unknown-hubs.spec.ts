import { ReportingDatabase } from '#libs/database/queries';
import { describeUnknownHubs } from '../../../apps/api/src/access/unknown-hubs.js';
import { atEnd } from '../../support/at-end.js';
import { databaseOfFile, type TestDatabase } from '../../support/database.js';
import { fillEstate } from './estate.js';

let database: TestDatabase;
let reporting: ReportingDatabase;
beforeAll(async () => {
  database = await databaseOfFile();
  await fillEstate(database.url);
  reporting = new ReportingDatabase(database.url, () => {});
  atEnd(() => reporting.close());
});
const token = (name: string, hubs: string[] | undefined, cluster?: string) => ({
  name,
  sha256: '',
  hubs,
  cluster,
  shared: true,
});

describe('a token for a hub that nobody knows', () => {
  it('is told with the likely name, or with those that there are', async () => {
    expect(
      await describeUnknownHubs(reporting, [
        token('admin', undefined),
        token('good', ['prod', 'staging'], 'alpha'),
        token('slip', ['prod', 'prdo'], 'alpha'),
        token('near', ['stagging'], 'alpha'),
        token('other', ['workshop'], 'alpha'),
        token('elsewhere', ['staging'], 'beta'),
      ]),
    ).toEqual([
      'token slip is for hub "prdo", of which cluster alpha has no cost: is prod meant?',
      'token near is for hub "stagging", of which cluster alpha has no cost: is staging meant?',
      'token other is for hub "workshop", of which cluster alpha has no cost: its hubs are prod, staging, support',
      'token elsewhere is for hub "staging", of which cluster beta has no cost: its hubs are prod',
    ]);
  });

  it('is not told before anything is stored of its cluster', async () => {
    expect(await describeUnknownHubs(reporting, [token('early', ['prod'], 'gamma')])).toEqual([]);
  });
});
