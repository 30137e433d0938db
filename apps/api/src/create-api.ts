import { constants } from 'node:zlib';
import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { fastifyCompress } from '@fastify/compress';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiConfig } from '#libs/config';
import { ReportingDatabase } from '#libs/database/queries';
import { AccessGuard } from './access/access.guard.js';
import { AppModule } from './app.module.js';
import { redirectToBasePath, withoutBasePath } from './base-path.js';
import { endConnectionsOnClose } from './connection-shutdown.js';
import { OpenApiDocument } from './docs/openapi-document.js';
import { Metrics } from './health/metrics.js';
import { readPageFiles } from './page/page-files.js';
import { servePage } from './page/serve-page.js';
import { DataVersions } from './responses/data-versions.js';
import { limitRequests } from './responses/request-limits.js';
import { keepResponses } from './responses/response-memory.js';
import { addSecurityHeaders, SECURITY_HEADERS } from './responses/security-headers.js';

/** A name of 10 kB may come percent-encoded, three or more bytes for one. */
const MAX_HEADER_BYTES = 128 * 1024;
const MAX_BODY_BYTES = 16 * 1024;
const RECEIVE_TIMEOUT_MS = 10_000;
/** How often Node looks for requests that take longer to arrive. */
const TIMEOUT_CHECK_MS = 2000;
/** Longer than the idle time-out of load balancers, so that it is not us who hang up on a request. */
const KEEP_ALIVE_MS = 65_000;

/** A client that takes nothing for so long loses its connection. Longer than any request may wait for the database. */
const STALL_MS = 120_000;

/** Quality 4 of 11: as fast as gzip, and smaller. */
const BROTLI = { [constants.BROTLI_PARAM_QUALITY]: 4 };

/** Parameters are checked with zod. Fastify's own compilers would take a tenth of the start-up. */
const WITHOUT_SCHEMAS = { buildValidator: refuseSchemas, buildSerializer: refuseSchemas };

function refuseSchemas(): never {
  throw new Error('routes have no Fastify schemas here');
}

/** The API, ready to listen. The database is not used yet: it may be away. */
export async function createApi(config: ApiConfig, logger: LoggerService | false): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    http: { maxHeaderSize: MAX_HEADER_BYTES, connectionsCheckingInterval: TIMEOUT_CHECK_MS },
    bodyLimit: MAX_BODY_BYTES,
    connectionTimeout: STALL_MS,
    requestTimeout: RECEIVE_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // What still comes over an open connection while the server stops is served, and the connection closed with it.
    return503OnClosing: false,
    schemaController: { compilersFactory: WITHOUT_SCHEMAS },
    // Of an address that is no address no hook hears.
    frameworkErrors: (error: Error, _request: FastifyRequest, reply: FastifyReply) =>
      void reply.headers(SECURITY_HEADERS).send(error),
    ...(config.basePath && { rewriteUrl: withoutBasePath(config.basePath) }),
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(config), adapter, {
    logger,
    abortOnError: false,
  });
  const fastify = adapter.getInstance();
  const database = app.get(ReportingDatabase);
  addSecurityHeaders(fastify);
  await app.get(AccessGuard).register(fastify);
  await fastify.register(fastifyCompress, { encodings: ['br', 'gzip'], brotliOptions: { params: BROTLI } });
  keepResponses(fastify, { versions: new DataVersions(database), clusterName: config.clusterName });
  limitRequests(fastify, {
    isBusy: () => database.isBusy,
    perEndpoint: Math.ceil(database.streamCount / 3),
  });
  if (config.basePath) redirectToBasePath(fastify, config.basePath);
  const page = readPageFiles();
  if (page) servePage(fastify, page);
  // What Swagger's page loads is relative to it, and so is where it is, behind a proxy. Nest's routes cannot end in a slash.
  fastify.get('/docs/', (_request, reply) => reply.redirect('../docs', 308));
  endConnectionsOnClose(fastify);
  const metrics = app.get(Metrics);
  fastify.addHook('onResponse', (request, reply, done) => {
    metrics.observeRequest(request.method, request.routeOptions.url, reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
  app.get(OpenApiDocument).describe(app);
  return app;
}
