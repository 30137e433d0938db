/** `warning`: figures may be less than they could be; `failure`: they are wrong or missing; `skipped`: not to be told. */
export type Status = 'ok' | 'warning' | 'failure' | 'skipped';

/** One line of the doctor's report. */
export interface Finding {
  readonly status: Status;
  /** What was looked at. */
  readonly check: string;
  readonly found: string;
  /** What to do about it; empty where nothing is to be done. */
  readonly remedy: string;
}

export function ok(check: string, found: string): Finding {
  return { status: 'ok', check, found, remedy: '' };
}

export function warning(check: string, found: string, remedy: string): Finding {
  return { status: 'warning', check, found, remedy };
}

export function failure(check: string, found: string, remedy: string): Finding {
  return { status: 'failure', check, found, remedy };
}

/** @param reason why it could not be looked at; the finding that says so has the remedy. */
export function skipped(check: string, reason: string): Finding {
  return { status: 'skipped', check, found: reason, remedy: '' };
}
