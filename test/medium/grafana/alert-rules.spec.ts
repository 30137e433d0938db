import { readFileSync } from 'node:fs';
import type { Client } from 'pg';
import { parse } from 'yaml';
import { databaseOfFile, execute, openClient, type TestDatabase } from '../../support/database.js';
import { CLUSTER, fillEstate, USERS } from './estate.js';

interface Rule {
  readonly uid: string;
  readonly title: string;
  readonly condition: string;
  readonly for: string;
  readonly noDataState: string;
  readonly execErrState: string;
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly data: { readonly refId: string; readonly datasourceUid: string; readonly model: Record<string, unknown> }[];
}

const file = parse(readFileSync('grafana/provisioning/alerting/jupyterhub-costs.yml', 'utf8')) as {
  groups: [{ rules: Rule[]; interval: string }];
};
const [group] = file.groups;
const { rules } = group;

const KEYS = new Set('uid title condition noDataState execErrState for annotations labels'.split(' '));

let database: TestDatabase;
let reader: Client;

beforeAll(async () => {
  database = await databaseOfFile();
  await fillEstate(database.url);
  reader = await openClient(database.url);
  const today = `(now() AT TIME ZONE 'UTC')::date`;
  await reader.query(
    `UPDATE budgets SET period_from = ${today}, period_until = ${today} + 1, spent_usd = 2100 WHERE name = 'all'`,
  );
  await reader.query(`UPDATE anomalies SET day = ${today} - 2`);
  await reader.query('SET ROLE grafana_reader');
});

const rowsOf = async (uid: string) => {
  const query = rules.find((rule) => rule.uid === uid)!.data[0]!;
  const { rows } = await reader.query<Record<string, unknown>>(query.model['rawSql'] as string);
  return rows.filter(({ cluster }) => cluster === CLUSTER);
};

describe('the alert rules of Grafana', () => {
  it('are of one number per row, which a threshold judges', async () => {
    for (const { uid, condition, data } of rules) {
      const [query, threshold] = data as [Rule['data'][0], Rule['data'][0]];
      expect(query.datasourceUid).toBe('jupyterhub-costs');
      expect(threshold).toMatchObject({
        refId: condition,
        datasourceUid: '__expr__',
        model: { type: 'threshold', expression: query.refId },
      });
      for (const row of await rowsOf(uid)) {
        expect(
          Object.values(row)
            .map((value) => typeof value)
            .toSorted()
            .filter((type) => type !== 'string'),
        ).toEqual(['number']);
      }
    }
  });

  it('have what Grafana 10.4 to 13 read of such a file, and nothing else', () => {
    expect(Object.keys(file).toSorted()).toEqual(['apiVersion', 'groups']);
    expect(Object.keys(group).toSorted()).toEqual(['folder', 'interval', 'name', 'orgId', 'rules']);
    expect(group.interval).toMatch(/^\d+m$/);
    expect(new Set(rules.flatMap(({ uid, title }) => [uid, title])).size).toBe(2 * rules.length);
    for (const { data, ...rule } of rules) {
      expect(Object.keys(rule).filter((key) => !KEYS.has(key))).toEqual([]);
      expect(rule.uid).toMatch(/^[\w-]{1,40}$/);
      expect(['NoData', 'OK', 'Alerting']).toContain(rule.noDataState);
      expect(['OK', 'Alerting', 'Error']).toContain(rule.execErrState);
      expect(rule.for).toMatch(/^\d+[smhd]$/);
      // A dollar in a label, and braces after one in a text, stand for a variable of Grafana's environment.
      expect(Object.values(rule.labels).join('')).not.toContain('$');
      expect(Object.values(rule.annotations).join('')).not.toContain('${');
      for (const [key, query] of data.entries()) {
        const known = ['datasourceUid', 'model', ...(key === 0 ? ['relativeTimeRange'] : []), 'refId'];
        expect(Object.keys(query).toSorted()).toEqual(known.toSorted());
        expect(query.model['refId']).toBe(query.refId);
      }
      const { conditions } = data[1]!.model as { conditions: { evaluator: { type: string } }[] };
      // 10.4 has no gte.
      expect(conditions.map(({ evaluator }) => evaluator.type)).toEqual(['gt']);
    }
  });

  it('give each row labels of its own, which the text names', async () => {
    // A component may be called as a user of the same hub: Grafana refuses rows with equal labels.
    await execute(
      database.url,
      `INSERT INTO anomalies (cluster, day, hub, username, amount_usd, usual_usd, most_usd, alert)
       SELECT cluster, day, hub, component, amount_usd, usual_usd, most_usd, 'none' FROM anomalies WHERE component IS NOT NULL`,
    );
    for (const { uid, annotations, data } of rules) {
      const rows = await rowsOf(uid);
      const labels = rows.map((row) => Object.entries(row).filter(([, value]) => typeof value === 'string'));
      expect(new Set(labels.map((one) => JSON.stringify(one))).size).toBe(rows.length);
      for (const [, name] of annotations['summary']!.matchAll(/\$labels\.(\w+)/g)) {
        expect(labels[0]!.map(([column]) => column)).toContain(name);
      }
      expect(annotations['summary']).toContain(`$values.${data[0]!.refId}.Value`);
    }
    await execute(database.url, `DELETE FROM anomalies WHERE username = 'compute'`);
  });

  it('name the budget that is spent, and the day that cost more than usual', async () => {
    expect(await rowsOf('jupyterhub-costs-budget-spent')).toEqual([{ cluster: CLUSTER, budget: 'all', used: 1.05 }]);
    expect(
      (await rowsOf('jupyterhub-costs-unusual-day')).map(({ what, more_usd }) => [what, more_usd]).toSorted(),
    ).toEqual([
      ['compute', 20],
      [`user ${USERS.plain}`, 20],
    ]);
  });
});
