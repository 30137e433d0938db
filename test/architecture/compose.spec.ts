import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { readSettings } from '../../apps/simulator/src/settings.js';
import { parseApiConfig, parseDatabaseUrl, parseSyncConfig } from '#libs/config';
import { startsBuiltFile, variablesKnownTo } from './programs.js';

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly restart: string;
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const read = (file: string) => readFileSync(file, 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as ComposeFile;
const services = Object.entries(compose.services);
const ours = services.filter(([, { build }]) => build !== undefined);
const service = (name: string): Service => {
  const found = compose.services[name];
  if (!found) throw new Error(`no service ${name}`);
  return found;
};
const environmentOf = (name: string) => service(name).environment ?? {};

const PROVISIONING = readdirSync('grafana/provisioning', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yml'))
  .map((file) => `grafana/provisioning/${file}`);

/** Where each service listens, as its command, its variables or its image's documentation say. */
const LISTENS: Readonly<Record<string, string>> = {
  postgres: '5432',
  prometheus: '9090',
  grafana: '3000',
  api: environmentOf('api')['PORT'] ?? '',
  simulator: environmentOf('simulator')['PORT'] ?? '',
};

describe('docker-compose.yml', () => {
  it('has all that a demo of the whole needs', () => {
    expect(Object.keys(compose.services).sort()).toEqual([
      'api',
      'grafana',
      'migrate',
      'postgres',
      'prometheus',
      'simulator',
      'sync',
    ]);
  });

  it('pins every image that it pulls to one version', () => {
    for (const [name, { image, build }] of services) {
      if (build === undefined)
        expect([name, image]).toEqual([name, expect.stringMatching(/^[a-z/]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$/)]);
    }
  });

  it('builds one image for the API, the sync, the migrations and the simulator', () => {
    expect(ours.map(([name]) => name).sort()).toEqual(['api', 'migrate', 'simulator', 'sync']);
    expect(new Set(ours.map(([, { image, build }]) => `${image} from ${build}`))).toEqual(
      new Set(['jupyterhub-cost-monitoring:local from .']),
    );
  });

  it('runs that image without rights, on a root file system that cannot be written', () => {
    for (const [, settings] of ours) {
      expect(settings).toMatchObject({ read_only: true, tmpfs: ['/tmp'], cap_drop: ['ALL'] });
      expect(settings).toMatchObject({ security_opt: ['no-new-privileges:true'] });
    }
  });

  it('starts files that the build makes out of sources that exist', () => {
    for (const [name, { command }] of ours) expect([name, startsBuiltFile(command)]).toEqual([name, true]);
  });

  it('mounts files that exist, for reading alone, and declares the volumes that it names', () => {
    const named = new Set<string>();
    for (const mount of services.flatMap(([, { volumes }]) => volumes ?? [])) {
      const [from = '', to, mode] = mount.split(':');
      expect(to).toMatch(/^\//);
      if (from.startsWith('.')) expect([from, existsSync(from), mode]).toEqual([from, true, 'ro']);
      else named.add(from);
    }
    expect(Object.keys(compose.volumes).sort()).toEqual([...named].sort());
  });

  it('keeps the data where PostgreSQL 18 and later keep it', () => {
    expect(service('postgres').image).toMatch(/^postgres:18\./);
    expect(service('postgres').volumes).toContain('postgres:/var/lib/postgresql');
  });

  it('publishes the ports that are listened on, to this machine alone', () => {
    for (const [name, { ports = [] }] of services) {
      for (const published of ports) expect(published).toBe(`127.0.0.1:${LISTENS[name]}:${LISTENS[name]}`);
    }
    expect(services.filter(([, { ports }]) => ports).map(([name]) => name)).toEqual(['prometheus', 'api', 'grafana']);
  });

  it('asks the health of everything that has a port, on that port', () => {
    for (const [name, { healthcheck, restart, command }] of services) {
      if (restart === 'no' || command?.[1]?.includes('/sync/')) {
        expect([name, healthcheck]).toEqual([name, undefined]);
      } else if (name === 'postgres') {
        const { POSTGRES_USER: user, POSTGRES_DB: database } = environmentOf('postgres');
        expect(healthcheck?.test).toEqual(expect.arrayContaining([`--username=${user}`, `--dbname=${database}`]));
      } else {
        expect(healthcheck?.test.join(' ')).toContain(`http://127.0.0.1:${LISTENS[name]}/`);
      }
    }
  });

  it('waits for what can be waited for', () => {
    for (const [name, { depends_on: needs = {} }] of services) {
      for (const [needed, { condition }] of Object.entries(needs)) {
        const { healthcheck, restart } = service(needed);
        const waitable = condition === 'service_healthy' ? healthcheck !== undefined : restart === 'no';
        expect([name, needed, condition, waitable]).toEqual([
          name,
          needed,
          expect.stringMatching(/^service_(healthy|completed_successfully)$/),
          true,
        ]);
      }
    }
    expect(Object.keys(service('api').depends_on ?? {})).toContain('migrate');
    expect(Object.keys(service('sync').depends_on ?? {})).toEqual(expect.arrayContaining(['migrate', 'simulator']));
  });

  it('holds no secret but the demo’s own', () => {
    const text = read('docker-compose.yml') + read('grafana/postgres/create-roles.sql');
    const secrets = [
      ...text.matchAll(/PASSWORD:? '?([^\s';]+)/g),
      ...text.matchAll(/:\/\/\w+:([^@\s]+)@/g),
      ...text.matchAll(/AWS_\w*KEY\w*: (\S+)/g),
    ].map(([, secret]) => secret);
    expect(secrets.length).toBeGreaterThan(8);
    for (const secret of secrets) expect(secret).toMatch(/^demo(-[a-z]+)?$/);
  });
});

describe('the variables in docker-compose.yml', () => {
  const configured = variablesKnownTo('libs/config/src/api-config.ts', 'libs/config/src/sync-config.ts');
  const simulated = variablesKnownTo('apps/simulator/src/settings.ts');

  it('are ones that the API knows, and enough for it', () => {
    const { NODE_ENV: mode, ...variables } = environmentOf('api');
    for (const name of Object.keys(variables)) expect(configured).toContain(name);
    expect(mode).toBe('production');
    expect(parseApiConfig(environmentOf('api'))).toMatchObject({ clusterName: 'demo', port: 8080 });
  });

  it('are ones that the sync and AWS’s SDK know, and enough for them', () => {
    const { NODE_ENV: mode, ...variables } = environmentOf('sync');
    const awsOwn = ['AWS_ENDPOINT_URL_COST_EXPLORER', 'AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
    for (const name of Object.keys(variables)) expect([...configured, ...awsOwn]).toContain(name);
    expect(mode).toBe('production');
    expect(parseSyncConfig(environmentOf('sync'))).toMatchObject({ clusterName: 'demo' });
    expect(Object.keys(variables)).toEqual(expect.arrayContaining(awsOwn));
  });

  it('are ones that the migrations know, and enough for them', () => {
    expect(Object.keys(environmentOf('migrate'))).toEqual(['DATABASE_URL']);
    expect(parseDatabaseUrl(environmentOf('migrate'))).toBe(environmentOf('migrate')['DATABASE_URL']);
  });

  it('are ones that the simulator knows, and it plays the cluster that is synced', () => {
    for (const name of Object.keys(environmentOf('simulator'))) expect(simulated).toContain(name);
    const { estate, port } = readSettings(environmentOf('simulator'));
    expect(String(port)).toBe(LISTENS['simulator']);
    expect(estate?.clusterName).toBe(environmentOf('sync')['CLUSTER_NAME']);
    expect(environmentOf('api')['CLUSTER_NAME']).toBe(environmentOf('sync')['CLUSTER_NAME']);
  });

  it('name services at the ports where these listen', () => {
    const addresses = services.flatMap(([, { environment = {} }]) =>
      Object.values(environment).flatMap((value) => {
        const match = /^(?:\w+:\/\/(?:[^@/]+@)?)?([a-z]+):(\d+)(?:\/|$)/.exec(value);
        return match ? [[match[1], match[2]]] : [];
      }),
    );
    expect(addresses.length).toBeGreaterThan(6);
    for (const [host, port] of addresses) expect([host, port]).toEqual([host, LISTENS[host!]]);
  });

  it('log in to the database that is made, as roles that are made, with their passwords', () => {
    const {
      POSTGRES_USER: owner,
      POSTGRES_PASSWORD: ownersPassword,
      POSTGRES_DB: database,
    } = environmentOf('postgres');
    const passwords: Record<string, string | undefined> = { [owner!]: ownersPassword };
    for (const [, role = '', password] of read('grafana/postgres/create-roles.sql').matchAll(
      /CREATE ROLE (\w+) LOGIN PASSWORD '([^']+)'/g,
    )) {
      passwords[role] = password;
    }
    const users: Record<string, string> = {};
    for (const name of ['api', 'sync', 'migrate']) {
      const url = new URL(environmentOf(name)['DATABASE_URL']!);
      expect([name, url.pathname, url.password]).toEqual([name, `/${database}`, passwords[url.username]]);
      users[name] = url.username;
    }
    expect(users).toEqual({ api: 'jupyterhub_costs_api', sync: 'jupyterhub_costs_sync', migrate: owner });
    expect(environmentOf('grafana')).toMatchObject({
      COSTS_DATABASE_PASSWORD: passwords['grafana_reader'],
      COSTS_DATABASE_NAME: database,
    });
  });

  it('are Grafana’s own or those of its provisioning files, and none of these is missing', () => {
    const asked = PROVISIONING.flatMap((file) =>
      [...read(file).matchAll(/\$\{?([A-Z][A-Z_]+)\}?/g)].map(([, name]) => name!),
    );
    const given = Object.keys(environmentOf('grafana')).filter((name) => !/^GF_[A-Z]+_[A-Z_]+$/.test(name));
    expect(given.sort()).toEqual([...new Set(asked)].sort());
  });
});

