import type { ComponentChildren } from 'preact';
import { changePercent } from '../money.js';
import { Amount } from '../parts/amount.js';
import type { Change } from './changes.js';
import type { Cost } from './load-overview.js';

interface RisersProps {
  readonly title: string;
  readonly what: string;
  readonly changes: readonly Change<Cost>[];
  readonly name: (cost: Cost) => ComponentChildren;
}

/** What rose most, with before, after and difference. */
export function Risers({ title, what, changes, name }: RisersProps) {
  return (
    <section class="card">
      <h2>{title}</h2>
      <p class="faint">Last 7 full days against the 7 before.</p>
      {changes.length === 0 ? (
        <p class="state">Nothing rose.</p>
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
              {changes.map(({ key, before, after }) => (
                <tr key={`${key.hub} ${key.component} ${key.user}`}>
                  <th scope="row">{name(key)}</th>
                  <td class="number">
                    <Amount usd={before} />
                  </td>
                  <td class="number">
                    <Amount usd={after} />
                  </td>
                  <td class="number">
                    <Amount usd={after - before} signed /> <span class="faint">{changePercent(before, after)}</span>
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
