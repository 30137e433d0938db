import { z } from 'zod';

/** One schema per kind of variable, so that the same fault reads the same wherever it occurs. */

const required = (what: string) => ({
  error: (issue: { input?: unknown }) => (issue.input === undefined ? `is required: ${what}` : what),
});

/** An http(s) URL. */
export const httpUrl = z
  .string()
  .refine((text) => isUrl(text, ['http:', 'https:']), 'must be a URL such as http://prometheus:9090');

/** Where alerts are sent. */
export const webhookUrl = z
  .string()
  .refine(
    (text) => isUrl(text, ['http:', 'https:']) && new URL(text).username + new URL(text).password === '',
    'must be a URL without a username, such as https://hooks.example.org/alerts',
  );

/** A host name or address without a port, as it stands in a URL: an IPv6 address gets its brackets. */
export const hostName = z
  .string()
  .transform((text) => (text.includes(':') ? `[${text}]` : text))
  .refine((text) => isUrl(`http://${text}/`, ['http:']) && !/[/@?#]/.test(text), 'must be a host name or an address');

/** An address of this machine, or a name of it. */
export const listenAddress = z.union(
  [z.ipv6(), z.string().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i)],
  'must be an address to listen on, such as :: or 127.0.0.1',
);

/** A cluster's name: a value that AWS accepts in a tag. */
export const clusterName = z
  .string(required('the name of the cluster, as in its cost allocation tags'))
  .refine(
    (text) => /^[\w .:/=+\-@]{1,128}$/u.test(text),
    'must be 1 to 128 letters, digits, spaces or . : / = + - @ _',
  );

/** An AWS region. */
export const awsRegion = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region such as us-west-2');

/** A TCP port. */
export const port = z
  .string()
  .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535, 'must be a port from 0 to 65535')
  .transform(Number);

/** How many connections a process of the API holds to the database at most. */
export const poolSize = z
  .string()
  .refine((text) => /^\d{1,3}$/.test(text) && Number(text) >= 2, 'must be a number of connections from 2 to 999')
  .transform(Number);

const SESSION_KEY_BYTES = 32;

/** Keys that sessions are encrypted with, separated by commas: 32 bytes each, as base64 or hexadecimal digits. As base64. */
export const sessionKeys = z
  .string()
  .transform((text) => text.split(',').map((key) => bytesOf(key.trim())))
  .refine(
    (keys) => keys.every(({ length }) => length === SESSION_KEY_BYTES),
    'must be 32 bytes as base64, such as `openssl rand -base64 32` makes, or several of them with commas between',
  )
  .transform((keys) => keys.map((key) => key.toString('base64')));

function bytesOf(key: string): Buffer {
  return Buffer.from(key, /^[0-9a-f]{64}$/i.test(key) ? 'hex' : 'base64');
}

/** The path that a proxy puts before every path of this service; always with a slash at both ends. */
export const basePath = z
  .string()
  .refine((text) => /^\/[\w.~@/-]*$/.test(text) && !text.includes('//'), 'must be a path such as /services/costs/')
  .transform((text) => (text.endsWith('/') ? text : `${text}/`));

/** How many requests may be sent: enough for one reading, and a number that somebody means to pay for. */
export const requestCount = z
  .string()
  .refine((text) => /^\d{1,5}$/.test(text) && Number(text) >= 6, 'must be a number of requests from 6 to 99999')
  .transform(Number);

/** A list of names separated by commas, each kept once; blanks around them do not count. */
export const nameList = z.string().transform((text) => {
  const names = text.split(',').map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ''))];
});

const SECONDS_PER = { s: 1, m: 60, h: 3600 } as const;
const SECONDS_PER_DAY = 86_400;

/** A duration as Prometheus writes it (`30s`, `5m`, `1h`) that divides a day evenly; in seconds. */
export const resolutionSeconds = z
  .string()
  .transform((text) => {
    const match = /^(\d{1,5})([smh])$/.exec(text);
    return match ? Number(match[1]) * SECONDS_PER[match[2] as keyof typeof SECONDS_PER] : 0;
  })
  .refine(
    (seconds) => seconds >= 15 && seconds <= 3600 && SECONDS_PER_DAY % seconds === 0,
    'must be a duration from 15s to 1h that divides a day, such as 1m or 5m',
  );

/** What selects series of one cluster: label matchers of PromQL, without braces. */
export const labelMatchers = z
  .string()
  .transform((text) => text.trim())
  .refine(
    (text) => MATCHERS.test(text) && !/\b__name__\b/.test(text),
    'must be label matchers of PromQL without braces, such as cluster="eu" or cluster="eu",region=~"a|b"',
  );

const MATCHER = /[a-zA-Z_]\w*\s*(?:=~|!~|!=|=)\s*"(?:[^"\\\n]|\\[abfnrtv\\"])*"/.source;
const MATCHERS = new RegExp(`^${MATCHER}(?:\\s*,\\s*${MATCHER})*$`);

/** How long something lasts: whole hours, from one hour to thirty days, as `72h` or `3d`; in seconds. */
export const lookbackSeconds = z
  .string()
  .transform((text) => {
    const match = /^(\d{1,3})([hd])$/.exec(text);
    return match ? Number(match[1]) * (match[2] === 'd' ? SECONDS_PER_DAY : 3600) : 0;
  })
  .refine((seconds) => seconds > 0 && seconds <= 30 * SECONDS_PER_DAY, 'must be a duration from 1h to 30d, such as 3d');

/** What the names of metrics begin with. */
export const metricsPrefix = z
  .string()
  .regex(/^[a-zA-Z_:][\w:]*$/, 'must be the beginning of metric names, such as jupyterhub');

function isUrl(text: string, protocols: readonly string[]): boolean {
  try {
    return protocols.includes(new URL(text).protocol);
  } catch {
    return false;
  }
}