describe('what Grafana and Prometheus are given', () => {
  it('datasources with the uids that the dashboards start with', () => {
    const { datasources } = parse(read('grafana/provisioning/datasources/jupyterhub-costs.yml')) as {
      datasources: { uid: string; type: string }[];
    };
    const dashboard = JSON.parse(read('grafana/dashboards/sync-health.json'));
    const picked = dashboard.templating.list
      .filter(({ type }: { type: string }) => type === 'datasource')
      .map(({ query, current }: { query: string; current: { value: string } }) => ({
        type: query,
        uid: current.value,
      }));
    expect(datasources.map(({ uid, type }) => ({ type, uid }))).toEqual(picked);
  });

  it('dashboards in a folder, from where they are mounted; one of them is the home page', () => {
    const { providers } = parse(read('grafana/provisioning/dashboards/jupyterhub-costs.yml')) as {
      providers: { folder: string; folderUid: string; options: { path: string } }[];
    };
    const mounts = Object.fromEntries(
      (service('grafana').volumes ?? []).map((mount) => {
        const [from, to] = mount.split(':');
        return [to, from];
      }),
    );
    expect(providers).toEqual([expect.objectContaining({ folder: 'JupyterHub costs', folderUid: 'jupyterhub-costs' })]);
    const source = mounts[providers[0]!.options.path];
    expect(source).toBe('./grafana/dashboards');
    const home = environmentOf('grafana')['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'] ?? '';
    expect(existsSync(home.replace(providers[0]!.options.path, source!))).toBe(true);
  });

  it('targets that are services, at the ports where these listen, and rules that are mounted', () => {
    const config = parse(read('grafana/prometheus/prometheus.yml')) as {
      rule_files: string[];
      scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
    };
    const targets = config.scrape_configs.flatMap((job) => job.static_configs.flatMap((one) => one.targets));
    expect(targets).toEqual([`simulator:${LISTENS['simulator']}`, `api:${LISTENS['api']}`]);
    for (const file of config.rule_files) {
      expect(service('prometheus').volumes).toContain(`./grafana/prometheus/${file}:/etc/prometheus/${file}:ro`);
    }
    expect(service('prometheus').command).toContain('--config.file=/etc/prometheus/prometheus.yml');
  });
});
