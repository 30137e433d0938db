import type { DashboardQuery } from './dashboard-files.js';
import type { Frame } from './grafana.js';

/** Holds the columns of an answer to what the reader of that kind of query needs. */
export function expectColumnsFor(query: DashboardQuery, frame: Frame, from: Date): void {
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
      return expectSeries(query, frame, from);
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

/** Either one series per value of `metric`, or one per column of numbers; days in order, none twice in a series. */
function expectSeries(query: DashboardQuery, frame: Frame, from: Date): void {
  expect(query.format).toBe('time_series');
  const [time, second] = frame.fields;
  expect(time?.name).toBe('time');
  expect(['time', 'number']).toContain(time?.type);
  if (second?.name === 'metric') {
    expect(frame.fields.map(({ name, type }) => `${name} ${type}`).slice(1)).toEqual(['metric string', 'value number']);
    const points = frame.rows.map(([day, metric]) => `${Number(day)} ${String(metric)}`);
    expect(new Set(points).size).toBe(points.length);
    expect(frame.rows.map(([, metric]) => metric)).not.toContain(null);
  } else {
    expect(new Set(frame.fields.slice(1).map(({ type }) => type))).toEqual(new Set(['number']));
  }
  expectAscending(frame);
  const [seconds] = frame.rows.map(([at]) => (at instanceof Date ? at.getTime() / 1000 : Number(at)));
  expect(seconds).toBeGreaterThanOrEqual(Date.parse(from.toISOString().slice(0, 10)) / 1000);
}

/** One row of figures, or one figure per row with the name before it. */
function expectStat(query: DashboardQuery, frame: Frame): void {
  const { values } = query.panel!.options!['reduceOptions'] as { values: boolean };
  const types = frame.fields.map(({ type }) => type);
  if (values) return void expect(types).toEqual(['string', 'number']);
  expect(frame.rows).toHaveLength(1);
  expect(new Set(types)).toEqual(new Set(['number']));
  expectOverridesMatch(
    query,
    frame.fields.map(({ name }) => name),
  );
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
