import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parseAllDocuments, parse } from 'yaml';

/**
 * What compose and the manifests say, held against what there is: the programs, the variables that they read, the files
 * that are mounted. Whether Docker and Kubernetes take them is for those to say.
 */

interface Container {
  readonly name: string;
  readonly command: readonly string[];
  readonly variables: readonly string[];
}

interface ComposeService {
  readonly image?: string;
  readonly command?: string | readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
}

const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
  services: Readonly<Record<string, ComposeService>>;
};
const services = Object.entries(compose.services);

/** Every object below a value, the value itself included. */
function* objectsIn(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Record<string, unknown>;
  for (const member of Object.values(value)) yield* objectsIn(member);
}

const manifests = readdirSync('kubernetes')
  .filter((file) => file.endsWith('.yaml'))
  .flatMap((file) =>
    parseAllDocuments(readFileSync(`kubernetes/${file}`, 'utf8')).map((document) => document.toJS() as unknown),
  );
const containers: Container[] = [
  ...services.map(([name, { command = [], environment = {} }]) => ({
    name,
    command: [command].flat(),
    variables: Object.keys(environment),
  })),
  ...manifests
    .flatMap((manifest) => [...objectsIn(manifest)])
    .filter((object) => Array.isArray(object['command']) && typeof object['image'] === 'string')
    .map((object) => ({
      name: String(object['name']),
      command: object['command'] as string[],
      variables: ((object['env'] as { name: string }[] | undefined) ?? []).map(({ name }) => name),
    })),
].filter(({ command }) => command.some((word) => word.startsWith('dist/')));

/** Every variable that .env.example names, and those of others: Node, the AWS SDK, the simulator. */
const KNOWN = [
  ...[...readFileSync('.env.example', 'utf8').matchAll(/^#? ?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name!),
  'NODE_ENV',
];
const OF_OTHERS = /^(AWS|SIMULATOR)_/;

describe('what is deployed', () => {
  it('runs programs that the build makes', () => {
    expect(containers.length).toBeGreaterThan(6);
    for (const { name, command } of containers) {
      const program = command.find((word) => word.startsWith('dist/'))!;
      const source = program.replace(/^dist\//, '').replace(/\.js$/, '.ts');
      expect([name, source, existsSync(source)]).toEqual([name, source, true]);
    }
  });

  it('gives them variables that they read', () => {
    for (const { name, variables } of containers) {
      const unknown = variables.filter((variable) => !KNOWN.includes(variable) && !OF_OTHERS.test(variable));
      expect([name, unknown]).toEqual([name, []]);
    }
  });

  it('mounts files that exist', () => {
    for (const [name, { volumes = [] }] of services) {
      const files = volumes.map((volume) => volume.split(':')[0]!).filter((path) => path.startsWith('./'));
      expect([name, files.filter((file) => !existsSync(file))]).toEqual([name, []]);
    }
  });

  it('waits for services that there are', () => {
    const names = services.map(([name]) => name);
    for (const [, { depends_on = {} }] of services)
      expect(names).toEqual(expect.arrayContaining(Object.keys(depends_on)));
  });
});
