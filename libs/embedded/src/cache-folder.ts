import { access, constants, lstat, mkdir } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

const NAME = 'jupyterhub-cost-monitoring';

/**
 * A folder of this user that outlives the process, for binaries that are fetched or copied once. Root's is
 * `/var/cache`, since another user must be able to enter it; anybody else's is `$XDG_CACHE_HOME` or `~/.cache`, and,
 * where the home is missing or read-only, a private folder among the temporary ones.
 *
 * @throws Error when none of them can be written, or somebody else owns them: binaries are run from here.
 */
export async function cacheFolder(): Promise<string> {
  const uid = process.getuid?.();
  const preferred = uid === 0 ? '/var/cache' : process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const candidates = [join(preferred, NAME), join(tmpdir(), `${NAME}-${uid}`)];
  for (const folder of candidates) {
    try {
      await mkdir(folder, { recursive: true, mode: uid === 0 ? 0o755 : 0o700 });
      await access(folder, constants.W_OK);
      if ((await lstat(folder)).uid === uid) return folder;
    } catch {
      // the next candidate
    }
  }
  throw new Error(`no folder to keep binaries in: tried ${candidates.join(' and ')}`);
}
