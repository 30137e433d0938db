/**
 * What figures, plans and time limits depend on: the defaults of a server, a database or a role, and `options` in the URL,
 * change none of them. They are set by SET, since poolers refuse what they do not know in a startup packet.
 */
const SETTINGS = [
  `DateStyle = 'ISO, YMD'`,
  `IntervalStyle = postgres`,
  `TimeZone = 'UTC'`,
  `extra_float_digits = 1`,
  `standard_conforming_strings = on`,
  // Compiling a scan of ten years, or a day's allocation, takes longer than it saves.
  `jit = off`,
  `lock_timeout = 0`,
  `idle_in_transaction_session_timeout = 0`,
];

/** PostgreSQL 17 and newer. */
const OF_VERSION_17 = [`transaction_timeout = 0`];

/**
 * A silent connection is waited for, however long a source takes. The server looks after it, too: of a client that vanished
 * without a word (a node that lost power, a network that parted) it learns within a minute, and lets go of the lock. Its
 * own default is two hours.
 */
const OF_THE_SESSION = [
  `idle_session_timeout = 0`,
  `default_transaction_isolation = 'read committed'`,
  `tcp_keepalives_idle = 30`,
  `tcp_keepalives_interval = 10`,
  `tcp_keepalives_count = 3`,
];

/**
 * For a statement that joins all rows of a month with each other. Of a cluster or of days that came after the last ANALYZE (which
 * may be months ago: autovacuum waits for a tenth of the table) the planner expects one row, and would compare each with each.
 */
export const WITHOUT_NESTED_LOOPS = 'enable_nestloop = off';

/** Sets up a connection that nobody shares. */
export function setSession(serverVersion: number, statementTimeoutMs: number): string {
  const settings = [...settingsOf(serverVersion, statementTimeoutMs), ...OF_THE_SESSION];
  return settings.map((setting) => `SET ${setting}`).join('; ');
}

/** Begins a transaction that only reads and leaves nothing behind on a connection that others share. */
export function beginReading(serverVersion: number, statementTimeoutMs: number, more: readonly string[] = []): string {
  const settings = [...settingsOf(serverVersion, statementTimeoutMs), 'default_transaction_read_only = on', ...more];
  const local = settings.map((setting) => `SET LOCAL ${setting}`);
  return ['BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY', ...local].join('; ');
}

function settingsOf(serverVersion: number, statementTimeoutMs: number): string[] {
  const ofVersion = serverVersion >= 17 ? OF_VERSION_17 : [];
  return [`statement_timeout = ${statementTimeoutMs}`, ...SETTINGS, ...ofVersion];
}
