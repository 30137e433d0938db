import type { DataSource, QueryRunner } from 'typeorm';

const LOOK_MS = 500;

interface Blocker {
  readonly pid: number;
  readonly role: string | null;
  readonly application: string | null;
  readonly since: Date | null;
}

/** Looks from beside, while a connection waits for locks, who holds them: afterwards nobody can tell. */
export class MigrationBlockers {
  #seen: string | undefined;
  readonly #timer: NodeJS.Timeout;

  private constructor(
    private readonly dataSource: DataSource,
    private readonly pid: number,
    private readonly onWait: (whom: string) => void,
    intervalMs: number,
  ) {
    this.#timer = setInterval(() => void this.#look().catch(() => undefined), intervalMs);
  }

  static async watch(
    dataSource: DataSource,
    queryRunner: QueryRunner,
    onWait: (whom: string) => void,
    lockTimeoutMs: number,
  ): Promise<MigrationBlockers> {
    const [{ pid }]: [{ pid: number }] = await queryRunner.query(`SELECT pg_backend_pid() AS pid`);
    return new MigrationBlockers(dataSource, pid, onWait, Math.min(LOOK_MS, lockTimeoutMs / 4));
  }

  /** Whom the connection was last seen to wait for. */
  get seen(): string {
    return this.#seen ?? 'another connection';
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const blockers: Blocker[] = await this.dataSource.query(BLOCKERS, [this.pid]);
    if (blockers.length === 0) return;
    const whom = blockers.map(describeBlocker).join('; ');
    if (whom === this.#seen) return;
    this.#seen = whom;
    this.onWait(whom);
  }
}

const BLOCKERS = `
  SELECT pid, usename::text AS role, nullif(application_name, '') AS application, xact_start AS since
  FROM pg_stat_activity WHERE pid = ANY (pg_blocking_pids($1)) ORDER BY pid`;

/** A role that is no superuser does not see when another one's transaction began. */
function describeBlocker({ pid, role, application, since }: Blocker): string {
  const from = since ? `, since ${since.toISOString()}` : '';
  return `${application ?? 'a connection'} of role ${role ?? 'unknown'} (server process ${pid}${from})`;
}
