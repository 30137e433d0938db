import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dashboard, Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';
import { asFile, buildDashboards } from './dashboards.js';

const FOLDER = join('grafana', 'dashboards');
const dashboards = Object.entries(buildDashboards());

const isPanel = (panel: Panel | RowPanel): panel is Panel => panel.type !== 'row';

function panelsOf(dashboard: Dashboard): Panel[] {
  return (dashboard.panels ?? []).filter(isPanel);
}

describe('the committed dashboards', () => {
  it('are those that the sources make, no more and no fewer', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(dashboards.map(([name]) => `${name}.json`).sort());
  });

  it.each(dashboards)('%s.json is up to date: else run `npm run dashboards`', (name, dashboard) => {
    expect(readFileSync(join(FOLDER, `${name}.json`), 'utf8')).toBe(asFile(dashboard));
  });
});

describe('panels over time', () => {
  const custom = (panel: Panel) =>
    panel.fieldConfig?.defaults.custom as Record<string, unknown> & { stacking?: object };
  const panels = dashboards.flatMap(([, dashboard]) => panelsOf(dashboard)).filter(({ type }) => type === 'timeseries');

  it('stack their bars: those of one day would hide one another', () => {
    const bars = panels.filter((panel) => custom(panel)['drawStyle'] === 'bars');
    expect(bars.length).toBeGreaterThan(5);
    for (const panel of bars)
      expect([panel.title, custom(panel).stacking]).toEqual([panel.title, { mode: 'normal', group: 'A' }]);
  });

  it('break their lines where a day is missing', () => {
    const lines = panels.filter(
      (panel) =>
        custom(panel)['drawStyle'] !== 'bars' &&
        panel.targets?.some((target) => /\bday AS "time"/.test((target as { rawSql?: string }).rawSql ?? '')),
    );
    expect(lines.map(({ title }) => title)).toHaveLength(4);
    for (const panel of lines)
      expect([panel.title, custom(panel)['insertNulls']]).toEqual([panel.title, 36 * 3_600_000]);
  });
});

describe('the dashboards together', () => {
  it('have uids and titles of their own, and none of those that 2i2c’s dashboards have', () => {
    const uids = dashboards.map(([, { uid }]) => uid);
    expect(new Set(uids).size).toBe(4);
    expect(new Set(dashboards.map(([, { title }]) => title)).size).toBe(4);
    for (const taken of ['cloud-cost-aws', 'cloud-cost-users', 'cloud-cost-groups']) expect(uids).not.toContain(taken);
    // Grafana takes 40 characters at most.
    for (const uid of uids) expect(uid).toMatch(/^jupyterhub-[a-z-]{1,29}$/);
  });

  it('lead to each other, and keep range and variables on the way', () => {
    for (const [, { links, tags }] of dashboards) {
      expect(links).toEqual([
        expect.objectContaining({ type: 'dashboards', tags, asDropdown: true, includeVars: true, keepTime: true }),
      ]);
      expect(links?.[0]?.placement).toBeUndefined();
    }
  });

  it('show the last 30 days, in UTC', () => {
    for (const [, { time, timezone }] of dashboards) {
      expect({ time, timezone }).toEqual({ time: { from: 'now-30d', to: 'now' }, timezone: 'utc' });
    }
  });

  it('offer the same pickers by the same names', () => {
    const pickers = Object.fromEntries(
      dashboards.map(([name, { templating }]) => [name, templating?.list?.map((variable) => variable.name)]),
    );
    expect(pickers).toEqual({
      'cloud-costs': ['datasource', 'cluster', 'hub', 'component'],
      'user-costs': ['datasource', 'cluster', 'hub', 'component', 'usergroup', 'user', 'top_users'],
      'group-costs': ['datasource', 'cluster', 'hub', 'component', 'usergroup', 'user'],
      'sync-health': ['datasource', 'prometheus', 'cluster'],
    });
    for (const variable of dashboards.flatMap(([, { templating }]) => templating?.list ?? [])) {
      if (!['hub', 'component', 'usergroup', 'user'].includes(variable.name)) continue;
      expect(variable).toMatchObject({ multi: true, includeAll: true, current: { value: ['$__all'] } });
    }
  });
});

describe.each(dashboards)('the panels of %s', (_name, dashboard) => {
  const panels = panelsOf(dashboard);

  it('have a title, an explanation and a number of their own', () => {
    for (const panel of panels) {
      expect(panel.title).toMatch(/\S/);
      expect(panel.description).toMatch(/^[A-Z].{30,}\.$/s);
    }
    const ids = dashboard.panels?.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids?.length);
  });

  it('cover the width row by row, without gaps or overlaps', () => {
    const widths: Record<number, number> = {};
    const taken = new Set<string>();
    for (const { gridPos } of panels) {
      const { x = 0, y = 0, w = 0, h = 0 } = gridPos ?? {};
      widths[y] = (widths[y] ?? 0) + w;
      for (let column = x; column < x + w; column += 1) {
        for (let line = y; line < y + h; line += 1) {
          expect(taken).not.toContain(`${column} ${line}`);
          taken.add(`${column} ${line}`);
        }
      }
    }
    // A panel that is repeated fills its row with its copies.
    const repeated = panels.filter(({ repeat }) => repeat).map(({ gridPos }) => gridPos?.y);
    for (const [y, width] of Object.entries(widths)) if (!repeated.includes(Number(y))) expect(width).toBe(24);
  });

  it('say what their numbers are', () => {
    for (const { type, title, fieldConfig } of panels) {
      if (type === 'text' || type === 'table' || type === 'state-timeline') continue;
      expect([title, fieldConfig?.defaults.unit ?? (title?.startsWith('Members') ? 'none' : undefined)]).toEqual([
        title,
        expect.any(String),
      ]);
    }
  });

  it('have a legend that is a table of totals, where they have series', () => {
    for (const { type, options } of panels) {
      if (type !== 'timeseries') continue;
      expect(options.legend).toMatchObject({ displayMode: 'table', showLegend: true });
      expect(options.legend.calcs.length).toBeGreaterThan(0);
    }
  });

  it('ask the datasource that is picked at the top', () => {
    for (const panel of panels) {
      for (const target of panel.targets ?? []) {
        expect(['${datasource}', '${prometheus}']).toContain(
          (target as { datasource?: { uid?: string } }).datasource?.uid,
        );
      }
    }
  });
});
