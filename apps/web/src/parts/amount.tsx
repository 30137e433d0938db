import type { Usd } from '#libs/domain';
import { exactMoney, money, signedMoney } from '../money.js';

/** An amount, exact on hover. */
export function Amount({ usd, signed = false }: { readonly usd: Usd; readonly signed?: boolean }) {
  return (
    <span class="amount" title={exactMoney(usd)}>
      {signed ? signedMoney(usd) : money(usd)}
    </span>
  );
}
