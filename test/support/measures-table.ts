import type { PrometheusMeasure } from '#libs/prometheus';

/** The table of measures of docs/cost-calculations.md, without alignment. */
export function measuresTable(measures: readonly PrometheusMeasure[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    row(['measure', 'unit', 'dataset', 'divides', 'counts']),
    row(['---', '---', '---', '---', '---']),
    ...measures.map(({ name, unit, dataset, component = 'nothing', counts }) =>
      row([`\`${name}\``, unit, dataset, component, counts]),
    ),
  ].join('\n');
}
