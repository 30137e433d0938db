import type { DashboardQuery } from './dashboard-files.js';
import type { TimeRange } from './expand-macros.js';
import type { Frame } from './grafana.js';

/** Holds the columns of an answer to what the reader of that kind of query needs. */
export function expectColumnsFor(query: DashboardQuery, frame: Frame, range: TimeRange): void {
  const types = frame.fields.map(({ type }) => type);
  const names = frame.fields.map(({ name }) => name);
  expect(types).not.toContain('other');
  expect(new Set(names).size).toBe(names.length);
  switch (query.kind) {
    case 'variable':
      expect(types).toEqual(['string']);
      expect(frame.rows.flat()).not.toContain(null);
      return;
    case 'annotation':
      expect(frame.fields).toEqual([
        { name: 'time', type: 'time' },
        { name: 'timeend', type: 'time' },
        { name: 'text', type: 'string' },
        { name: 'tags', type: 'string' },
      ]);
      return;
    case 'timeseries':
      return expectSeries(query, frame, range);
    case 'state-timeline':
      expect(names[0]).toBe('time');
      expect(types).toEqual(['time', ...types.slice(1).map(() => 'string')]);
      return expectAscending(frame);
    case 'trend':
      expect(new Set(types)).toEqual(new Set(['number']));
      expect(names[0]).toBe(query.panel?.options?.xField);
      return expectAscending(frame);
    case 'barchart':
      expect(names[0]).toBe(query.panel?.options?.xField);
      expect(types).toEqual(['string', ...types.slice(1).map(() => 'number')]);
      return;
    case 'bargauge':
      expect(types).toEqual(['string', 'number']);
      return;
    case 'stat':
      return expectStat(query, frame);
    case 'table':
      expect(types).toContain('string');
      return expectOverridesMatch(query, names);
    default:
      throw new Error(`what does a ${query.kind} need?`);
  }
}

/** Either one series per value of `metric`, or one per column of numbers; steps in order, none twice in a series, all in the range. */
function expectSeries(query: DashboardQuery, frame: Frame, { from, to }: TimeRange): void {
  expect(query.format).toBe('time_series');
  const [time] = frame.fields;
  expect(time).toEqual({ name: 'time', type: 'time' });
  const metric = frame.fields.findIndex(({ name }) => name === 'metric');
  if (metric > 0) {
    const columns = frame.fields.map(({ name, type }) => `${name} ${type}`).slice(1);
    expect([
      ['metric string', 'value number'],
      ['place string', 'colour string', 'metric string', 'value number'],
    ]).toContainEqual(columns);
    const points = frame.rows.map((row) => `${Number(row[0])} ${String(row[metric])}`);
    expect(new Set(points).size).toBe(points.length);
    expect(frame.rows.map((row) => row[metric])).not.toContain(null);
  } else {
    expect(new Set(frame.fields.slice(1).map(({ type }) => type))).toEqual(new Set(['number']));
  }
  expectAscending(frame);
  for (const [at] of frame.rows) {
    expect(Number(at)).toBeGreaterThanOrEqual(Number(from));
    expect(Number(at)).toBeLessThanOrEqual(Number(to));
  }
}

/** One row of figures, written out, or one number per row with the name before it. */
function expectStat(query: DashboardQuery, frame: Frame): void {
  const { values, fields } = query.panel!.options!['reduceOptions'] as { values: boolean; fields: string };
  const types = frame.fields.map(({ type }) => type);
  if (values) return void expect(types).toEqual(['string', 'number']);
  expect(frame.rows).toHaveLength(1);
  // Grafana leaves text out unless it is asked for all fields.
  expect([new Set(types), fields]).toEqual([new Set(['string']), '/.*/']);
}

/** An override by name that matches no column would be silently without effect. */
function expectOverridesMatch(query: DashboardQuery, names: readonly string[]): void {
  for (const { matcher } of query.panel?.fieldConfig?.overrides ?? []) {
    if (matcher.id === 'byName') expect(names).toContain(matcher.options);
  }
}

function expectAscending(frame: Frame): void {
  const keys = frame.rows.map(([key]) => Number(key));
  expect(keys).toEqual([...keys].sort((left, right) => left - right));
}
