import { BenchServer } from '../database/bench-server.js';
import type { Report } from '../report.js';
import type { Sizes } from '../sizes.js';
import { benchBackfill } from './backfill.js';
import { benchStoreAgainstCopy } from './store-against-copy.js';

/** `--users` of the day that is compared with COPY (10,000); `--days` of the backfill for 2,000 users (396). */
export async function benchStorage({ users = 10_000, days = 396, runs = 9 }: Sizes, report: Report): Promise<void> {
  report.section('Storage: writing');
  const server = await BenchServer.start({ fsync: true });
  try {
    await benchStoreAgainstCopy(server, { users, runs }, report);
    await benchBackfill(server, { users: Math.min(users, 2_000), days }, report);
  } finally {
    await server.stop();
  }
}
