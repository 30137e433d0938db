import { Inject, Injectable, type INestApplication } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { apiConfig, type ApiConfig } from '#libs/config';
import { z } from 'zod';
import type { ServedEndpoint } from '../endpoint.js';
import { EndpointCatalogue } from './endpoint-catalogue.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

const fault = z.object({ statusCode: z.int(), message: z.string(), error: z.string() });

/** The description of the API. Made when first requested: its machinery would take a fifth of the start-up. */
@Injectable()
export class OpenApiDocument {
  #document: Promise<OpenAPIObject> | undefined;
  #app: INestApplication | undefined;

  constructor(
    private readonly catalogue: EndpointCatalogue,
    @Inject(apiConfig.KEY) private readonly config: ApiConfig,
  ) {}

  /** The application whose routes are described. */
  describe(app: INestApplication): void {
    this.#app = app;
  }

  read(): Promise<OpenAPIObject> {
    this.#document ??= this.#make();
    return this.#document;
  }

  async #make(): Promise<OpenAPIObject> {
    if (!this.#app) throw new Error('no application to describe');
    const { DocumentBuilder, SwaggerModule } = await import('@nestjs/swagger');
    const config = new DocumentBuilder()
      .setTitle('JupyterHub cost monitoring')
      .setDescription(
        'What each hub, group and user of a cluster costs. Days are UTC days, amounts are US dollars. ' +
          'Each path answers with hyphens as with underscores: /total_costs, /total-costs.',
      )
      .setVersion('1')
      // Relative to the document: under a proxy's path prefix, "Try it out" keeps the prefix.
      .addServer('.');
    // A lock is shown where there is one.
    const guarded = this.config.tokens !== undefined;
    if (guarded) config.addBearerAuth({ type: 'http', scheme: 'bearer', description: 'From `npm run token`' });
    const document = SwaggerModule.createDocument(this.#app, config.build(), {
      operationIdFactory: (_controller, method) => method,
    });
    const endpoints = this.catalogue.list();
    // Each once: neither under its other spellings, nor files and logins, which no program asks for.
    const documented = endpoints.map(({ paths: [path] }) => path);
    for (const path of Object.keys(document.paths)) if (!documented.includes(path)) delete document.paths[path];
    for (const endpoint of endpoints) describeOperation(document, endpoint, guarded && !endpoint.openToAll);
    return document;
  }
}

function describeOperation(document: OpenAPIObject, endpoint: ServedEndpoint, isLocked: boolean): void {
  const [path = ''] = endpoint.paths;
  const operation = document.paths[path]?.get;
  if (!operation) return;
  operation.summary = endpoint.summary;
  operation.operationId = path.replaceAll(/\W+/g, '_').replace(/^_/, '');
  operation.responses = responsesOf(endpoint, operation, isLocked);
  if (isLocked) operation.security = [{ bearer: [] }];
}

/** Whether it is about figures: it comes as CSV too. */
function isAboutFigures({ parameters }: Operation): boolean {
  return (parameters ?? []).some((parameter) => 'name' in parameter && parameter.name === 'format');
}

function responsesOf(endpoint: ServedEndpoint, operation: Operation, isLocked: boolean): Operation['responses'] {
  const json = endpoint.response ? jsonContent(endpoint.response) : undefined;
  const content = { ...(json ?? textContent('text/plain')), ...(isAboutFigures(operation) && textContent('text/csv')) };
  const faults = { content: jsonContent(fault) };
  return {
    200: { description: endpoint.summary, content },
    ...(isAboutFigures(operation) && {
      400: { description: 'A parameter is not usable; the message names it', ...faults },
    }),
    ...(isLocked && {
      401: { description: 'The deployment requires a bearer token', ...faults },
      429: { description: 'Too many failed attempts from this address', ...faults },
    }),
    503: { description: 'The database is away', ...faults },
  } as Operation['responses'];
}

function textContent(type: string) {
  return { [type]: { schema: { type: 'string' } } };
}

function jsonContent(schema: z.ZodType) {
  return { 'application/json': { schema: z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'output' }) } };
}
