import { createHash } from 'node:crypto';
import type { JupyterHub } from '#libs/config';
import { LRUCache } from 'lru-cache';
import { EVERYTHING, NOTHING, scopeOfHubUser, type AccessScope } from './access-scope.js';
import { fetchUser, HubRefusal, type HubUser } from './hub-oauth.js';
import type { SignedIn } from './sessions.js';

/** How long what a Hub said of a user counts. */
const FRESH_MS = 5 * 60_000;
/** While the Hub does not answer: for so long at most. So who is removed sees nothing ten minutes later. */
const LAST_MS = 10 * 60_000;
/** While the Hub does not answer, it is asked once in this time. */
const RETRY_MS = 10_000;
const MOST_USERS = 10_000;

interface Known {
  readonly scope: AccessScope;
  readonly checkedAt: number;
  readonly askAgainAt: number;
}

type HubSession = Extract<SignedIn, { kind: 'hub' }>;

/** What users of the Hubs may see, as their Hubs say. */
export class HubUsers {
  readonly #known = new LRUCache<string, Known>({ max: MOST_USERS });
  readonly #asking = new Map<string, Promise<AccessScope>>();

  constructor(
    private readonly hubs: readonly JupyterHub[],
    private readonly fetchUserOf: typeof fetchUser = fetchUser,
    private readonly now: () => number = Date.now,
  ) {}

  /** At once where the Hub was asked lately; NOTHING once the Hub refuses the token, or has not answered for too long. */
  scopeOf(session: HubSession): AccessScope | Promise<AccessScope> {
    const hub = this.hubs.find(({ hub, cluster }) => hub === session.hub && cluster === session.cluster);
    if (!hub) return NOTHING;
    const key = createHash('sha256')
      .update(JSON.stringify([hub.cluster, hub.hub, session.token]))
      .digest('base64');
    const known = this.#known.get(key);
    if (known && this.now() < known.askAgainAt) return known.scope;
    const asking = this.#asking.get(key) ?? this.#ask(hub, session.token, key).finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }

  async #ask(hub: JupyterHub, token: string, key: string): Promise<AccessScope> {
    const now = this.now();
    try {
      const scope = scopeOf(hub, await this.fetchUserOf(hub, token));
      this.#known.set(key, { scope, checkedAt: now, askAgainAt: now + FRESH_MS });
      return scope;
    } catch (error) {
      const known = this.#known.get(key);
      if (error instanceof HubRefusal || !known || now - known.checkedAt >= LAST_MS) {
        this.#known.delete(key);
        return NOTHING;
      }
      this.#known.set(key, { ...known, askAgainAt: Math.min(now + RETRY_MS, known.checkedAt + LAST_MS) });
      return known.scope;
    }
  }
}

function scopeOf(hub: JupyterHub, user: HubUser): AccessScope {
  if (hub.clusterAdmins.includes(user.name)) return EVERYTHING;
  const seesHub = user.admin === true || (hub.adminScope !== undefined && user.scopes.includes(hub.adminScope));
  return scopeOfHubUser(hub.cluster, hub.hub, seesHub ? undefined : user.name);
}
