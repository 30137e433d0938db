import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dashboard, Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';
import { EVERYONE_ELSE, FIXED_COLOURS, PALETTE, UNALLOCATED } from '#libs/domain';
import { USD } from './money.js';
import { IGNORED_BY_ONE, OPTIONS_OF_BOTH } from './options-of-versions.js';
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
  const sqlOf = (panel: Panel) => (panel.targets?.[0] as { rawSql?: string } | undefined)?.rawSql ?? '';

  it('centre and stack their bars: those of one step would hide one another', () => {
    const bars = panels.filter((panel) => custom(panel)['drawStyle'] === 'bars');
    expect(bars.length).toBeGreaterThan(10);
    for (const panel of bars) {
      expect([panel.title, custom(panel).stacking]).toEqual([panel.title, { mode: 'normal', group: 'A' }]);
      expect([panel.title, custom(panel)['barAlignment']]).toEqual([panel.title, 0]);
    }
  });

  it('follow Step, but for the runs, which have a time of their own, and the metrics of the API', () => {
    const others = panels.filter((panel) => !sqlOf(panel).includes('${step:sqlstring}')).map(({ title }) => title);
    expect(others).toEqual([
      'Duration of runs',
      'API requests',
      'API latencies',
      'API responses that were errors',
      'API latency by route',
    ]);
  });

  it('have a legend at the right that is a table, of totals where there is one, the greatest first', () => {
    for (const { title, options, fieldConfig } of panels) {
      expect(options.legend).toMatchObject({ displayMode: 'table', showLegend: true, placement: 'right' });
      if (fieldConfig?.defaults.unit !== USD) continue;
      expect([title, options.legend]).toMatchObject([title, { calcs: ['sum'], sortBy: 'Total', sortDesc: true }]);
    }
  });
});

describe('colours', () => {
  const series = dashboards
    .flatMap(([, dashboard]) => panelsOf(dashboard))
    .flatMap(({ fieldConfig }) => fieldConfig?.overrides ?? [])
    .filter(({ matcher }) => matcher.id === 'byRegexp');

  /** As Grafana names a series of a query with three columns of text. */
  const nameOf = (colour: string, metric: string) => `value {colour="${colour}", metric="${metric}", place="001"}`;
  const paintOf = (name: string) =>
    series
      .filter(({ matcher }) => new RegExp(String(matcher.options).slice(1, -1)).test(name))
      .map(({ properties }) => properties);

  it.each([
    ['4', 'ada (prod)', PALETTE[4]],
    ['compute', 'compute', FIXED_COLOURS['compute']],
    ['r5.xlarge', 'r5.xlarge', FIXED_COLOURS['r5.xlarge']],
    ['(everyone else)', '(everyone else)', EVERYONE_ELSE],
    ['(unallocated: idle)', '(unallocated: idle)', UNALLOCATED],
  ])('%s: one override, that takes the labels away from the name', (colour, metric, expected) => {
    const paints = paintOf(nameOf(colour, metric));
    expect(new Set(paints.map((paint) => JSON.stringify(paint))).size).toBe(1);
    expect(paints[0]).toEqual([
      { id: 'color', value: { mode: 'fixed', fixedColor: expected } },
      { id: 'displayName', value: '${__field.labels.metric}' },
    ]);
  });

  it('of a user whose name looks like a label is not that label’s', () => {
    expect(paintOf(nameOf('none', 'value {colour="4", '))).toEqual([]);
  });
});

describe('what both ends of the supported versions know', () => {
  const paths = (value: object, prefix = ''): string[] =>
    Object.entries(value).flatMap(([key, inner]) => [
      prefix + key,
      ...(inner !== null && typeof inner === 'object' && !Array.isArray(inner) ? paths(inner, `${prefix}${key}.`) : []),
    ]);

  it.each(dashboards)('%s has no option that Grafana 10.4 or 13 would not understand or ignore', (_name, dashboard) => {
    for (const { type, options = {}, fieldConfig } of panelsOf(dashboard)) {
      const known = [...OPTIONS_OF_BOTH['all']!, ...(OPTIONS_OF_BOTH[type] ?? []), ...Object.keys(IGNORED_BY_ONE)];
      const custom = paths(fieldConfig?.defaults.custom ?? {}, 'custom.');
      const overridden = fieldConfig?.overrides.flatMap(({ properties }) => properties.map(({ id }) => id)) ?? [];
      for (const path of [...paths(options), ...custom, ...overridden])
        expect([type, known.includes(path) || path]).toEqual([type, true]);
    }
  });
});

