import { BadRequestException, Controller, ForbiddenException, Param, Query, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { readStatementFacts, ReportingDatabase, UnknownNameError, UnknownVersionError } from '#libs/database/queries';
import { composeStatement } from '#libs/domain';
import { STATEMENT_FORMATS, statementFileName, StatementWriter, writeStatement } from '#libs/statements';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { Access, type AccessScope } from '../access/access-scope.js';
import { ShowsOwn } from '../access/route-access.js';
import { Endpoint } from '../endpoint.js';
import { Figures } from '../figures/figures.js';
import { today } from '../parameters/day-range.js';
import { KEPT_ROUTE } from '../responses/response-memory.js';
import * as dto from './statements.dto.js';

@Controller()
export class StatementsController {
  constructor(
    private readonly figures: Figures,
    private readonly database: ReportingDatabase,
    private readonly writer: StatementWriter,
  ) {}

  @ShowsOwn()
  @Endpoint(
    '/statements/:month',
    "A month's statement for the cluster, a hub, a group or a user, as JSON, CSV, XLSX or PDF",
    dto.StatementBody,
  )
  @(RouteConfig(KEPT_ROUTE) as MethodDecorator)
  async statement(
    @Param({ schema: dto.StatementMonth }) { month }: z.infer<typeof dto.StatementMonth>,
    @Query({ schema: dto.Statement }) query: z.infer<typeof dto.Statement>,
    @Access() access: AccessScope,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    const { hub, user, usergroup, version, format } = query;
    refuseOthers(access, query);
    const scope = await this.figures.scopeOf(query, access);
    if (!scope) throw new BadRequestException('cluster: is not known');
    const hubs = hub === undefined ? undefined : [hub];
    const request = { month, today: today(), version, hubs, user, usergroup };
    const facts = await readStatementFacts(this.database, scope, request).catch(throwAsFault);
    const document = composeStatement(facts);
    const isLaidOut = format === 'pdf' || format === 'xlsx';
    const body = await (isLaidOut ? this.writer.write(document, format) : writeStatement(document, format));
    void reply.type(STATEMENT_FORMATS[format]);
    if (format !== 'json') {
      const file = statementFileName({ month, hub, usergroup, user, version }, format);
      void reply.header('content-disposition', `attachment; filename="${file}"`);
    }
    return body;
  }
}

/** The same response for those that exist and those that do not. */
function refuseOthers(access: AccessScope, { hub, user, usergroup }: z.infer<typeof dto.Statement>): void {
  if (hub !== undefined && access.hubs && !access.hubs.includes(hub)) throw new ForbiddenException('hub: is not yours');
  if (access.user === undefined) return;
  if (user !== undefined && user !== access.user) throw new ForbiddenException('user: is not you');
  if (usergroup !== undefined) throw new ForbiddenException('usergroup: this shows more than your own costs');
}

function throwAsFault(error: unknown): never {
  if (error instanceof UnknownVersionError) throw new BadRequestException(`version: ${error.message}`);
  if (error instanceof UnknownNameError) throw new BadRequestException(error.message);
  throw error;
}
