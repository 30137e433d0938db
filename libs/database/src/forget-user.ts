import { OperatorError, type Day } from '#libs/domain';
import { affectedRows, type RunTransaction } from './run-transaction.js';

/** Nobody of that name is stored for the hub: forgotten already, or never known. The message does not repeat the name. */
export class UnknownUserError extends OperatorError {
  constructor(hub: string) {
    super(`no such user on hub ${hub}`);
  }
}

/** Costs of two people under one name could not be told apart again. */
export class PseudonymTakenError extends OperatorError {
  constructor(hub: string) {
    super(`the name that --as gives is somebody's on hub ${hub} already: choose another`);
  }
}

export interface Forgotten {
  readonly pseudonym: string;
  /** Rows in which the name was replaced, by table. */
  readonly rows: Readonly<Record<string, number>>;
  readonly days: number;
  /** The first day that a run may still read again, and the name with it; undefined: none. */
  readonly comesBackFrom: Day | undefined;
}

/**
 * Puts a pseudonym in the place of a person's name wherever it is stored. Figures stay, and so do the digests of the days:
 * a day that is read again with the same figures brings no name back.
 *
 * @throws UnknownUserError, PseudonymTakenError
 */
export async function forgetUser(
  transaction: RunTransaction,
  { hub, username, as }: { readonly hub: string; readonly username: string; readonly as: string | undefined },
): Promise<Forgotten> {
  const { queryRunner, cluster } = transaction;
  const pseudonym = as ?? (await nextPseudonym(transaction));
  const taken: unknown[] = await queryRunner.query(SOMEBODY, [cluster, hub, pseudonym]);
  if (taken.length > 0) throw new PseudonymTakenError(hub);
  const days: { day: Day }[] = await queryRunner.query(DAYS, [cluster, hub, username]);
  if (days.length === 0) throw new UnknownUserError(hub);
  const rows: Record<string, number> = {};
  for (const table of [...FIGURES, ...DERIVED]) {
    const escaped = table === 'group_memberships' ? ', username_escaped = $4' : '';
    const rename = `UPDATE ${table} SET username = $4${escaped} ${OF_PERSON}`;
    rows[table] = await affectedRows(transaction, rename, [cluster, hub, username, pseudonym]);
  }
  const [open]: { day: Day | null }[] = await queryRunner.query(FIRST_OPEN_DAY, [cluster]);
  return { pseudonym, rows, days: days.length, comesBackFrom: open?.day ?? undefined };
}

/** The tables with names, and days. */
const FIGURES = ['user_usage', 'group_memberships', 'user_costs', 'closed_costs'] as const;
/** The others have the names of these. */
const DERIVED = ['month_usage', 'month_costs', 'budgets', 'anomalies'] as const;
const OF_PERSON = 'WHERE cluster = $1 AND hub = $2 AND username = $3';
const DAYS = FIGURES.map((table) => `SELECT day FROM ${table} ${OF_PERSON}`).join(' UNION ');
const SOMEBODY = `${DAYS} LIMIT 1`;
const NAMES = FIGURES.map((table) => `SELECT username FROM ${table} WHERE cluster = $1`).join(' UNION ALL ');

/** Days whose usage a run will read again. */
const FIRST_OPEN_DAY = `SELECT min(day) AS day FROM usage_days WHERE cluster = $1 AND status = 'provisional'`;

/** `forgotten-1`, or the number after the highest that the cluster has. */
async function nextPseudonym({ queryRunner, cluster }: RunTransaction): Promise<string> {
  const [row]: { last: number }[] = await queryRunner.query(
    `SELECT coalesce(max(substring(username FROM '^forgotten-(\\d{1,9})$')::integer), 0) AS last
     FROM (${NAMES}) names
     WHERE username LIKE 'forgotten-%'`,
    [cluster],
  );
  return `forgotten-${row!.last + 1}`;
}
