import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Controller, Get, Header, NotFoundException, Param, StreamableFile } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { OpenToAll } from '../access/route-access.js';
import { Endpoint } from '../endpoint.js';
import { OpenApiDocument } from './openapi-document.js';

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>JupyterHub cost monitoring</title>
    <link rel="stylesheet" href="docs/swagger-ui.css" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`;

const START = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#swagger-ui' });\n`;

const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};

@Controller()
export class DocsController {
  constructor(private readonly openApi: OpenApiDocument) {}

  @OpenToAll()
  @Endpoint('/openapi.json', 'This API as an OpenAPI document', z.looseObject({ openapi: z.string() }))
  document(): Promise<OpenAPIObject> {
    return this.openApi.read();
  }

  @OpenToAll()
  @Endpoint('/docs', 'This API to read and to try, in a browser')
  @Header('Content-Type', 'text/html; charset=utf-8')
  page(): string {
    return PAGE;
  }

  @OpenToAll()
  @Get('/docs/start.js')
  @Header('Content-Type', 'text/javascript; charset=utf-8')
  start(): string {
    return START;
  }

  @OpenToAll()
  @Get('/docs/:asset')
  async asset(@Param('asset') asset: string): Promise<StreamableFile> {
    const type = Object.hasOwn(ASSETS, asset) ? ASSETS[asset] : undefined;
    if (!type) throw new NotFoundException();
    // The package has no types, and its main file loads the whole user interface.
    const located = (await import('swagger-ui-dist/absolute-path.js' as string)) as { default: () => string };
    return new StreamableFile(createReadStream(join(located.default(), asset)), { type });
  }
}
