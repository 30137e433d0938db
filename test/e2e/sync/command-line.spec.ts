import { createEmptyTestDatabase, type TestDatabase } from '../../support/database.js';
import { runMigrate, runSync } from './sync-process.js';

const NOWHERE = {
  DATABASE_URL: 'postgres://costs:s3cret-password@127.0.0.1:1/costs',
  CLUSTER_NAME: 'hub-cluster',
  PROMETHEUS_URL: 'http://127.0.0.1:1',
};

describe('the command line', () => {
  it('answers arguments that make no sense with the usage, and status 2', async () => {
    const { code, stdout, stderr } = await runSync(['--backfill', '2026-02-30', '2026-03-01'], NOWHERE);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^FROM is not a day such as 2026-01-31: 2026-02-30\nusage:\n.*--once.*--backfill FROM TO/s);
  });

  it('answers an unknown option in one line, and migrates nothing for whoever asks for help', async () => {
    expect((await runSync(['--onec'], NOWHERE)).stderr).toMatch(/^Unknown option '--onec'\nusage:/);
    expect(await runMigrate(NOWHERE, ['--help'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^usage: npm run migrate\n/),
    });
  });

  it('names every fault of the environment, without a stack or a value', async () => {
    const { code, stderr } = await runSync(['--once'], { DATABASE_URL: 's3cret', SYNC_CRON: 'now and then' });
    expect(code).toBe(1);
    for (const name of ['DATABASE_URL', 'CLUSTER_NAME', 'PROMETHEUS_URL', 'SYNC_CRON']) expect(stderr).toContain(name);
    expect(stderr).not.toMatch(/s3cret|now and then|\.js:\d+/);
  });

  it('warns beside them of a variable that looks like a missing one', async () => {
    const { stderr } = await runSync(['--once'], { ...NOWHERE, CLUSTER_NAME: '', CLUSTERNAME: 'hub-cluster' });
    expect(stderr).toContain('- the variable CLUSTERNAME is not known and changes nothing: is CLUSTER_NAME meant?');
  });

  it('says at the start what it runs with, without secrets and without colours in a pipe', async () => {
    const { stdout } = await runSync(['--once'], { ...NOWHERE, ALOCATION: 'hub' });
    expect(stdout).toContain('settings: DATABASE_URL=postgres://costs@127.0.0.1:1/costs, CLUSTER_NAME=hub-cluster');
    expect(stdout).toContain('is ALLOCATION meant?');
    // oxlint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/\u001b\[/);
  });

  it('says in one line that the database is away', async () => {
    const { code, stdout, stderr } = await runSync(['--once'], NOWHERE);
    expect(code).toBe(1);
    expect(stderr).toBe('the sync cannot run: the database cannot be reached: connect ECONNREFUSED 127.0.0.1:1\n');
    expect(stdout + stderr).not.toContain('s3cret');
  });
});

describe('migrating', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createEmptyTestDatabase();
  });
  afterAll(() => database?.drop());

  it('needs DATABASE_URL alone, says what it applied, and a second time that there is nothing to do', async () => {
    const first = await runMigrate({ DATABASE_URL: database.url });
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^(applied \w+\n)+$/), stderr: '' });
    const second = await runMigrate({ DATABASE_URL: database.url });
    expect(second).toMatchObject({ code: 0, stdout: 'the database is up to date\n', stderr: '' });
  });

  it('fails with one line when it cannot', async () => {
    expect(await runMigrate({})).toMatchObject({ code: 1, stderr: expect.stringContaining('DATABASE_URL') });
    const away = await runMigrate({ DATABASE_URL: NOWHERE.DATABASE_URL });
    expect(away).toMatchObject({
      code: 1,
      stderr: 'cannot migrate: the database cannot be reached: connect ECONNREFUSED 127.0.0.1:1\n',
    });
  });
});
