import { createDataSource, SyncSession, type RunId } from '#libs/database';
import { addDays, parseUsd, type DayCosts, type GroupMembership, type UserUsage } from '#libs/domain';
import { dividingMeasures, MEASURES } from '#libs/prometheus';
import type { DataSource } from 'typeorm';

export const CLUSTER = 'alpha';
const FIRST_DAY = '2025-03-01';
export const DAYS = Array.from({ length: 5 }, (_, index) => addDays(FIRST_DAY, index));

const BASIS = { costBasis: 'amortized', attributionDigest: 'drill' } as const;
const POLICY = { allocation: 'hub', excludedHubs: [], dividedBy: dividingMeasures(MEASURES) } as const;

/**
 * What a day costs at a revision. Every amount follows from the revision, and no two revisions can be mixed without the
 * parts missing the whole: prod r, staging 7 r, support 1000 + 3 r; together 1000 + 11 r, of an account of 5000 + 11 r.
 */
function costsAt(day: string, revision: number): DayCosts {
  const cost = (hub: string, component: string, usd: number) => ({
    hub,
    component,
    service: `service of ${component}`,
    amountUsd: parseUsd(String(usd)),
  });
  return {
    day,
    accountUsd: parseUsd(String(5000 + 11 * revision)),
    attributed: [
      cost('prod', 'compute', revision),
      cost('staging', 'compute', 7 * revision),
      cost('support', 'core', 1000 + 3 * revision),
    ],
    estimated: true,
  };
}

/** Writes one revision after the other, as a sync does, a day at a time. */
export class RevisionWriter {
  /** By day, the revisions and when each was committed, as performance.now() gives it. */
  readonly committed = new Map<string, { readonly revision: number; readonly at: number }[]>();
  /** The newest revision that may be seen of any day. */
  begun = 0;

  private constructor(
    private readonly dataSource: DataSource,
    private readonly session: SyncSession,
    private readonly run: RunId,
  ) {}

  /** Stores revision 1 of every day, with two users on each hub. */
  static async start(databaseUrl: string): Promise<RevisionWriter> {
    const dataSource = await createDataSource(databaseUrl, { applicationName: 'revisions' }).initialize();
    const session = (await SyncSession.open(dataSource, CLUSTER))!;
    const run = await session.recordRunStarted({ source: 'cost-explorer', trigger: 'once' });
    const writer = new RevisionWriter(dataSource, session, run);
    for (const day of DAYS) {
      await session.replaceUsageDay(run, usageOf(day), new Date('2025-04-01T00:00:00Z'), POLICY);
      await writer.write(day, 1);
    }
    return writer;
  }

  async write(day: string, revision: number): Promise<void> {
    this.begun = Math.max(this.begun, revision);
    await this.session.replaceCostDay(this.run, costsAt(day, revision), BASIS, POLICY);
    const revisions = this.committed.get(day) ?? [];
    this.committed.set(day, [...revisions, { revision, at: performance.now() }]);
  }

  /** The newest revision of a day that was committed before a moment. */
  revisionBefore(day: string, moment: number): number {
    return this.committed.get(day)?.findLast(({ at }) => at < moment)?.revision ?? 0;
  }

  async end(): Promise<void> {
    await this.session.recordRunFinished(this.run, { status: 'succeeded' }, 0);
    await this.session.close();
    await this.dataSource.destroy();
  }
}

/** Each hub's compute is used half by either of its users. */
function usageOf(day: string) {
  const people = ['prod', 'staging'].flatMap((hub) => [1, 2].map((n) => ({ hub, username: `${hub}-${n}` })));
  const rows: UserUsage[] = people.map((person) => ({
    ...person,
    measure: 'memory_requested',
    instanceType: '',
    quantity: 1_000_000_000n,
  }));
  const memberships: GroupMembership[] = people.map((person) => ({
    ...person,
    usernameEscaped: person.username,
    usergroup: 'everyone',
  }));
  const of = { day, hub: '', coverage: 1 };
  return [
    { ...of, dataset: 'compute', measures: ['memory_requested'], rows },
    { ...of, dataset: 'home storage', measures: ['home_stored'], rows: [] },
    { ...of, dataset: 'memberships', measures: [], rows: memberships },
  ];
}
