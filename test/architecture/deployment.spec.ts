import { API_VARIABLES, parseApiConfig, parseDatabaseUrl, parseSyncConfig, SYNC_VARIABLES } from '#libs/config';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import ts from 'typescript';
import { parse } from 'yaml';
import { readSettings, SETTINGS } from '../../apps/simulator/src/settings.js';

type Variables = Readonly<Record<string, string>>;

/** A program of the image, as the compose file starts it. */
interface Started {
  readonly where: string;
  readonly command: readonly string[];
  readonly variables: Variables;
}

const AWS_VARIABLES = ['AWS_ENDPOINT_URL_COST_EXPLORER', 'AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];

/** By source file: the variables that the program knows, and its own parser of them. */
const PROGRAMS: Readonly<Record<string, { knows: readonly string[]; parse: (variables: Variables) => unknown }>> = {
  'apps/api/src/main.ts': { knows: ['NODE_ENV', ...API_VARIABLES], parse: parseApiConfig },
  'apps/sync/src/main.ts': { knows: ['NODE_ENV', ...SYNC_VARIABLES, ...AWS_VARIABLES], parse: parseSyncConfig },
  'apps/sync/src/migrate.ts': { knows: ['DATABASE_URL'], parse: parseDatabaseUrl },
  'apps/simulator/src/main.ts': { knows: Object.keys(SETTINGS.shape), parse: readSettings },
};

const sourceOf = ([, file = '']: readonly string[]) => file.replace(/^dist\//, '').replace(/\.js$/, '.ts');

interface Service {
  readonly build?: string;
  readonly command: readonly string[];
  readonly environment: Variables;
  readonly volumes?: readonly string[];
}

const services = Object.entries(
  (parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as { services: Record<string, Service> })
    .services,
);

function startedByCompose(): Started[] {
  return services
    .filter(([, { build }]) => build !== undefined)
    .map(([where, { command, environment }]) => ({ where, command: programOf(command), variables: environment }));
}

/** A program that a shell starts, more than once for instance. */
function programOf(command: readonly string[]): readonly string[] {
  const [shell, , script = ''] = command;
  return shell === 'sh' ? script.slice(script.indexOf('node ')).split(/[ ;]+/) : command;
}

it('docker-compose.yml starts programs that the build makes, with variables that they know, and enough of them', () => {
  const started = startedByCompose();
  expect(started.length).toBeGreaterThan(3);
  for (const { where, command, variables } of started) {
    const program = PROGRAMS[sourceOf(command)];
    expect([where, command[0], existsSync(sourceOf(command)), program]).toEqual([where, 'node', true, program]);
    const unknown = Object.keys(variables).filter((name) => !program!.knows.includes(name));
    expect([where, unknown]).toEqual([where, []]);
    // A file is mounted where this machine has none.
    const { ATTRIBUTION_FILE: _file, ...rest } = variables;
    program!.parse(rest);
  }
});

it('docker-compose.yml mounts files that exist', () => {
  const mounted = services.flatMap(([, { volumes }]) => volumes ?? []).filter((mount) => mount.startsWith('./'));
  expect(mounted.length).toBeGreaterThan(4);
  expect(mounted.map((mount) => mount.split(':')[0]!).filter((file) => !existsSync(file))).toEqual([]);
});

it('the image has every package that its programs import', () => {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: object };
  const sources = ['apps', 'libs', 'migrations']
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`))
    .filter(
      (file) =>
        /(?<!\.spec)\.ts$/.test(file) && !/^(apps\/demo|apps\/web|libs\/embedded|libs\/[^/]+\/testing)\//.test(file),
    );
  const missing = sources.flatMap((file) =>
    ts
      .preProcessFile(readFileSync(file, 'utf8'))
      .importedFiles.map(({ fileName }) => fileName)
      .filter((name) => !/^[.#]/.test(name) && !isBuiltin(name))
      .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'))
      .filter((name) => !(name in dependencies))
      .map((name) => `${file}: ${name}`),
  );
  expect(sources.length).toBeGreaterThan(100);
  expect(missing).toEqual([]);
});
