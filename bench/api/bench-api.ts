import { addDays, dayOf } from '#libs/domain';
import { BenchServer } from '../bench-server.js';
import type { Sizes } from '../main.js';
import { formatCount, type Report } from '../report.js';
import { benchFirstRequests, benchMonths, time30Days } from './first-requests.js';
import { fillDays } from './history.js';
import { benchPanels } from './panels.js';
import { benchRepeatedRequests } from './repeated-requests.js';
import { ServerProcess } from './server-process.js';

const SHORT_DAYS = 90;

/**
 * The built API and the panels over 90 days of `--users` (2,000); then the same requests after `--days` (1,095) of
 * history, which is filled in by the sync's own writing.
 */
export async function benchApi({ users = 2_000, days = 1_095, runs = 9 }: Sizes, report: Report): Promise<void> {
  report.section(`API: ${formatCount(users)} users`);
  const server = await BenchServer.start({ fsync: false });
  try {
    const databaseUrl = await server.createDatabase('api');
    const today = dayOf(new Date());
    const lately = { from: addDays(today, -SHORT_DAYS), until: today };
    const withApi = async <Result>(work: (api: ServerProcess) => Promise<Result>): Promise<Result> => {
      const api = await ServerProcess.startApi(databaseUrl);
      return work(api).finally(() => api.stop());
    };
    await fillDays(databaseUrl, lately, users, report);
    await withApi(async (api) => {
      await benchRepeatedRequests(api, runs, report);
      await benchFirstRequests(api, databaseUrl, runs, report);
    });
    // In a process of its own, as afterwards: code that ran before is quicker.
    const early = await withApi((api) => time30Days(api, runs));
    await benchPanels(databaseUrl, lately, runs, report);
    await fillDays(databaseUrl, { from: addDays(today, -days), until: lately.from }, users, report);
    await withApi(async (api) => {
      const late = await time30Days(api, runs);
      report.compare(
        `30 days after ${formatCount(days)} days against after ${SHORT_DAYS}`,
        'ratio (≤ 1.3)',
        early,
        late,
      );
      await benchMonths(api, runs, report);
    });
  } finally {
    await server.stop();
  }
}
