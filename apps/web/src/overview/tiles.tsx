import type { Usd } from '#libs/domain';
import type { ComponentChildren } from 'preact';
import { ago, daysInMonth, longDay, monthName, shortDay } from '../days.js';
import { changePercent, percent, ratio } from '../money.js';
import { Amount } from '../parts/amount.js';
import { costOf } from './changes.js';
import type { Overview } from './load-overview.js';
import { isWithin, missingDays } from './periods.js';

/** The figures of the first screen. */
export function Tiles({ overview }: { readonly overview: Overview }) {
  const { periods, hubCosts, days } = overview;
  const stored = new Set(days.map(({ date }) => date));
  const monthDays = Number(periods.lastComplete.slice(8));
  const month = costOf(hubCosts, periods.month);
  const lost = missingDays(periods.month, stored);
  const known = monthDays - lost;
  const forecast = known === 0 ? undefined : (month * BigInt(daysInMonth(periods.lastComplete))) / BigInt(known);
  return (
    <div class="tiles">
      <Tile title={`${monthName(periods.lastComplete)} so far`} usd={month}>
        <Compared before={costOf(hubCosts, periods.monthBefore)} after={month} />
        {` the first ${monthDays} days of ${monthName(periods.monthBefore.from)}`}
        {lost > 0 && `; ${lost} days are not stored`}
      </Tile>
      <Tile title={`Forecast for ${monthName(periods.lastComplete)}`} usd={forecast}>
        run rate of {known} complete days, times {daysInMonth(periods.lastComplete)} days
      </Tile>
      <Tile title="Last 7 full days" usd={costOf(hubCosts, periods.week)}>
        <Compared before={costOf(hubCosts, periods.weekBefore)} after={costOf(hubCosts, periods.week)} />
        {' the 7 days before'}
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

function Compared({ before, after }: { readonly before: Usd; readonly after: Usd }) {
  return (
    <>
      <strong>{changePercent(before, after)}</strong> (<Amount usd={after - before} signed />) against{' '}
      <Amount usd={before} /> of
    </>
  );
}

/** The part of the last 30 days that no user bears, with its reasons, the greatest first. */
function Unallocated({ overview: { componentCosts, userCosts, periods, divided } }: { readonly overview: Overview }) {
  const total = costOf(componentCosts, periods.chart);
  const left = total - costOf(userCosts, periods.chart);
  const notDivided = costOf(
    componentCosts.filter(({ component }) => !divided.includes(component)),
    periods.chart,
  );
  const reasons = [
    { why: 'components that are not divided among users, such as core', usd: notDivided },
    { why: 'nobody used it, or usage was not read', usd: left - notDivided },
  ].filter(({ usd }) => usd > 0n);
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
