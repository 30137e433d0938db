import { z } from 'zod';
import type { Environment } from './environment.js';

/** The address of a webhook lets in whoever knows it. */
const SECRET = /(PASSWORD|TOKEN|SECRET|KEY|WEBHOOK_URL)$/;

/**
 * The settings in force, `NAME=value` each, without secrets: what the environment says, and where it says nothing the
 * default. Variables without either are left out, and so are values that cannot be parsed.
 */
export function describeSettings(variables: z.ZodObject, environment: Environment): string[] {
  return Object.entries(variables.shape).flatMap(([name, schema]) => {
    const value = environment[name] || undefined;
    if (value !== undefined) return [`${name}=${withoutSecrets(name, value)}`];
    const byDefault =
      schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault ? schema.def.defaultValue : undefined;
    return byDefault === undefined ? [] : [`${name}=${String(byDefault)} (default)`];
  });
}

/** Of an address: where it points, as whom, and nothing of its password or parameters. */
function withoutSecrets(name: string, value: string): string {
  if (SECRET.test(name)) return '(set)';
  if (!name.endsWith('_URL')) return value.replaceAll(/\p{Cc}+/gu, ' ');
  try {
    const { protocol, username, host, pathname } = new URL(value);
    return `${protocol}//${username && name === 'DATABASE_URL' ? `${username}@` : ''}${host}${pathname}`;
  } catch {
    return '(set)';
  }
}
