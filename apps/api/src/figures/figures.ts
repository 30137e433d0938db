import { BadRequestException, Inject, Injectable } from '@nestjs/common';
import { apiConfig, type ApiConfig } from '#libs/config';
import {
  firstTwoClusters,
  ReportingDatabase,
  type Dimension,
  type GroupAmounts,
  type NameFilters,
  type Scope,
  type Statement,
  type Step,
  usersOf,
} from '#libs/database/queries';
import type { DayWindow } from '#libs/domain';
import { isClusterSeen, type AccessScope } from '../access/access-scope.js';
import { isStorable } from '../parameters/name-filter.js';
import { headerOf, NameLookup, NO_FILTER, type AskedNames } from './name-lookup.js';

/** In what a response is written; a fault is JSON in any case. */
export type ResponseFormat = 'json' | 'csv';

/** The parameters that every request for figures has. */
export interface FigureRequest {
  readonly cluster?: string | undefined;
  readonly window: DayWindow;
  readonly format: ResponseFormat;
  /** Whether CSV begins with a byte order mark. */
  readonly bom: boolean;
  readonly step?: Step | undefined;
  readonly unallocated?: boolean;
  readonly groups?: GroupAmounts;
  /** Where rows may have other dimensions for other requests: those of this one. */
  readonly dimensions?: readonly Dimension[];
}

/** The statement whose rows are a body. */
export interface Rows {
  /** Undefined: nothing can match, and the response has no rows. */
  readonly statement: Statement | undefined;
  readonly filters: NameFilters;
  /** Where there are no rows: the names in the request that nobody knows, as a header. */
  readonly findUnknown: () => Promise<string | undefined>;
}

/** Of a request, as far as the caller may see it. */
type StatementOf = (scope: Scope, filters: NameFilters, signal: AbortSignal) => Statement | Promise<Statement>;

/** What a controller returns, which FigureInterceptor streams. */
export class FigureResponse {
  constructor(
    readonly request: FigureRequest,
    /** As JSON, an array of objects, one per row, or of texts, the rows' column `name`. */
    readonly elements: 'rows' | 'names',
    /** Reads what the request names; the signal ends that. @throws BadRequestException */
    readonly prepare: (signal: AbortSignal) => Promise<Rows>,
  ) {}
}

/** Which cluster a request is about, what of it the caller may see, and whom and what its filters name. */
@Injectable()
export class Figures {
  constructor(
    @Inject(apiConfig.KEY) private readonly config: ApiConfig,
    private readonly database: ReportingDatabase,
    private readonly names: NameLookup,
  ) {}

  /** The rows of a statement about the cluster of the request. */
  rows(
    request: FigureRequest & AskedNames,
    access: AccessScope,
    statementOf: StatementOf,
    elements: FigureResponse['elements'] = 'rows',
  ): FigureResponse {
    return new FigureResponse(request, elements, (signal) => this.#prepare(request, access, statementOf, signal));
  }

  /** @throws BadRequestException when no cluster is named and there are several. */
  async #prepare(
    request: FigureRequest & AskedNames,
    access: AccessScope,
    statementOf: StatementOf,
    signal: AbortSignal,
  ): Promise<Rows> {
    const whole = await this.scopeOf(request, access);
    if (whole === undefined) {
      const unknown = request.cluster === undefined ? undefined : headerOf('cluster', [request.cluster]);
      return { statement: undefined, filters: NO_FILTER, findUnknown: () => Promise.resolve(unknown) };
    }
    const scope = { ...whole, window: request.window };
    const asked = await this.names.filtersOf(scope, request, signal);
    const filters = { ...asked, user: usersOf(scope, asked.user) };
    return {
      statement: await statementOf(scope, filters, signal),
      filters,
      // Who sees only themselves is not told whom else there is.
      findUnknown: async () => (scope.user === undefined ? this.names.unknownOf(scope, request, signal) : undefined),
    };
  }

  /** The cluster of a request, and what of it the caller may see; undefined: there is none. */
  async scopeOf(
    request: Pick<FigureRequest, 'cluster'>,
    { hubs, user, withoutShared, ...access }: AccessScope,
  ): Promise<Omit<Scope, 'window'> | undefined> {
    const cluster = await this.#clusterOf(request, access);
    return cluster === undefined ? undefined : { cluster, hubs, user, withoutShared };
  }

  /** The one that was named, else the configured one, else the only one; undefined: none can match. */
  async #clusterOf(
    { cluster: named }: Pick<FigureRequest, 'cluster'>,
    access: Pick<AccessScope, 'cluster'>,
  ): Promise<string | undefined> {
    const cluster = named ?? access.cluster ?? this.config.clusterName ?? (await this.#onlyCluster());
    if (cluster === undefined || !isStorable(cluster)) return undefined;
    return isClusterSeen(cluster, access) ? cluster : undefined;
  }

  async #onlyCluster(): Promise<string | undefined> {
    const [first, second] = await this.database.list<{ cluster: string }>(firstTwoClusters());
    if (second) throw new BadRequestException('cluster: must be given, since the database holds several clusters');
    return first?.cluster;
  }
}
