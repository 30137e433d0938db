import { createDataSource, SyncSession, WRITTEN_TABLES, type CostReadingBasis, type RunId } from '#libs/database';
import {
  addDays,
  ALL_HUBS,
  parseUsd,
  startOfDay,
  USAGE_SETTLE_MS,
  type AllocationPolicy,
  type AttributedCost,
  type DatasetReading,
  type Day,
  type DayCosts,
  type GroupMembership,
  type UserUsage,
} from '#libs/domain';
import { dividingMeasures, MEASURES } from '#libs/prometheus';
import type { DataSource } from 'typeorm';
import { createTestDatabase } from '../../support/database.js';

export const CLUSTER = 'earth';
export const DAY = '2026-10-05';
export const BASIS: CostReadingBasis = { costBasis: 'amortized', attributionDigest: 'digest-1' };
export const DIVIDED_BY = dividingMeasures(MEASURES);
export const HUB_POLICY: AllocationPolicy = { allocation: 'hub', excludedHubs: ['binder'], dividedBy: DIVIDED_BY };
export const CLUSTER_POLICY: AllocationPolicy = {
  allocation: 'cluster',
  excludedHubs: ['binder'],
  dividedBy: DIVIDED_BY,
};

/** A migrated database with a session on CLUSTER and a run to write under. */
export interface StoredCluster {
  readonly url: string;
  readonly dataSource: DataSource;
  readonly session: SyncSession;
  readonly run: RunId;
  query<Row>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  end(): Promise<void>;
}

export async function openStoredCluster(): Promise<StoredCluster> {
  const database = await createTestDatabase();
  const dataSource = await createDataSource(database.url, { applicationName: 'stored-cluster' }).initialize();
  const session = (await SyncSession.open(dataSource, CLUSTER))!;
  const run = await session.recordRunStarted({ source: 'cost-explorer', trigger: 'once' });
  return {
    url: database.url,
    dataSource,
    session,
    run,
    query: (sql, parameters) => dataSource.query(sql, parameters),
    async end() {
      await session.close();
      await dataSource.destroy();
      await database.drop();
    },
  };
}

/** `[hub, component, amount]` or `[hub, component, amount, service]`. */
export type CostLine = readonly [hub: string, component: string, usd: string, service?: string];

export function dayCosts(lines: readonly CostLine[], more: Partial<DayCosts> = {}): DayCosts {
  const attributed: AttributedCost[] = lines.map(([hub, component, usd, service = `service of ${component}`]) => ({
    hub,
    component,
    service,
    amountUsd: parseUsd(usd),
  }));
  return { day: DAY, accountUsd: parseUsd('1000'), attributed, estimated: false, ...more };
}

/** `[hub, username, byteSeconds]`. */
export type UsageLine = readonly [hub: string, username: string, byteSeconds: number | bigint];

export interface UsageLines {
  readonly day?: Day;
  readonly compute?: readonly UsageLine[];
  readonly homeStorage?: readonly UsageLine[];
  readonly memberships?: readonly GroupMembership[];
  /** Of all three, or of each. Default 1. */
  readonly coverage?: number | { compute: number; homeStorage: number; memberships: number };
}

export function readings({ day = DAY, compute, homeStorage, memberships, coverage = 1 }: UsageLines): DatasetReading[] {
  const covered =
    typeof coverage === 'number' ? { compute: coverage, homeStorage: coverage, memberships: coverage } : coverage;
  const of = { day, hub: ALL_HUBS };
  return [
    {
      ...of,
      dataset: 'compute',
      coverage: covered.compute,
      measures: ['memory_requested'],
      rows: usageOf('memory_requested', compute),
    },
    {
      ...of,
      dataset: 'home storage',
      coverage: covered.homeStorage,
      measures: ['home_stored'],
      rows: usageOf('home_stored', homeStorage),
    },
    { ...of, dataset: 'memberships', coverage: covered.memberships, measures: [], rows: memberships ?? [] },
  ];
}

/** Quantities are thousandths. */
function usageOf(measure: string, lines: readonly UsageLine[] = []): UserUsage[] {
  return lines.map(([hub, username, byteSeconds]) => ({
    hub,
    username,
    measure,
    instanceType: '',
    quantity: BigInt(byteSeconds) * 1000n,
  }));
}

/** The first instant at which a day's usage counts as final. */
export function settled(day: Day = DAY): Date {
  return new Date(startOfDay(addDays(day, 1)).getTime() + USAGE_SETTLE_MS);
}

/** The day's user costs as lines `hub/username component direct shared`, `-` for unallocated, trailing zeros cut. */
export async function userCostLines(stored: StoredCluster, day: Day = DAY): Promise<string[]> {
  const rows = await stored.query<{ line: string }>(
    `SELECT concat_ws(' ', hub || '/' || coalesce(username, '-'), component, trim_scale(direct_usd), trim_scale(shared_usd))
       AS line
     FROM user_costs WHERE cluster = $1 AND day = $2 ORDER BY component, hub, username`,
    [CLUSTER, day],
  );
  return rows.map((row) => row.line);
}

/** Every row of every table with the place it is stored at: any write, even of the same values, changes it. */
export async function storedVersions(stored: StoredCluster): Promise<string[]> {
  const versions = WRITTEN_TABLES.map((table) =>
    stored.query<{ version: string }>(
      `SELECT concat_ws(' ', '${table}', ctid, xmin, CASE '${table}' WHEN 'sync_locks' THEN '' ELSE xmax::text END) AS version
       FROM ${table}`,
    ),
  );
  return (await Promise.all(versions))
    .flat()
    .map(({ version }) => version)
    .sort();
}
