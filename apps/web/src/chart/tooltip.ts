import { sumUsd } from '#libs/domain';
import { exactMoney } from '../money.js';
import type { Column, Series } from './stacked-bars.js';

const MOST_LINES = 12;

/**
 * What hovering over a bar shows. Built of elements, never of text that is parsed: names come from outside, and a style
 * attribute would break the content security policy.
 */
export function tooltipOf(columns: readonly Column[], series: readonly Series[], index: number): HTMLElement {
  const column = columns[index];
  const box = element('div', 'tooltip');
  if (!column) return box;
  box.append(element('strong', '', column.title));
  if (column.gap === 'no costs') box.append(element('p', '', 'No costs are stored for this time.'));
  const lines = series
    .map((one) => ({ ...one, amount: one.amounts[index] ?? 0n }))
    .filter(({ amount }) => amount !== 0n)
    .toReversed();
  const list = element('dl');
  for (const { name, colour, amount } of lines.slice(0, MOST_LINES)) {
    const term = element('dt');
    const swatch = element('i', 'swatch');
    swatch.style.backgroundColor = colour;
    term.append(swatch, name);
    list.append(term, element('dd', '', exactMoney(amount)));
  }
  if (lines.length > 1) {
    list.append(
      element('dt', 'sum', 'Total'),
      element('dd', 'sum', exactMoney(sumUsd(lines.map((line) => line.amount)))),
    );
  }
  box.append(list);
  if (column.estimated) box.append(element('p', '', 'Estimated: AWS may still change it.'));
  if (column.gap === 'no usage')
    box.append(element('p', '', 'Usage was not read: users do not bear all of this cost.'));
  return box;
}

function element(tag: string, className = '', text = ''): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}
