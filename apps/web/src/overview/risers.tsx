import type { ComponentChildren } from 'preact';
import type { Trend } from '../api/allocation.js';
import type { TrendRow } from '../api/rows.js';
import { changePercent } from '../money.js';
import { Amount } from '../parts/amount.js';
import { TableCard } from '../parts/table-card.js';

interface RisersProps {
  readonly title: string;
  readonly what: string;
  readonly trends: readonly Trend[];
  /** How many of the fourteen days have cost that is nobody's, since usage was not read. */
  readonly unread?: number;
  readonly name: (row: TrendRow) => ComponentChildren;
}

/** What rose most, with before, after and difference. */
export function Risers({ title, what, trends, unread = 0, name }: RisersProps) {
  return (
    <TableCard
      title={title}
      note={
        (trends.length === 0
          ? 'Nothing rose in the last 7 full days, or some of these days, or of the 7 before, are not stored.'
          : 'Last 7 full days against the 7 before.') +
        (unread === 0 ? '' : ` Usage of ${unread} of these 14 days was not read: users do not bear all of its cost.`)
      }
      headings={[[what], ['Before', 'number'], ['After', 'number'], ['Difference', 'number']]}
    >
      {trends.map(({ row, before, now }) => (
        <tr key={JSON.stringify([row.hub, row.component, row.user])}>
          <th scope="row">{name(row)}</th>
          <td class="number">
            <Amount usd={before} />
          </td>
          <td class="number">
            <Amount usd={now} />
          </td>
          <td class="number">
            <Amount usd={now - before} signed /> <span class="faint">{changePercent(before, now)}</span>
          </td>
        </tr>
      ))}
    </TableCard>
  );
}
