import { Injectable, type INestApplication } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { EndpointCatalogue, type CataloguedEndpoint } from './endpoint-catalogue.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

const fault = z.object({ statusCode: z.int(), message: z.string(), error: z.string() });

/** The description of the API. Made when first requested: its machinery would take a fifth of the start-up. */
@Injectable()
export class OpenApiDocument {
  #document: Promise<OpenAPIObject> | undefined;
  #app: INestApplication | undefined;

  constructor(private readonly catalogue: EndpointCatalogue) {}

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
      .setDescription('What each hub, group and user of a cluster costs. Days are UTC days, amounts are US dollars.')
      .setVersion('1')
      // Relative to the document: under a proxy's path prefix, "Try it out" keeps the prefix.
      .addServer('.')
      .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'Where the deployment has a file of tokens' })
      .build();
    const document = SwaggerModule.createDocument(this.#app, config, {
      operationIdFactory: (_controller, method) => method,
    });
    for (const endpoint of this.catalogue.list()) describeOperations(document, endpoint);
    return document;
  }
}

function describeOperations(document: OpenAPIObject, endpoint: CataloguedEndpoint): void {
  for (const path of endpoint.paths) {
    const operation = document.paths[path]?.get;
    if (!operation) continue;
    operation.summary = endpoint.summary;
    operation.operationId = path.replaceAll(/\W+/g, '_').replace(/^_/, '') || 'root';
    operation.responses = responsesOf(endpoint, operation);
    // Where there is no file of tokens, none is needed: the empty requirement says so.
    if (!endpoint.openToAll) operation.security = [{ bearer: [] }, {}];
  }
}

/** Whether it is about figures: it takes parameters. */
function isAboutFigures({ parameters }: Operation): boolean {
  return (parameters ?? []).length > 0;
}

function responsesOf(endpoint: CataloguedEndpoint, operation: Operation): Operation['responses'] {
  const json = endpoint.response ? jsonContent(endpoint.response) : undefined;
  const content = { ...(json ?? textContent('text/plain')), ...(isAboutFigures(operation) && textContent('text/csv')) };
  const faults = { content: jsonContent(fault) };
  return {
    200: { description: endpoint.summary, content },
    ...(isAboutFigures(operation) && {
      400: { description: 'A parameter is not usable; the message names it', ...faults },
    }),
    ...(!endpoint.openToAll && {
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
