import { Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import {
  computeFallbacks,
  ReportingDatabase,
  syncStatus,
  usageGaps,
  type ComputeFallbacks,
  type Statement,
  type SyncStatus,
  type UsageGap,
} from '#libs/database/queries';
import { addDays, ALL_HUBS, type DayWindow } from '#libs/domain';
import { isClusterSeen, type AccessScope } from '../access/access-scope.js';
import { today } from '../parameters/day-range.js';
import { joinGaps } from './gaps.js';

const DAYS = 30;
/** A gap that reaches into these is a fault that lasts, or was a moment ago. What is older nobody can mend. */
const RECENT_DAYS = 2;
/** Three runs a day are usual, as the alert CostSyncTooOld has it. */
const OLDEST_SECONDS = 30 * 3600;
/** Run when something changed only: the policy, or what follows from costs. */
const UNSCHEDULED = ['allocation', 'budgets'];
const WITHHELD = 'shown to those who see every hub';
const REMEDY =
  'Prometheus lacks instance types or allocatable of nodes, so compute is divided by memory requests: start ' +
  'kube-state-metrics with --metric-labels-allowlist=nodes=[*], and keep kube_node_labels and kube_node_status_allocatable';

/** How old the stored figures are, what is missing from them, and what divides compute. Stale figures are served: degraded, not down. */
@Injectable()
export class Freshness {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly reporting: ReportingDatabase,
  ) {}

  /** Whoever sees some hubs only sees the syncs of their cluster, and not the text of an error, which may name others. */
  syncs(access: AccessScope) {
    return this.#check('syncs', access, syncStatus(), (statuses: SyncStatus[]) => {
      const sources = statuses.map((status) => describeSync(status, access));
      return { isWell: sources.length > 0 && sources.every(isGood), sources };
    });
  }

  usage(access: AccessScope) {
    return this.#check('usage', access, usageGaps(lastDays()), (days: UsageGap[]) => {
      const gaps = joinGaps(days.filter(({ hub }) => isHubSeen(hub, access)));
      return { isWell: !gaps.some(({ to }) => to >= addDays(today(), -RECENT_DAYS)), gaps };
    });
  }

  /** Which days' compute was divided otherwise than the deployment wants. It degrades while the newest days are among them. */
  compute(access: AccessScope) {
    return this.#check('compute', access, computeFallbacks(lastDays()), (all: ComputeFallbacks[]) => {
      const fallbacks = all.map(({ last_day, goes_on, ...one }) => ({ ...one, lastDay: last_day, goesOn: goes_on }));
      const isWell = !fallbacks.some(({ goesOn }) => goesOn);
      return { isWell, ...(isWell ? {} : { message: REMEDY }), fallbacks };
    });
  }

  /** @param judge of the rows of the clusters that the caller sees. */
  async #check<Name extends string, Row extends { readonly cluster: string }>(
    name: Name,
    access: AccessScope,
    statement: Statement,
    judge: (rows: Row[]) => { readonly isWell: boolean } & Record<string, unknown>,
  ) {
    const indicator = this.indicators.check(name);
    try {
      const rows = await this.reporting.list<Row>(statement);
      const { isWell, ...found } = judge(rows.filter(({ cluster }) => isClusterSeen(cluster, access)));
      return isWell ? indicator.up(found) : indicator.degraded(found);
    } catch (error) {
      return indicator.down((error as Error).message);
    }
  }
}

function lastDays(): DayWindow {
  return { from: addDays(today(), -DAYS), until: today() };
}

function isHubSeen(hub: string, access: AccessScope): boolean {
  return access.hubs === undefined || hub === ALL_HUBS || access.hubs.includes(hub);
}

function isGood({ source, lastStatus, ageSeconds }: ReturnType<typeof describeSync>): boolean {
  return lastStatus === 'succeeded' && (UNSCHEDULED.includes(source) || (ageSeconds ?? Infinity) <= OLDEST_SECONDS);
}

function describeSync(status: SyncStatus, access: AccessScope) {
  const succeeded = status.last_success_at;
  return {
    cluster: status.cluster,
    source: status.source,
    lastStatus: status.last_status,
    lastSuccessAt: succeeded?.toISOString() ?? null,
    ageSeconds: succeeded ? Math.round((Date.now() - succeeded.getTime()) / 1000) : null,
    lastError: status.last_error === null ? null : access.hubs ? WITHHELD : withoutInternals(status.last_error),
  };
}

/** An error as a source worded it, without account numbers, addresses and stack: fit for whoever may see costs. */
export function withoutInternals(error: string): string {
  const [firstLine = ''] = error.split('\n');
  return firstLine
    .replaceAll(/\barn:[^\s'",)]+/gi, 'arn:…')
    .replaceAll(/\b[a-z][a-z0-9+.-]*:\/\/[^\s'",)]+/gi, '…://…')
    .slice(0, 500);
}
