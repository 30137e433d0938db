import { countDays, type DayWindow } from '#libs/domain';
import { useMemo } from 'preact/hooks';
import { useSession } from '../access/session.js';
import { useLoad } from '../api/use-load.js';
import { Chart } from '../chart/chart.js';
import { today } from '../days.js';
import { Amount } from '../parts/amount.js';
import { Empty, Loaded } from '../parts/states.js';
import { FIRST_VIEW, go, type Dimension, type View } from '../view.js';
import { Controls } from './controls.js';
import { csvOf, download } from './csv.js';
import { FilterBar, withFilter } from './filters.js';
import { loadCosts, type Costs } from './load-costs.js';
import { windowOf, wordsOf } from './range.js';
import { summarise } from './summarise.js';
import { CostTable, sorted } from './table.js';
import { DIMENSION_WORDS, WITHIN } from './words.js';

const DIMENSIONS: readonly Dimension[] = ['hub', 'component', 'user', 'usergroup'];

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
  const { by, filters, range } = view;
  const window = windowOf(range, today());
  const own = useSession().sees === 'own';
  const key = JSON.stringify([window, by, filters, own]);
  const load = useLoad(key, async (signal) => ({
    costs: await loadCosts(window, by, filters, own, signal),
    window,
    by,
  }));
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
  readonly window: DayWindow;
  readonly by: Dimension;
}

function Shown({ view, costs, window, by }: ShownProps) {
  const summary = useMemo(() => summarise(costs, window, view.step, by), [costs, window, view.step, by]);
  const filters = Object.entries(view.filters).map(
    ([name, values]) => `${DIMENSION_WORDS[name as Dimension]} ${values.join(' or ')}`,
  );
  const picked = (name: string): View => ({ ...withFilter(view, by, name), page: 'explore', by: WITHIN[by] });
  if (summary.rows.length === 0) {
    return (
      <Empty title="No costs here">
        {costs.days.size === 0
          ? 'No day of this range is stored. Pick another range.'
          : 'Nothing in this range matches the filters. Take a filter away, or pick another range.'}
      </Empty>
    );
  }
  const names = new Set(summary.rows.flatMap(({ name }) => name ?? []));
  const days = countDays(window);
  return (
    <section class="card">
      <div class="heading">
        <h2>
          <Amount usd={summary.total} /> by {DIMENSION_WORDS[by]}, {wordsOf(window)}
        </h2>
        <span class="no-print">
          <button
            type="button"
            onClick={() => download(csvOf(by, summary, sorted(summary.rows, view.sort)), by, window)}
          >
            CSV
          </button>{' '}
          <button type="button" onClick={() => print()}>
            Print
          </button>
        </span>
      </div>
      {filters.length > 0 && <p class="faint">Only {filters.join(', ')}</p>}
      <Chart
        columns={summary.columns}
        series={summary.series}
        label={`Cost by ${DIMENSION_WORDS[by]} and ${view.step}, ${wordsOf(window)}; the table below has the figures`}
        onPick={(name) => names.has(name) && go(picked(name))}
      />
      <p class="faint">
        {summary.before === undefined
          ? `No comparison: ${summary.daysBefore} of the ${days} days before are stored.`
          : `Before and change: against the ${days} days before.`}
        {(by === 'usergroup' || view.filters.usergroup) && ' A person in several groups counts in equal parts in each.'}
      </p>
      <CostTable view={{ ...view, by }} summary={summary} picked={picked} />
    </section>
  );
}

export const EXPLORE: View = { ...FIRST_VIEW, page: 'explore' };
