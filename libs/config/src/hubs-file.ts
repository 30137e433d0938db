import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import type { Environment } from './environment.js';
import { clusterName, httpUrl } from './variables.js';

/** A JupyterHub whose users may log in: this service is an OAuth client of it. */
export interface JupyterHub {
  /** The hub's name in the costs: its namespace. */
  readonly hub: string;
  readonly cluster: string;
  /** Where browsers reach the Hub: `https://jupyter.example.org/hub`, or a path of this service's own host. */
  readonly url: string;
  /** Where this service reaches the Hub's API. */
  readonly apiUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where the Hub sends a browser back to, as it is registered there. */
  readonly callbackUrl: string;
  /** Users who see everything. */
  readonly clusterAdmins: readonly string[];
  /** Whoever has it sees the hub, as the Hub's own admins do. */
  readonly adminScope: string | undefined;
}

/** Write permission of the file's group, and of everybody. */
const WRITABLE_BY_OTHERS = 0o022;

const name = z.string('is required').min(1, 'is required');
const entry = z.strictObject(
  {
    hub: name,
    cluster: clusterName.optional(),
    url: httpUrl.optional(),
    apiUrl: httpUrl.optional(),
    clientId: name.optional(),
    clientSecret: name.optional(),
    callbackUrl: httpUrl
      .refine((url) => new URL(url).pathname.endsWith('/oauth_callback'), 'must end with /oauth_callback')
      .optional(),
    clusterAdmins: z.array(name, 'must be a list of usernames').default([]),
    adminScope: name.optional(),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? 'may hold hub, cluster, url, apiUrl, clientId, clientSecret, callbackUrl, clusterAdmins and adminScope'
        : 'must be an object with hub, url, clientId, clientSecret and callbackUrl',
  },
);

type Entry = z.infer<typeof entry>;

/**
 * Reads HUBS_FILE: a JSON array. An entry without `url` is the Hub that runs this service, which the JUPYTERHUB_* variables
 * describe.
 *
 * @returns the hubs, or every fault as a sentence that repeats nothing secret.
 */
export function readHubsFile(path: string, environment: Environment): { hubs: JupyterHub[] } | { faults: string[] } {
  let content: unknown;
  try {
    // Who may write it may let themselves in.
    if ((statSync(path).mode & WRITABLE_BY_OTHERS) !== 0) {
      return { faults: ['others than its owner may write the file: chmod go-w'] };
    }
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    // The parser's own message would quote the file.
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    return { faults: [error instanceof SyntaxError ? 'is not JSON' : `cannot be read: ${code}`] };
  }
  if (!Array.isArray(content) || content.length === 0) return { faults: ['must be a JSON array of at least one hub'] };
  const hubs: JupyterHub[] = [];
  const faults: string[] = [];
  for (const [index, one] of (content as unknown[]).entries()) {
    const parsed = entry.safeParse(one, { reportInput: false });
    const label = `entry ${index + 1}`;
    if (!parsed.success) {
      faults.push(
        ...parsed.error.issues.map(({ path: [key], message }) =>
          [label, ...(key === undefined ? [] : [String(key)]), message].join(': '),
        ),
      );
      continue;
    }
    const known = describe(parsed.data, environment);
    if (typeof known === 'string') faults.push(`${label}: ${known}`);
    else if (hubs.some(({ hub, cluster }) => hub === known.hub && cluster === known.cluster)) {
      faults.push(`${label}: hub: another entry has it`);
    } else hubs.push(known);
  }
  return faults.length > 0 ? { faults } : { hubs };
}

/** The hub of an entry, or what is missing. */
function describe(given: Entry, environment: Environment): JupyterHub | string {
  const managed = given.url === undefined ? managedHub(environment) : {};
  const { hub, clusterAdmins, adminScope, ...own } = given;
  const all = { cluster: environment['CLUSTER_NAME'] || undefined, ...managed, ...withoutUndefined(own) };
  const { cluster, url, clientId, clientSecret, callbackUrl } = all;
  if (cluster === undefined) return 'cluster: is required, since CLUSTER_NAME is not set';
  if (url === undefined) return 'url: is required, since JUPYTERHUB_BASE_URL is not set';
  if (clientId === undefined) return 'clientId: is required';
  if (clientSecret === undefined) return 'clientSecret: is required';
  if (callbackUrl === undefined) return 'callbackUrl: is required';
  const address = url.replace(/\/+$/, '');
  const apiUrl = (all.apiUrl ?? `${address}/api`).replace(/\/+$/, '');
  return { hub, cluster, url: address, apiUrl, clientId, clientSecret, callbackUrl, clusterAdmins, adminScope };
}

/** What JupyterHub tells a service that it runs. */
function managedHub(environment: Environment): Partial<Entry> {
  const baseUrl = environment['JUPYTERHUB_BASE_URL'];
  return withoutUndefined({
    url: baseUrl && `${environment['JUPYTERHUB_HOST'] ?? ''}${baseUrl.replace(/\/+$/, '')}/hub`,
    apiUrl: environment['JUPYTERHUB_API_URL'],
    clientId: environment['JUPYTERHUB_CLIENT_ID'],
    clientSecret: environment['JUPYTERHUB_API_TOKEN'],
    callbackUrl: environment['JUPYTERHUB_OAUTH_CALLBACK_URL'],
  });
}

function withoutUndefined<Value extends object>(value: Value): Partial<Value> {
  return Object.fromEntries(
    Object.entries(value).filter(([, one]) => one !== undefined && one !== ''),
  ) as Partial<Value>;
}
