import { readFileSync } from 'node:fs';
import type { Client } from 'pg';
import { parse } from 'yaml';
import { databaseOfFile, openClient, type TestDatabase } from '../../support/database.js';
import { CLUSTER, fillEstate, USERS } from './estate.js';

interface Rule {
  readonly uid: string;
  readonly condition: string;
  readonly data: { readonly refId: string; readonly datasourceUid: string; readonly model: Record<string, unknown> }[];
}

const [{ rules }] = (
  parse(readFileSync('grafana/provisioning/alerting/jupyterhub-costs.yml', 'utf8')) as {
    groups: [{ rules: Rule[] }];
  }
).groups;

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

  it('name the budget that is spent, and the day that cost more than usual', async () => {
    expect(await rowsOf('jupyterhub-costs-budget-spent')).toEqual([{ cluster: CLUSTER, budget: 'all', used: 1.05 }]);
    expect(
      (await rowsOf('jupyterhub-costs-unusual-day')).map(({ what, more_usd }) => [what, more_usd]).toSorted(),
    ).toEqual([
      [USERS.plain, 20],
      ['compute', 20],
    ]);
  });
});
