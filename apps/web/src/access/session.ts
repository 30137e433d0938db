import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { Failure, fetchJson, request } from '../api/client.js';
import type { Session } from '../api/rows.js';

export const SessionContext = createContext<Session>({
  access: 'restricted',
  sees: 'nothing',
  hubs: null,
  user: null,
  signedIn: false,
  signIn: { token: false, hubs: [] },
});

export function useSession(): Session {
  return useContext(SessionContext);
}

/** Gives the token away once: the service keeps it in a cookie that scripts cannot read. @throws Failure */
export async function signIn(token: string): Promise<void> {
  const response = await request('session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  if (response.status === 401) throw new Failure('sign in', 'This token is not valid.');
  if (response.status === 429) throw new Failure('refused', 'Too many attempts. Wait a minute.');
  if (!response.ok) throw new Failure('refused', 'The service does not take this token.');
  const { sees } = await fetchJson<Session>('session');
  if (sees === 'nothing') {
    throw new Failure(
      'refused',
      'The token is valid, but the browser does not keep the cookie. Allow cookies, and open the page under its own path.',
    );
  }
}

export async function signOut(): Promise<void> {
  await request('session', { method: 'DELETE' });
}
