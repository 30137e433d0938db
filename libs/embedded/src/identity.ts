import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whom a child process runs as, in the form that `spawn` takes. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root. The first of these users that exists stands in; no user is created. */
const STAND_INS = ['postgres', 'nobody'];

/**
 * Whom PostgreSQL runs as: undefined for an ordinary user, who runs it under their own name.
 *
 * @throws Error for root on a system without any of the users that could stand in.
 */
export async function findUnprivilegedIdentity(): Promise<Identity | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const user of STAND_INS) {
    try {
      const [uid, gid] = await Promise.all([run('id', ['-u', user]), run('id', ['-g', user])]);
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
    } catch {
      // no such user
    }
  }
  throw new Error(`PostgreSQL does not run as root, and there is no user ${STAND_INS.join(' or ')} to run it as`);
}

/** Whether a command succeeds when run as somebody; false, too, when they may not even reach its file. */
export async function canRun(identity: Identity | undefined, file: string, args: string[]): Promise<boolean> {
  try {
    await run(file, args, { ...identity, cwd: '/' });
    return true;
  } catch {
    return false;
  }
}
