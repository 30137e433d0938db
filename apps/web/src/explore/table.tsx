import { useEffect, useState } from 'preact/hooks';
import { changePercent, compareUsd, percent } from '../money.js';
import { Amount } from '../parts/amount.js';
import { Link } from '../parts/link.js';
import { SortTable } from '../parts/sort-table.js';
import { go, isAll, type View } from '../view.js';
import type { Row, Summary } from './summarise.js';
import { onlyFilter } from './filters.js';
import { DIMENSION_WORDS } from './words.js';

interface CostTableProps {
  readonly view: View;
  readonly summary: Summary;
  /** Where picking a name leads. */
  readonly picked: (name: string) => View;
}

/** Rows that are painted at once; the rest follows, so that a change of filter shows at once. */
const FIRST_ROWS = 100;

/** Every name with total, share and change. */
export function CostTable({ view, summary, picked }: CostTableProps) {
  const rows = sorted(summary.rows, view.sort);
  const [most, setMost] = useState(FIRST_ROWS);
  useEffect(() => {
    setMost(FIRST_ROWS);
    const timer = setTimeout(() => setMost(Number.POSITIVE_INFINITY), 50);
    return () => clearTimeout(timer);
  }, [summary]);
  const word = DIMENSION_WORDS[view.by];
  return (
    <SortTable
      caption={`Cost by ${word}`}
      sort={view.sort}
      onSort={(sort) => go({ ...view, sort })}
      headings={[
        { key: 'name', title: word[0]!.toUpperCase() + word.slice(1) },
        { key: 'total', title: 'Total', numeric: true },
        { key: 'share', title: 'Share', numeric: true },
        { key: 'before', title: 'Before', numeric: true, wide: true },
        { key: 'change', title: 'Change', numeric: true },
      ]}
      foot={
        <tr>
          <th scope="row">Total</th>
          <td class="number">
            <Amount usd={summary.total} />
          </td>
          <td class="number" />
          <td class="number wide">{summary.before === undefined ? '–' : <Amount usd={summary.before} />}</td>
          <td class="number">
            <Changed {...summary} />
          </td>
        </tr>
      }
    >
      {rows.slice(0, most).map((row) => (
        <tr key={row.name ?? ''}>
          <th scope="row">
            <i
              class={row.name === undefined ? 'swatch dotted' : 'swatch'}
              style={{ backgroundColor: row.colour ?? 'transparent' }}
            />{' '}
            {!row.name || isAll(row.name) ? row.label : <Link to={picked(row.name)}>{row.label}</Link>}
            {pageOf(view, row)}
          </th>
          <td class="number">
            <Amount usd={row.total} />
          </td>
          <td class="number">{percent(row.share)}</td>
          <td class="number wide">{row.before === undefined ? '–' : <Amount usd={row.before} />}</td>
          <td class="number">
            <Changed {...row} />
          </td>
        </tr>
      ))}
    </SortTable>
  );
}

function Changed({ total, before }: Pick<Row, 'total' | 'before'>) {
  if (before === undefined) return <>–</>;
  return (
    <>
      <Amount usd={total - before} signed /> <span class="faint">{changePercent(before, total)}</span>
    </>
  );
}

/** A person and a group have a page of their own. */
function pageOf(view: View, { name }: Row) {
  if (!name || isAll(name) || (view.by !== 'user' && view.by !== 'usergroup')) return null;
  const page = view.by === 'user' ? 'user' : 'group';
  return (
    <>
      {' '}
      <Link class="faint" to={{ ...onlyFilter(view, view.by, name), page, by: page === 'user' ? 'component' : 'user' }}>
        page<span class="unseen"> of {name}</span>
      </Link>
    </>
  );
}

/** Equal ones keep the order of their totals. */
export function sorted(rows: readonly Row[], sort: string): readonly Row[] {
  const down = sort.startsWith('-');
  const compare = COMPARE[down ? sort.slice(1) : sort] ?? COMPARE['total']!;
  return rows.toSorted((one, other) => (down ? -compare(one, other) : compare(one, other)));
}

const COMPARE: Readonly<Record<string, (one: Row, other: Row) => number>> = {
  name: (one, other) => one.label.localeCompare(other.label, 'en'),
  total: (one, other) => compareUsd(one.total, other.total),
  share: (one, other) => compareUsd(one.total, other.total),
  before: (one, other) => compareUsd(one.before ?? 0n, other.before ?? 0n),
  change: (one, other) => compareUsd(one.total - (one.before ?? 0n), other.total - (other.before ?? 0n)),
};
