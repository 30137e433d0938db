import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { syncConfig, type SyncConfig } from '#libs/config';
import { findLockHolder, openDataSource, type LockHolder } from '#libs/database';

type DataSource = Awaited<ReturnType<typeof openDataSource>>;

/** The connection pool of this process, made when it is first asked for: the database may be away at the start. */
@Injectable()
export class SyncDatabase implements OnApplicationShutdown {
  private connected: DataSource | undefined;

  constructor(@Inject(syncConfig.KEY) private readonly config: SyncConfig) {}

  async connect(): Promise<DataSource> {
    this.connected ??= await openDataSource(this.config.databaseUrl, { applicationName: 'sync' });
    return this.connected;
  }

  /** @throws when the database does not answer. */
  async ping(): Promise<void> {
    await (await this.connect()).query('SELECT 1');
  }

  /** Who works on the cluster. */
  async findLockHolder(): Promise<LockHolder | undefined> {
    return findLockHolder(await this.connect(), this.config.clusterName);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.connected?.destroy();
  }
}
