import { SYNC_VARIABLES } from '#libs/config';
import { ALLOCATIONS, COMPUTE_MEASURES, COST_BASES, IDLE_FORMS } from '#libs/domain';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const CHART = 'helm/jupyterhub-cost-monitoring';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly enum?: readonly string[];
}

const schema = JSON.parse(readFileSync(`${CHART}/values.schema.json`, 'utf8')) as Schema;

/** Paths of values that differ: `-` only in values.yaml, `+` only in the schema. Maps whose content is free are one value. */
function differences(values: unknown, { properties }: Schema, path = ''): string[] {
  if (!properties || typeof values !== 'object' || values === null || Object.keys(values).length === 0) return [];
  const missing = Object.keys(values).filter((key) => !(key in properties));
  return [
    ...missing.map((key) => `- ${path}${key}`),
    ...Object.entries(properties).flatMap(([key, of]) =>
      key in values ? differences((values as Record<string, unknown>)[key], of, `${path}${key}.`) : [`+ ${path}${key}`],
    ),
  ];
}

it('values.yaml has every value that the schema knows, and no other', () => {
  expect(differences(parse(readFileSync(`${CHART}/values.yaml`, 'utf8')), schema)).toEqual([]);
  expect(differences({ image: { name: '' } }, schema)).toEqual(
    expect.arrayContaining(['- image.name', '+ image.tag', '+ global']),
  );
});

it('helm/README.md is made from values.yaml, where each value has a comment', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/helm-readme.mjs', '--check'], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});

const variables = schema.properties!['sync']!.properties!['env']!.properties!;

it('`sync.env` may hold each variable of the sync that has no value of its own, and no other', () => {
  const templates =
    readFileSync(`${CHART}/templates/_variables.tpl`, 'utf8') +
    readFileSync(`${CHART}/templates/_database.tpl`, 'utf8');
  const discovered = SYNC_VARIABLES.filter((name) => name.startsWith('SUPPORT_PROMETHEUS_SERVER_'));
  // A secret, for `extraEnv` with `valueFrom`.
  const own = [...discovered, 'PROMETHEUS_BEARER_TOKEN'];
  expect(Object.keys(variables).sort()).toEqual(
    SYNC_VARIABLES.filter((name) => !templates.includes(name) && !own.includes(name)).sort(),
  );
});

it('`sync.env` takes the same words as the sync', () => {
  const words = {
    COST_BASIS: COST_BASES,
    ALLOCATION: ALLOCATIONS,
    IDLE: IDLE_FORMS,
    COMPUTE_MEASURE: COMPUTE_MEASURES,
  };
  for (const [name, known] of Object.entries(words)) {
    expect([name, variables[name]!.enum!.toSorted()]).toEqual([name, known.toSorted()]);
  }
});
