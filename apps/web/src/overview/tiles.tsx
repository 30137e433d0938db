import { countDays, sumUsd, type DayWindow, type Usd } from '#libs/domain';
import type { ComponentChildren } from 'preact';
import { ago, daysInMonth, longDay, monthName, shortDay } from '../days.js';
import { changePercent, compareUsd, percent, ratio, readUsd } from '../money.js';
import { Amount } from '../parts/amount.js';
import type { Cost } from '../api/allocation.js';
import type { Forecast } from '../api/rows.js';
import type { Overview } from './load-overview.js';
import { isWithin, missingDays } from './periods.js';

/** The figures of the first screen. */
export function Tiles({ overview }: { readonly overview: Overview }) {
  const { periods, hubCosts, days } = overview;
  const monthDays = Number(periods.lastComplete.slice(8));
  const month = costOf(hubCosts, periods.month);
  const known = monthDays - missingDays(periods.month, days);
  const runRate = known === 0 ? undefined : (month * BigInt(daysInMonth(periods.lastComplete))) / BigInt(known);
  const { forecast } = overview;
  return (
    <div class="tiles">
      <Tile title={`${monthName(periods.lastComplete)} so far`} usd={month}>
        <Compared
          overview={overview}
          now={periods.month}
          before={periods.monthBefore}
          words={`the first ${countDays(periods.monthBefore)} days of ${monthName(periods.monthBefore.from)}`}
        />
      </Tile>
      <Tile
        title={`Forecast for ${monthName(periods.lastComplete)}`}
        usd={forecast ? readUsd(forecast.forecast!) : runRate}
      >
        {forecast ? (
          <Range forecast={forecast} />
        ) : (
          `run rate of ${known} complete days, times ${daysInMonth(periods.lastComplete)} days`
        )}
      </Tile>
      <Tile title="Last 7 full days" usd={costOf(hubCosts, periods.week)}>
        <Compared overview={overview} now={periods.week} before={periods.weekBefore} words="the 7 days before" />
      </Tile>
      <Unallocated overview={overview} />
      <Fresh overview={overview} />
    </div>
  );
}

function Tile({ title, usd, children }: { title: string; usd: Usd | undefined; children: ComponentChildren }) {
  return (
    <section class="tile">
      <h2>{title}</h2>
      <p class="figure">{usd === undefined ? '–' : <Amount usd={usd} />}</p>
      <p class="beside">{children}</p>
    </section>
  );
}

function Range({ forecast: { low, high } }: { readonly forecast: Forecast }) {
  if (low === null || high === null) return <>by the level and the weekdays of the last weeks</>;
  return (
    <>
      by the level and the weekdays of the last weeks; in four of five cases <Amount usd={readUsd(low)} /> to{' '}
      <Amount usd={readUsd(high)} />
    </>
  );
}

interface ComparedProps {
  readonly overview: Overview;
  readonly now: DayWindow;
  readonly before: DayWindow;
  /** Of the days before. */
  readonly words: string;
}

/** The change; not where days of one time are not stored: the other would be more by what they cost. */
function Compared({ overview: { days, hubCosts }, now, before, words }: ComparedProps) {
  const [lostNow, lostBefore] = [missingDays(now, days), missingDays(before, days)];
  if (lostNow + lostBefore > 0) {
    return (
      <>
        No comparison: {lostNow} of these {countDays(now)} days are not stored or not complete, and {lostBefore} of{' '}
        {words}
      </>
    );
  }
  const [was, is] = [costOf(hubCosts, before), costOf(hubCosts, now)];
  return (
    <>
      <strong>{changePercent(was, is)}</strong> (<Amount usd={is - was} signed />) against <Amount usd={was} /> of{' '}
      {words}
    </>
  );
}

/** What the API's reasons mean to who has not read the docs. */
const REASONS: Readonly<Record<string, string>> = {
  idle: 'idle capacity',
  'no usage': 'storage that nobody used',
  'usage not read': 'usage was not read',
  'anonymous hub': 'users without names',
  'not allocated': 'components that users do not share',
};

/** The part of the last 30 days that no user bears, with its reasons, the greatest first. */
function Unallocated({ overview: { borne } }: { readonly overview: Overview }) {
  const total = sumUsd(borne.map(({ usd }) => usd));
  const unallocated = Map.groupBy(
    borne.filter(({ reason }) => reason !== undefined),
    ({ reason }) => reason!,
  );
  const reasons = [...unallocated]
    .map(([reason, costs]) => ({ why: REASONS[reason] ?? reason, usd: sumUsd(costs.map(({ usd }) => usd)) }))
    .sort((one, other) => compareUsd(other.usd, one.usd));
  const left = sumUsd(reasons.map(({ usd }) => usd));
  return (
    <section class="tile">
      <h2>No user bears, last 30 days</h2>
      <p class="figure">{percent(ratio(left, total))}</p>
      <ul class="beside">
        {reasons.map(({ why, usd }) => (
          <li key={why}>
            <Amount usd={usd} />: {why}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Fresh({ overview: { lastReadAt, periods, days } }: { readonly overview: Overview }) {
  const estimated = days.filter(({ date, estimated }) => estimated && isWithin(date, periods.chart)).length;
  const seconds = lastReadAt === null ? undefined : (Date.now() - Date.parse(lastReadAt)) / 1000;
  return (
    <section class="tile">
      <h2>Figures up to</h2>
      <p class="figure">{shortDay(periods.lastComplete)}</p>
      <p class="beside" title={lastReadAt ?? undefined}>
        last complete day ({longDay(periods.lastComplete)}, UTC). Costs read{' '}
        {seconds === undefined ? 'at an unknown time' : ago(seconds)}.{' '}
        {estimated === 0
          ? 'No day is estimated.'
          : `${estimated} of the last 30 days are estimated: AWS may still change them.`}
      </p>
    </section>
  );
}

function costOf(costs: readonly Cost[], window: DayWindow): Usd {
  return sumUsd(costs.filter(({ start }) => isWithin(start, window)).map(({ usd }) => usd));
}
