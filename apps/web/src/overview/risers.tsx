import type { ComponentChildren } from 'preact';
import type { Trend } from '../api/allocation.js';
import type { TrendRow } from '../api/rows.js';
import { changePercent } from '../money.js';
import { Amount } from '../parts/amount.js';

interface RisersProps {
  readonly title: string;
  readonly what: string;
  readonly trends: readonly Trend[];
  readonly name: (row: TrendRow) => ComponentChildren;
}

/** What rose most, with before, after and difference. */
export function Risers({ title, what, trends, name }: RisersProps) {
  return (
    <section class="card">
      <h2>{title}</h2>
      <p class="faint">Last 7 full days against the 7 before.</p>
      {trends.length === 0 ? (
        <p class="state">Nothing rose, or some of these days are not stored.</p>
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-label={title}>
          <table>
            <thead>
              <tr>
                <th scope="col">{what}</th>
                <th scope="col" class="number">
                  Before
                </th>
                <th scope="col" class="number">
                  After
                </th>
                <th scope="col" class="number">
                  Difference
                </th>
              </tr>
            </thead>
            <tbody>
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
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
