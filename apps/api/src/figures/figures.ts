import { BadRequestException, Inject, Injectable } from '@nestjs/common';
import { apiConfig, type ApiConfig } from '#libs/config';
import { firstTwoClusters, ReportingDatabase, type Scope, type Statement } from '#libs/database/queries';
import type { DayWindow } from '#libs/domain';
import type { AccessScope } from '../access/access-scope.js';
import { isStorable } from '../parameters/name-filter.js';

/** In what a response is written; a fault is JSON in any case. */
export type ResponseFormat = 'json' | 'csv';

/** The parameters that every request for figures has. */
export interface FigureRequest {
  readonly cluster?: string | undefined;
  readonly window: DayWindow;
  readonly format: ResponseFormat;
}

/** What a controller returns: the statement whose rows are the body, which FigureInterceptor streams. */
export class FigureResponse {
  constructor(
    /** Undefined: nothing can match, and the response has no rows. */
    readonly statement: Statement | undefined,
    /** As JSON, an array of objects, one per row, or of texts, the rows' column `name`. */
    readonly elements: 'rows' | 'names',
    readonly format: ResponseFormat,
  ) {}
}

/** Which cluster a request is about, and what of it the caller may see. */
@Injectable()
export class Figures {
  constructor(
    @Inject(apiConfig.KEY) private readonly config: ApiConfig,
    private readonly database: ReportingDatabase,
  ) {}

  /** The rows of a statement about the cluster of the request. @throws BadRequestException when there are several. */
  async rows(
    request: FigureRequest,
    access: AccessScope,
    statementOf: (scope: Scope) => Statement,
    elements: FigureResponse['elements'] = 'rows',
  ): Promise<FigureResponse> {
    const scope = await this.#scopeOf(request, access);
    return new FigureResponse(scope && statementOf(scope), elements, request.format);
  }

  /** That of the cluster that was named, else the configured one, else the only one; undefined: none can match. */
  async #scopeOf({ cluster: named, window }: FigureRequest, access: AccessScope): Promise<Scope | undefined> {
    const cluster = named ?? access.cluster ?? this.config.clusterName ?? (await this.#onlyCluster());
    if (cluster === undefined || !isStorable(cluster)) return undefined;
    if (access.cluster !== undefined && access.cluster !== cluster) return undefined;
    return { cluster, window, hubs: access.hubs, user: access.user, withoutShared: access.withoutShared };
  }

  async #onlyCluster(): Promise<string | undefined> {
    const [first, second] = await this.database.list<{ cluster: string }>(firstTwoClusters());
    if (second) throw new BadRequestException('cluster: must be given, since the database holds several clusters');
    return first?.cluster;
  }
}
