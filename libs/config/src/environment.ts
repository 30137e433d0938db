import { OperatorError } from '#libs/domain';
import type { z } from 'zod';

/** The variables of a process, as `process.env` gives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Every fault of the environment at once, one sentence each, beginning with the variable's name. No values: they may be secret. */
export class ConfigurationError extends OperatorError {
  constructor(readonly faults: readonly string[]) {
    super(`the environment is not usable:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

/**
 * Parses the environment with a schema of variables. An empty variable counts as absent, as Kubernetes and compose
 * files pass an unset value.
 *
 * @throws ConfigurationError naming all variables that are missing, malformed or contradict each other.
 */
export function parseEnvironment<Schema extends z.ZodType>(schema: Schema, environment: Environment): z.infer<Schema> {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(present, { reportInput: false });
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
}

/** Freezes an object and all it holds, so that no part of the program can change its configuration. */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}
