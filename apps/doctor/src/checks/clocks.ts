import { failure, ok, warning, type Finding } from '../finding.js';

/** How far each server's clock is ahead of this machine's, in milliseconds; undefined: it was not reached. */
export type ClockFacts = Readonly<Record<'database' | 'AWS' | 'Prometheus', number | undefined>>;

const SMALL_SKEW_SECONDS = 30;
/** AWS refuses requests that are signed with a time this far off. */
const LARGE_SKEW_SECONDS = 300;

/** Days begin, and become final, by this machine's clock. */
export function judgeClocks(clocks: ClockFacts): Finding {
  const check = 'clocks';
  const skews = Object.entries(clocks).flatMap(([server, skewMs]) =>
    skewMs === undefined ? [] : [{ server, seconds: Math.round(skewMs / 1000) }],
  );
  const worst = Math.max(0, ...skews.map(({ seconds }) => Math.abs(seconds)));
  const found = skews.map(({ server, seconds }) => `${server} ${describe(seconds)}`).join(', ');
  if (skews.length === 0) return { status: 'skipped', check, found: 'no server was reached', remedy: '' };
  if (worst <= SMALL_SKEW_SECONDS) return ok(check, found);
  const remedy = 'keep the clocks of both machines by NTP (chrony, systemd-timesyncd)';
  return worst >= LARGE_SKEW_SECONDS ? failure(check, found, remedy) : warning(check, found, remedy);
}

function describe(seconds: number): string {
  if (Math.abs(seconds) <= 1) return 'agrees';
  return `is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead' : 'behind'}`;
}
