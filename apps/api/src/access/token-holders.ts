import { createHash, timingSafeEqual } from 'node:crypto';
import type { ApiToken } from '#libs/config';
import { scopeOfToken, type AccessScope } from './access-scope.js';

interface Holder {
  readonly name: string;
  readonly sha256: Buffer;
  readonly scope: AccessScope;
}

/**
 * Everybody who is let in. A token holds 256 random bits, so one round of SHA-256 keeps it as safe as a slow hash would
 * (bcrypt slows the guessing of what can be guessed), and a request does not wait for it.
 */
export class TokenHolders {
  readonly #holders: readonly Holder[];

  constructor(tokens: readonly ApiToken[]) {
    this.#holders = tokens.map((token) => ({
      name: token.name,
      sha256: Buffer.from(token.sha256, 'hex'),
      scope: scopeOfToken(token),
    }));
  }

  /** What the token opens; undefined: nothing. Takes the same time whichever holder it is, or none. */
  scopeOf(token: string): AccessScope | undefined {
    const digest = createHash('sha256').update(token).digest();
    let scope: AccessScope | undefined;
    for (const holder of this.#holders) {
      if (timingSafeEqual(holder.sha256, digest)) scope = holder.scope;
    }
    return scope;
  }

  /** Whose token one that opens nothing claims to be, from how it begins; undefined: nobody's here. Fit for the log. */
  claimedName(token: string): string | undefined {
    const [claimed] = token.split('.', 1);
    return this.#holders.find(({ name }) => name === claimed)?.name;
  }
}
