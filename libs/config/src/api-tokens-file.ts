import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { clusterName } from './variables.js';

/** A token that lets somebody in. The token itself is nowhere: only its SHA-256 is stored. */
export interface ApiToken {
  readonly name: string;
  /** SHA-256 of the whole token, 64 hexadecimal digits. */
  readonly sha256: string;
  /** The only hubs whose rows the holder sees; undefined: everything. */
  readonly hubs: readonly string[] | undefined;
  /** The cluster that `hubs` are of: two clusters may each have a hub `prod`. Undefined when `hubs` is. */
  readonly cluster: string | undefined;
  /** Whether the costs of these hubs' users hold their part of what the cluster shares. */
  readonly shared: boolean;
}

/**
 * A token's name: what its holder is called in the log, and how the token begins. It holds no dot, which ends it, and
 * is too short to be a hash that was put in the wrong place.
 */
const TOKEN_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

export function isTokenName(text: string): boolean {
  return TOKEN_NAME.test(text);
}

/** Write permission of the file's group, and of everybody. */
const WRITABLE_BY_OTHERS = 0o022;

const SCOPE_WORDS = 'must be "all", or a list of hubs such as ["prod"]';

const hubs = z.array(z.string()).refine((names) => names.length > 0 && !names.includes(''), SCOPE_WORDS);

const entry = z.strictObject(
  {
    name: z.string('is required').regex(TOKEN_NAME, 'must be 1 to 40 of a-z, 0-9 and -, and begin with no -'),
    hash: z
      .string('is required: "sha256:" and 64 hexadecimal digits')
      .regex(/^sha256:[0-9a-f]{64}$/, 'must be "sha256:" and 64 hexadecimal digits'),
    scope: z.union([z.literal('all'), hubs], SCOPE_WORDS),
    cluster: clusterName.optional(),
    shared: z.boolean('must be true or false').default(true),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? 'may hold name, hash, scope, cluster and shared, and nothing else'
        : 'must be an object with name, hash and scope',
  },
);

/**
 * Reads API_TOKENS_FILE: a JSON array of `{"name", "hash": "sha256:<hex>", "scope": "all" | ["hub", …], "cluster"?, "shared"?}`.
 *
 * @param defaultCluster the cluster of the hubs of an entry that names none.
 * @returns the tokens, or every fault of the file as a sentence that names the entry and repeats nothing secret.
 */
export function readApiTokensFile(
  path: string,
  defaultCluster: string | undefined,
): { tokens: ApiToken[] } | { faults: string[] } {
  let content: unknown;
  try {
    // Who may write it may let themselves in.
    if ((statSync(path).mode & WRITABLE_BY_OTHERS) !== 0) {
      return { faults: ['others than its owner may write the file: chmod go-w'] };
    }
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    // The parser's own message would quote the file.
    const reason = error instanceof SyntaxError ? 'is not JSON' : `cannot be read: ${codeOf(error)}`;
    return { faults: [reason] };
  }
  if (!Array.isArray(content) || content.length === 0)
    return { faults: ['must be a JSON array of at least one token'] };
  const tokens: ApiToken[] = [];
  const faults: string[] = [];
  for (const [index, one] of (content as unknown[]).entries()) {
    const parsed = entry.safeParse(one, { reportInput: false });
    if (!parsed.success) {
      const label = labelOf(index, one);
      for (const issue of parsed.error.issues) {
        faults.push([label, ...(issue.path.length > 0 ? [String(issue.path[0])] : []), issue.message].join(': '));
      }
      continue;
    }
    const { name, hash, scope, shared } = parsed.data;
    const hubs = scope === 'all' ? undefined : [...new Set(scope)].sort();
    const cluster = hubs ? (parsed.data.cluster ?? defaultCluster) : undefined;
    const fault = contradiction({ name, hash, hubs, cluster, named: parsed.data.cluster, shared }, tokens);
    if (fault) faults.push(`${labelOf(index, one)}: ${fault}`);
    tokens.push({ name, sha256: hash.slice('sha256:'.length), hubs, cluster, shared });
  }
  return faults.length > 0 ? { faults } : { tokens };
}

interface ParsedEntry {
  readonly name: string;
  readonly hash: string;
  readonly hubs: readonly string[] | undefined;
  readonly cluster: string | undefined;
  readonly named: string | undefined;
  readonly shared: boolean;
}

function contradiction(parsed: ParsedEntry, before: readonly ApiToken[]): string | undefined {
  if (before.some(({ name }) => name === parsed.name)) return 'name: another entry has it';
  if (before.some(({ sha256 }) => parsed.hash.endsWith(sha256))) return 'hash: another entry has it';
  if (parsed.hubs && parsed.cluster === undefined) return 'cluster: is required, since CLUSTER_NAME is not set';
  if (!parsed.hubs && parsed.named !== undefined) return 'cluster: goes with a list of hubs, and not with "all"';
  if (!parsed.hubs && !parsed.shared) return 'shared: goes with a list of hubs, and not with "all"';
  return undefined;
}

/** `entry 2 (prod-team)`; the name only where it cannot be anything else that was put in its place. */
function labelOf(index: number, one: unknown): string {
  const name = typeof one === 'object' && one !== null && 'name' in one ? one.name : undefined;
  const known = typeof name === 'string' && isTokenName(name);
  return `entry ${index + 1}${known ? ` (${name})` : ''}`;
}

/** `ENOENT` and the like. */
function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}