describe('what to do', () => {
  const anchors = [...readFileSync(join('docs', 'operations.md'), 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );

  it('is linked to by the panels that can tell of a fault, and by every alert: sections that exist', () => {
    const links = panelsOf(dashboards.find(([name]) => name === 'sync-health')![1]).flatMap(
      (panel) => panel.links ?? [],
    );
    expect(links.length).toBeGreaterThan(7);
    const alerts = readFileSync(join('grafana', 'prometheus', 'alerts.yml'), 'utf8');
    const runbooks = [...alerts.matchAll(/runbook_url: docs\/operations\.md#(\S+)/g)].map(([, anchor]) => anchor);
    expect(runbooks).toHaveLength([...alerts.matchAll(/- alert: /g)].length);
    for (const anchor of [...runbooks, ...links.map(({ url }) => url?.split('#')[1])])
      expect(anchors).toContain(anchor);
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

  it('show today and the 30 days before it, whole, in UTC', () => {
    for (const [, { time, timezone }] of dashboards) {
      expect({ time, timezone }).toEqual({ time: { from: 'now-30d/d', to: 'now' }, timezone: 'utc' });
    }
  });

  it('offer the same pickers by the same names', () => {
    const pickers = Object.fromEntries(
      dashboards.map(([name, { templating }]) => [name, templating?.list?.map((variable) => variable.name)]),
    );
    expect(pickers).toEqual({
      'cloud-costs': ['datasource', 'cluster', 'step', 'hub', 'component'],
      'user-costs': ['datasource', 'cluster', 'step', 'hub', 'component', 'usergroup', 'user', 'top_users'],
      'group-costs': ['datasource', 'cluster', 'step', 'hub', 'component', 'usergroup', 'user', 'counted'],
      'sync-health': ['datasource', 'prometheus', 'cluster', 'step', 'docs'],
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
      if (
        type === 'text' ||
        type === 'table' ||
        type === 'state-timeline' ||
        (type === 'stat' && title !== 'Time since the last good run')
      )
        continue;
      expect([title, fieldConfig?.defaults.unit]).toEqual([title, expect.any(String)]);
    }
  });

  it('say why they are empty', () => {
    for (const { type, title, fieldConfig } of panels)
      if (type !== 'text') expect([title, fieldConfig?.defaults.noValue]).toEqual([title, expect.stringMatching(/./)]);
  });

  it('fit into 1440 pixels, the columns without a width with 100 at least', () => {
    for (const { type, title, gridPos, fieldConfig, targets } of panels) {
      if (type !== 'table') continue;
      const sql = (targets![0] as unknown as { rawSql: string }).rawSql;
      const columns = new Set(
        [...sql.slice(sql.lastIndexOf('\nSELECT')).matchAll(/AS "([^"]+)"/g)].map(([, name]) => name!),
      );
      const widths = new Map(
        fieldConfig!.overrides.map(({ matcher, properties }): [string, number] => [
          String(matcher.options),
          Number(properties.find(({ id }) => id === 'custom.width')?.value ?? 100),
        ]),
      );
      const all = new Set([...columns, ...widths.keys()]);
      const needed = [...all].reduce((sum, name) => sum + (widths.get(name) ?? 100), 0);
      expect([title, needed, needed <= (1400 * gridPos!.w) / 24]).toEqual([title, needed, true]);
    }
  });

  it('link to dashboards and variables that exist, with the range and every variable kept', () => {
    const own = dashboard.templating?.list?.map(({ name }) => name) ?? [];
    const urls = panels.flatMap(({ fieldConfig }) =>
      (fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
        properties.flatMap(({ id, value }) =>
          id === 'links' ? (value as { url: string }[]).map(({ url }) => url) : [],
        ),
      ),
    );
    for (const url of urls) {
      const [, uid] = /^\/d\/([a-z-]+)\?/.exec(url)!;
      const target = dashboards.find(([, one]) => one.uid === uid)![1];
      const [, set] = /var-(\w+)=\$\{__value\.text:percentencode\}/.exec(url)!;
      const kept = [...url.matchAll(/\$\{(\w+):queryparam\}/g)].map(([, name]) => name);
      expect([...kept, ...(own.includes(set!) ? [set] : [])].sort()).toEqual(
        own.filter((name) => name !== 'prometheus').sort(),
      );
      expect(target.templating?.list?.map(({ name }) => name)).toContain(set);
      expect(url).toMatch(/&\$\{__url_time_range\}$/);
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
