/** Why there are no figures, in the words that the page shows. */
export class Failure extends Error {
  constructor(
    readonly kind: 'sign in' | 'forbidden' | 'refused' | 'away' | 'offline',
    message: string,
  ) {
    super(message);
  }
}

export function asFailure(error: unknown): Failure {
  return error instanceof Failure ? error : new Failure('refused', `The page failed: ${(error as Error).message}`);
}

/** The session has ended: what asked for figures got none. */
export const SIGNED_OUT = 'signed-out';

export type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The address of an endpoint, relative to the page, whatever prefix it is under. */
export function address(path: string, parameters: Parameters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of [value ?? []].flat()) query.append(name, one);
  }
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** The JSON of an endpoint of this API. @throws Failure */
export async function fetchJson<Body>(path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<Body> {
  const response = await request(address(path, parameters), { ...(signal && { signal }) });
  if (!response.ok) throw await failureOf(response);
  return (await response.json()) as Body;
}

/** @throws Failure where there is no response at all */
export async function request(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, headers: { accept: 'application/json', ...init.headers } });
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    throw new Failure('offline', 'The server cannot be reached. Check your connection, then try again.');
  }
}

export async function failureOf(response: Response): Promise<Failure> {
  const message = await response.json().then(
    (body: { message?: unknown }) => (typeof body.message === 'string' ? body.message : ''),
    () => '',
  );
  if (response.status === 401) {
    dispatchEvent(new Event(SIGNED_OUT));
    return new Failure('sign in', 'You must sign in to see these figures.');
  }
  if (response.status === 403) return new Failure('forbidden', 'Your account may not see these figures.');
  if (response.status >= 500) {
    return new Failure('away', `The service cannot read its database now${message && `: ${message}`}.`);
  }
  return new Failure('refused', message || `The service refused the request (${response.status}).`);
}
