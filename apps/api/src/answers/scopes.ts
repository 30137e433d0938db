import { BadRequestException, Inject, Injectable } from '@nestjs/common';
import { apiConfig, type ApiConfig } from '#libs/config';
import { firstTwoClusters, ReportingDatabase, type Scope, type Statement } from '#libs/database/queries';
import type { DayWindow } from '#libs/domain';
import type { AccessScope } from '../access/access-scope.js';
import { isStorable } from '../parameters/name-filter.js';
import { Answer, type AnswerFormat } from './answer.js';

/** Which cluster a request is about, and what of it whoever asks may see. */
@Injectable()
export class Scopes {
  constructor(
    @Inject(apiConfig.KEY) private readonly config: ApiConfig,
    private readonly database: ReportingDatabase,
  ) {}

  /**
   * The cluster that was named, else the configured one, else the only one in the database.
   *
   * @returns undefined when no cluster can match: the database is empty, or the name is one that it cannot hold, or one
   * that is not the asker's.
   * @throws BadRequestException when there are several to choose from.
   */
  async find(
    asked: { readonly cluster?: string | undefined; readonly window: DayWindow },
    access: AccessScope,
  ): Promise<Scope | undefined> {
    const cluster = asked.cluster ?? access.cluster ?? this.config.clusterName ?? (await this.#onlyCluster());
    if (cluster === undefined || !isStorable(cluster)) return undefined;
    if (access.cluster !== undefined && access.cluster !== cluster) return undefined;
    return { cluster, window: asked.window, hubs: access.hubs };
  }

  /** The rows that answer a question about it; none where no cluster can match. @throws as `find`. */
  async rows(
    asked: Parameters<Scopes['find']>[0] & { readonly format: AnswerFormat },
    access: AccessScope,
    ask: (scope: Scope) => Statement,
  ): Promise<Answer> {
    const scope = await this.find(asked, access);
    return scope ? Answer.rows(ask(scope), asked.format) : Answer.nothing(asked.format);
  }

  async #onlyCluster(): Promise<string | undefined> {
    const [first, second] = await this.database.list<{ cluster: string }>(firstTwoClusters());
    if (second) throw new BadRequestException('cluster: must be given, since the database holds several clusters');
    return first?.cluster;
  }
}
