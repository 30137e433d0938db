import { z } from 'zod';

const EXAMPLE = 'postgres://user:password@host:5432/database';
const ENCODE =
  'a character of the user name or the password must be percent-encoded: % is %25, @ is %40, / is %2F, ? is %3F, # is %23';
const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

/**
 * What stands between `//` and the path. A raw `/`, `?` or `#` of a password would end it, and the rest of the password would
 * be taken for a name of a database; so no `@` and no `#` may follow.
 */
const PARTS = /^postgres(?:ql)?:\/\/(?<authority>[^/?#]*)(?<rest>.*)$/su;

/** A PostgreSQL connection URL. Its messages hold nothing of it. */
export const databaseUrl = z
  .string({
    error: ({ input }: { input?: unknown }) => `${input === undefined ? 'is required: ' : ''}a URL such as ${EXAMPLE}`,
  })
  .superRefine((url, context) => {
    const fault = faultOf(url);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  });

function faultOf(url: string): string | undefined {
  if (url.trim() !== url)
    return 'begins or ends with white space or a line break, as a Secret made with echo does; remove it';
  const { authority, rest } = PARTS.exec(url)?.groups ?? {};
  if (authority === undefined || rest === undefined) return `must be a URL such as ${EXAMPLE}`;
  const atSigns = authority.split('@').length - 1;
  if (atSigns > 1 || /[@#]/.test(rest) || /[\s\p{Cc}]/u.test(url) || !isEncoded(url)) return ENCODE;
  // A socket of the host parameter needs no host: postgres://user:password@/database?host=/cloudsql/…
  const parsed = parse(authority.endsWith('@') ? url.replace('@', '@socket') : url);
  if (parsed === undefined) return `must be a URL such as ${EXAMPLE}`;
  // pg would take the last of them.
  const names = [...parsed.searchParams.keys()];
  if (new Set(names).size < names.length) return 'has a parameter twice';
  const sslMode = parsed.searchParams.get('sslmode');
  if (sslMode !== null && !SSL_MODES.includes(sslMode)) return `sslmode must be one of ${SSL_MODES.join(', ')}`;
  return undefined;
}

function isEncoded(url: string): boolean {
  if (/%(?![0-9a-f]{2})/i.test(url)) return false;
  try {
    decodeURIComponent(url);
    return true;
  } catch {
    return false;
  }
}

function parse(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}
