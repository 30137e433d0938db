import { USD_SCALE, type Usd } from '#libs/domain';

const CENT = 10n ** BigInt(USD_SCALE - 2);

/** `-1,234.57`, rounded half away from zero. */
export function formatCents(amount: Usd): string {
  const magnitude = amount < 0n ? -amount : amount;
  const cents = (2n * magnitude + CENT) / (2n * CENT);
  const whole = (cents / 100n).toString().replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return `${amount < 0n && cents > 0n ? '-' : ''}${whole}.${(cents % 100n).toString().padStart(2, '0')}`;
}
