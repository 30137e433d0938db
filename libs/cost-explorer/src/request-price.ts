import { formatUsd, parseUsd } from '#libs/domain';

/** Cost Explorer's price of one answered request, and of each further page of it, in USD. */
export const USD_PER_REQUEST = '0.01';

/** What so many requests cost, in USD with two decimals: `0.07`. */
export function formatPrice(requests: number): string {
  return formatUsd(parseUsd(USD_PER_REQUEST) * BigInt(requests)).replace(/(\.\d\d)0*$/, '$1');
}
