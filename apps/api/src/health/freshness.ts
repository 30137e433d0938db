import { Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { ReportingDatabase, syncStatus, usageGaps, type SyncStatus, type UsageGap } from '#libs/database/queries';
import { addDays, ALL_HUBS } from '#libs/domain';
import { isClusterSeen, type AccessScope } from '../access/access-scope.js';
import { today } from '../parameters/day-range.js';
import { joinGaps } from './gaps.js';

const GAP_DAYS = 30;
/** A gap that reaches into these is a fault that lasts, or was a moment ago. What is older nobody can mend. */
const RECENT_DAYS = 2;
/** Three runs a day are usual, as the alert CostSyncTooOld has it. */
const OLDEST_SECONDS = 30 * 3600;
/** Run when something changed only: the policy, or what follows from costs. */
const UNSCHEDULED = ['allocation', 'budgets'];
const WITHHELD = 'shown to those who see every hub';

/** How old the stored figures are, and what is missing from them. Stale figures are served: degraded, not down. */
@Injectable()
export class Freshness {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly reporting: ReportingDatabase,
  ) {}

  /** Whoever sees some hubs only sees the syncs of their cluster, and not the text of an error, which may name others. */
  async syncs(access: AccessScope) {
    const indicator = this.indicators.check('syncs');
    try {
      const sources = (await this.reporting.list<SyncStatus>(syncStatus()))
        .filter(({ cluster }) => isClusterSeen(cluster, access))
        .map((status) => describeSync(status, access));
      const good = sources.length > 0 && sources.every(isGood);
      return good ? indicator.up({ sources }) : indicator.degraded({ sources });
    } catch (error) {
      return indicator.down((error as Error).message);
    }
  }

  async usage(access: AccessScope) {
    const indicator = this.indicators.check('usage');
    const window = { from: addDays(today(), -GAP_DAYS), until: today() };
    try {
      const days = await this.reporting.list<UsageGap>(usageGaps(window));
      const gaps = joinGaps(
        days.filter(({ cluster, hub }) => isClusterSeen(cluster, access) && isHubSeen(hub, access)),
      );
      const recent = gaps.some(({ to }) => to >= addDays(today(), -RECENT_DAYS));
      return recent ? indicator.degraded({ gaps }) : indicator.up({ gaps });
    } catch (error) {
      return indicator.down((error as Error).message);
    }
  }
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
