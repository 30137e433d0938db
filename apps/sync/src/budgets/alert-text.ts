import type { PendingAlert } from '#libs/database';
import { formatUsd, harmless, type Usd } from '#libs/domain';

/** What people read of an alert, in Slack's notation. */
export function alertText(cluster: string, alert: PendingAlert): string {
  return escapeForSlack(harmless(`${cluster}: ${describe(alert)}`));
}

function describe(alert: PendingAlert): string {
  if (alert.kind === 'anomaly') {
    const { day, hub, component, username, usd, usualUsd } = alert;
    const place = component === null ? `user ${username} of hub ${hub}` : `${component} of hub ${hub}`;
    return `unusual cost on ${day}: ${place} cost ${inUsd(usd)}, usually ${inUsd(usualUsd)}`;
  }
  const { budget, event, on, threshold, day, from, to, usd, amountUsd } = alert;
  const period = `from ${from} to ${to}`;
  const amounts = `${inUsd(usd)} of ${inUsd(amountUsd)}`;
  if (event === 'under') {
    return `budget ${budget} is under ${threshold} again, since stored costs changed: ${amounts}, ${period}`;
  }
  return on === 'actual'
    ? `budget ${budget} passed ${threshold} on ${day}: ${amounts} spent, ${period}`
    : `budget ${budget} is expected to pass ${threshold}: ${amounts} at its end, ${period}`;
}

function inUsd(usd: Usd): string {
  const text = formatUsd(usd < 0n ? -usd : usd);
  const cents = BigInt(text.replace('.', '').slice(0, -8)) + (BigInt(text.slice(-8)) >= 50_000_000n ? 1n : 0n);
  const whole = (cents / 100n).toString().replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return `${usd < 0n ? '-' : ''}${whole}.${(cents % 100n).toString().padStart(2, '0')} USD`;
}

/** A name such as `<!channel>` would call everybody. */
function escapeForSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
