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
 * Puts a pseudonym in the place of a person's name wherever it is stored: usage, memberships and costs, those of closed
 * months too. Figures stay. The
 * digests of the days stay, too, so that a day that is read again with the same figures brings no name back.
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
  for (const [table, statement] of Object.entries(RENAME)) {
    rows[table] = await affectedRows(transaction, statement, [cluster, hub, username, pseudonym]);
  }
  const [open]: { day: Day | null }[] = await queryRunner.query(FIRST_OPEN_DAY, [cluster]);
  return { pseudonym, rows, days: days.length, comesBackFrom: open?.day ?? undefined };
}

const SOMEBODY = `
  SELECT FROM user_usage WHERE cluster = $1 AND hub = $2 AND username = $3
  UNION ALL SELECT FROM group_memberships WHERE cluster = $1 AND hub = $2 AND username = $3
  UNION ALL SELECT FROM user_costs WHERE cluster = $1 AND hub = $2 AND username = $3
  UNION ALL SELECT FROM closed_costs WHERE cluster = $1 AND hub = $2 AND username = $3
  LIMIT 1`;

const DAYS = `
  SELECT day FROM user_usage WHERE cluster = $1 AND hub = $2 AND username = $3
  UNION SELECT day FROM group_memberships WHERE cluster = $1 AND hub = $2 AND username = $3
  UNION SELECT day FROM user_costs WHERE cluster = $1 AND hub = $2 AND username = $3
  UNION SELECT day FROM closed_costs WHERE cluster = $1 AND hub = $2 AND username = $3`;

const RENAME: Readonly<Record<string, string>> = {
  user_usage: `UPDATE user_usage SET username = $4 WHERE cluster = $1 AND hub = $2 AND username = $3`,
  group_memberships: `
    UPDATE group_memberships SET username = $4, username_escaped = $4 WHERE cluster = $1 AND hub = $2 AND username = $3`,
  user_costs: `UPDATE user_costs SET username = $4 WHERE cluster = $1 AND hub = $2 AND username = $3`,
  month_usage: `UPDATE month_usage SET username = $4 WHERE cluster = $1 AND hub = $2 AND username = $3`,
  month_costs: `UPDATE month_costs SET username = $4 WHERE cluster = $1 AND hub = $2 AND username = $3`,
  budgets: `UPDATE budgets SET username = $4 WHERE cluster = $1 AND hub = $2 AND username = $3`,
  anomalies: `UPDATE anomalies SET username = $4 WHERE cluster = $1 AND hub = $2 AND username = $3`,
  closed_costs: `UPDATE closed_costs SET username = $4 WHERE cluster = $1 AND hub = $2 AND username = $3`,
};

/** Days whose usage a run will read again. */
const FIRST_OPEN_DAY = `SELECT min(day) AS day FROM usage_days WHERE cluster = $1 AND status = 'provisional'`;

/** `forgotten-1`, or the number after the highest that the cluster has. */
async function nextPseudonym({ queryRunner, cluster }: RunTransaction): Promise<string> {
  const [row]: { last: number }[] = await queryRunner.query(
    `SELECT coalesce(max(substring(username FROM '^forgotten-(\\d{1,9})$')::integer), 0) AS last
     FROM (
       SELECT username FROM user_usage WHERE cluster = $1
       UNION ALL SELECT username FROM group_memberships WHERE cluster = $1
       UNION ALL SELECT username FROM user_costs WHERE cluster = $1
       UNION ALL SELECT username FROM closed_costs WHERE cluster = $1
     ) names
     WHERE username LIKE 'forgotten-%'`,
    [cluster],
  );
  return `forgotten-${row!.last + 1}`;
}
