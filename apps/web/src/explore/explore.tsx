import { countDays } from '#libs/domain';
import { useMemo, useState } from 'preact/hooks';
import { useSession } from '../access/session.js';
import { asFailure, type Failure } from '../api/client.js';
import { useLoad } from '../api/use-load.js';
import { Chart } from '../chart/chart.js';
import { Amount } from '../parts/amount.js';
import { Empty, Failed, Loaded } from '../parts/states.js';
import { DIMENSIONS, FIRST_VIEW, isAll, leaveFor, type Dimension, type View } from '../view.js';
import { useWindow } from './complete-days.js';
import { Controls } from './controls.js';
import { csvOf, download } from './csv.js';
import { FilterBar, onlyFilter } from './filters.js';
import { loadAllBars, loadCosts, type Costs, type CostsRequest } from './load-costs.js';
import { wordsOf } from './range.js';
import { summarise } from './summarise.js';
import { CostTable, sorted } from './table.js';
import { DIMENSION_WORDS, WITHIN } from './words.js';

/** Costs of any range, by anything, of anything. */
export function ExplorePage({ view }: { readonly view: View }) {
  return (
    <>
      <section class="card no-print">
        <Controls view={view} dimensions={DIMENSIONS} />
        <FilterBar view={view} dimensions={DIMENSIONS} />
      </section>
      <CostsCard view={view} />
    </>
  );
}

/** Chart and table of a view, loaded as one. */
export function CostsCard({ view }: { readonly view: View }) {
  const { by, step, filters, range } = view;
  const own = useSession().sees === 'own';
  const asked = { window: useWindow(range), by, step, filters, own };
  const load = useLoad(JSON.stringify(asked), async (signal) => ({ asked, costs: await loadCosts(asked, signal) }));
  return (
    <Loaded load={load} height="tall">
      {(value) => <Shown view={view} {...value} />}
    </Loaded>
  );
}

interface ShownProps {
  readonly view: View;
  readonly costs: Costs;
  /** What was loaded: while the next is loading, the view is ahead of it. */
  readonly asked: CostsRequest;
}

function Shown({ view, costs, asked }: ShownProps) {
  const { window, by, step } = asked;
  const summary = useMemo(() => summarise(costs, asked), [costs]);
  const rows = sorted(summary.rows, view.sort);
  const [unsaved, setUnsaved] = useState<Failure | undefined>(undefined);
  const save = async () => {
    const bars = await loadAllBars(asked, new AbortController().signal);
    download(csvOf(by, summary.buckets, rows, { bars, days: costs.days }), by, window);
  };
  const trySave = () =>
    void save().then(
      () => setUnsaved(undefined),
      (error: unknown) => setUnsaved(asFailure(error)),
    );
  const filters = Object.entries(view.filters).map(
    ([name, values]) => `${DIMENSION_WORDS[name as Dimension]} ${values.join(' or ')}`,
  );
  const picked = (name: string): View => ({ ...onlyFilter(view, by, name), page: 'explore', by: WITHIN[by] });
  if (summary.rows.length === 0) {
    return (
      <Empty title="No costs here">
        {asked.own
          ? 'You have no costs in this range. Pick another range.'
          : costs.days.size === 0
            ? 'No day of this range is stored. Pick another range.'
            : view.page === 'explore'
              ? 'Nothing in this range matches the filters. Take a filter away, or pick another range.'
              : 'In this range nobody of this name has a cost. Pick another range.'}
      </Empty>
    );
  }
  const names = new Set(summary.rows.flatMap(({ name }) => (name && !isAll(name) ? name : [])));
  const days = countDays(window);
  return (
    <section class="card">
      <div class="heading">
        <h2>
          <Amount usd={summary.total} /> by {DIMENSION_WORDS[by]}, {wordsOf(window)}
        </h2>
        <span class="no-print">
          <button type="button" onClick={trySave}>
            CSV
          </button>{' '}
          <button type="button" onClick={() => print()}>
            Print
          </button>
        </span>
      </div>
      {unsaved && <Failed failure={unsaved} retry={trySave} />}
      {filters.length > 0 && <p class="faint">Only {filters.join(', ')}</p>}
      <Chart
        columns={summary.columns}
        series={summary.series}
        label={`Cost by ${DIMENSION_WORDS[by]} and ${step}, ${wordsOf(window)}; the table below has the figures`}
        onPick={(name) => names.has(name) && leaveFor(picked(name))}
      />
      <p class="faint">
        {summary.before === undefined
          ? `No comparison: of these ${days} days ${summary.daysNow} are stored and complete, of the ${days} before ${summary.daysBefore}.`
          : `Before and change: against the ${days} days before.`}
        {summary.daysUnread > 0 &&
          ` Usage of ${summary.daysUnread} of these ${summary.before === undefined ? days : 2 * days} days was not read: users do not bear all of its cost.`}
        {asked.own &&
          ' A day that is not stored, or whose usage was not read, counts as nothing. AWS may still change the last days.'}
        {by === 'hub' && ' A hub’s cost is what its users bear and what nobody bears of its own; support is the rest.'}
        {(by === 'usergroup' || view.filters.usergroup) && ' A person in several groups counts in equal parts in each.'}
      </p>
      <CostTable view={{ ...view, by }} summary={summary} picked={picked} />
    </section>
  );
}

export const EXPLORE: View = { ...FIRST_VIEW, page: 'explore' };
