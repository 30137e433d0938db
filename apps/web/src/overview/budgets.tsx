import { readUsd } from '../money.js';
import { longDay, shortDay } from '../days.js';
import { Amount } from '../parts/amount.js';
import { TableCard } from '../parts/table-card.js';
import type { Anomaly, Budget } from '../api/rows.js';

/** Budgets of the current period, what is most used first; nothing where there are none. */
export function Budgets({ budgets }: { readonly budgets: readonly Budget[] }) {
  if (budgets.length === 0) return null;
  const settled = budgets.find(({ spent_to }) => spent_to !== null)?.spent_to;
  return (
    <TableCard
      title="Budgets"
      note={
        settled
          ? `Spent up to ${longDay(settled)}, the newest settled day: AWS needs a day to complete one.`
          : 'No day is settled yet: AWS needs a day to complete one.'
      }
      headings={[['Budget'], ['Spent', 'number'], ['Of', 'number'], ['Expected', 'number'], ['Runs out']]}
    >
      {budgets.map((budget) => (
        <tr key={budget.budget}>
          <th scope="row">
            <bdi>{budget.budget}</bdi> <span class="faint">{periodOf(budget)}</span>
          </th>
          <td class="number" title={budget.reason ?? undefined}>
            <Known usd={budget.spent} /> <span class="faint">{inPercent(budget.percent)}</span>
            {budget.spent !== null && budget.missing_days > 0 && (
              <span class="faint">
                {' '}
                {budget.missing_days} {budget.missing_days === 1 ? 'day' : 'days'} not known
              </span>
            )}
          </td>
          <td class="number">
            <Known usd={budget.amount} />
          </td>
          <td class="number" title={budget.forecast_reason ?? undefined}>
            <Known usd={budget.forecast} /> <span class="faint">{inPercent(budget.forecast_percent)}</span>
          </td>
          <td>{budget.run_out_on === null ? '–' : shortDay(budget.run_out_on)}</td>
        </tr>
      ))}
    </TableCard>
  );
}

const SHOWN_ANOMALIES = 8;

/** The days that stand out most of those that cost far more than usual; nothing where there are none. */
export function Anomalies({ anomalies }: { readonly anomalies: readonly Anomaly[] }) {
  if (anomalies.length === 0) return null;
  const shown = [...anomalies].sort((left, right) => right.difference - left.difference).slice(0, SHOWN_ANOMALIES);
  const others = anomalies.length - shown.length;
  return (
    <TableCard
      title="Unusual days"
      note={
        <>
          They cost far more than the same weekday usually does.
          {others > 0 && (
            <>
              {' '}
              <a href="anomalies">{others} more</a> stand out less.
            </>
          )}
        </>
      }
      headings={[['Day'], ['What'], ['Cost', 'number'], ['Usually', 'number']]}
    >
      {shown.map(({ date, hub, component, user, cost, usual }) => (
        <tr key={JSON.stringify([date, hub, component, user])}>
          <th scope="row">{shortDay(date)}</th>
          <td>
            <bdi>{user ?? component}</bdi> <span class="faint">{hub}</span>
          </td>
          <td class="number">
            <Known usd={cost} />
          </td>
          <td class="number">
            <Known usd={usual} />
          </td>
        </tr>
      ))}
    </TableCard>
  );
}

function Known({ usd }: { readonly usd: number | null }) {
  return usd === null ? <>not known</> : <Amount usd={readUsd(usd)} />;
}

function inPercent(value: number | null): string {
  return value === null ? '' : `${value.toFixed(0)}%`;
}

function periodOf({ per, from, to }: Budget): string {
  return per === 'once' ? `${longDay(from)} to ${longDay(to)}` : `this ${per}`;
}
