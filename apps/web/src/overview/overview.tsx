import { eachDay, sumUsd } from '#libs/domain';
import { useMemo } from 'preact/hooks';
import { isUnread } from '../api/rows.js';
import { useLoad } from '../api/use-load.js';
import { Chart } from '../chart/chart.js';
import { coloursOf } from '../colours.js';
import { longDay, shortDay, weekday } from '../days.js';
import { Link } from '../parts/link.js';
import { Empty, Loaded } from '../parts/states.js';
import { leaveFor } from '../view.js';
import { EXPLORE } from '../explore/explore.js';
import { Anomalies, Budgets } from './budgets.js';
import { loadOverview, type Overview } from './load-overview.js';
import { isWithin } from './periods.js';
import { Risers } from './risers.js';
import { Tiles } from './tiles.js';

/** The first screen: what a hub admin wants to know, without a click. */
export function OverviewPage() {
  const load = useLoad('overview', loadOverview);
  return (
    <Loaded load={load} height="tall">
      {(overview) => (overview ? <Shown overview={overview} /> : <NoDays />)}
    </Loaded>
  );
}

function Shown({ overview }: { readonly overview: Overview }) {
  return (
    <>
      <Tiles overview={overview} />
      <Budgets budgets={overview.budgets} />
      <section class="card">
        <h2>Cost by hub, last 30 days</h2>
        <HubChart overview={overview} />
        <p class="faint">
          A hub’s cost is what its users bear and what nobody bears of its own; “support” is the rest: cost without a
          hub tag. <Link to={EXPLORE}>Explore by component, user, group …</Link>
        </p>
      </section>
      <div class="pair">
        <Risers
          title="What rose most"
          what="Hub and component"
          trends={overview.componentTrends}
          name={({ hub = '', component = '' }) => (
            <Link to={{ ...EXPLORE, by: 'component', filters: { hub: [hub] } }}>
              {hub} · {component}
            </Link>
          )}
        />
        <Risers
          title="Whose cost rose most"
          what="User and hub"
          trends={overview.userTrends}
          unread={unreadDays(overview)}
          name={({ user, hub }) => (
            <>
              <Link to={{ ...EXPLORE, page: 'user', by: 'component', filters: { user: [user ?? ''] } }}>{user}</Link>{' '}
              <span class="faint">{hub}</span>
            </>
          )}
        />
      </div>
      <Anomalies anomalies={overview.anomalies} />
    </>
  );
}

function unreadDays({ periods, days }: Overview): number {
  return days.filter(
    (day) => (isWithin(day.date, periods.week) || isWithin(day.date, periods.weekBefore)) && isUnread(day),
  ).length;
}

function HubChart({ overview: { periods, hubCosts, days } }: { readonly overview: Overview }) {
  const { columns, series } = useMemo(() => {
    const state = new Map(days.map((day) => [day.date, day]));
    const range = eachDay(periods.chart);
    const hubs = [...new Set(hubCosts.flatMap(({ name }) => name ?? []))];
    const colours = coloursOf(hubs);
    const amounts = new Map(hubCosts.map(({ start, name, usd }) => [`${start} ${name}`, usd]));
    return {
      columns: range.map((day) => ({
        label: shortDay(day),
        title: `${weekday(day)} ${longDay(day)}`,
        estimated: state.get(day)?.estimated ?? false,
        gap: state.has(day) ? undefined : ('no costs' as const),
      })),
      series: hubs
        .map((name) => {
          const ofHub = range.map((day) => amounts.get(`${day} ${name}`) ?? (state.has(day) ? 0n : undefined));
          return { name, colour: colours.get(name)!, amounts: ofHub, total: sumUsd(ofHub.map((usd) => usd ?? 0n)) };
        })
        .sort((one, other) => (other.total > one.total ? 1 : -1)),
    };
  }, [hubCosts]);
  return (
    <Chart
      columns={columns}
      series={series}
      label={`Cost by hub and day, ${longDay(periods.chart.from)} to ${longDay(periods.lastComplete)}`}
      onPick={(hub) => leaveFor({ ...EXPLORE, by: 'component', filters: { hub: [hub] } })}
    />
  );
}

function NoDays() {
  return (
    <Empty title="No complete day is stored yet">
      The sync stores costs three times a day. After its first run this page shows them; <code>npm run doctor</code>{' '}
      says what a sync would not find.
    </Empty>
  );
}
