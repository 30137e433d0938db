import type { LoggerService } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ApiConfig } from '#libs/config';
import { createApi } from '../../../apps/api/src/create-api.js';
import { listen } from '../../../apps/api/src/listen.js';
import { atEnd } from '../../support/at-end.js';

/** One answer of the API, its body parsed when it is JSON. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // Each test knows what it asked for.
  readonly json: any; // oxlint-disable-line typescript/no-explicit-any
}

const CONFIG = { port: 0, databasePoolSize: 10, tokens: undefined };

/** The API on a port of its own, asked over HTTP as its users do. */
export class RunningApi {
  private constructor(
    private readonly app: NestFastifyApplication,
    readonly url: string,
  ) {}

  static async start(
    databaseUrl: string,
    clusterName?: string,
    { logger = false, ...more }: Partial<ApiConfig> & { logger?: LoggerService | false } = {},
  ): Promise<RunningApi> {
    const config = { ...CONFIG, databaseUrl, host: '127.0.0.1', clusterName, ...more };
    const app = await createApi(config, logger);
    await listen(app, config);
    const { port } = app.getHttpServer().address() as { port: number };
    return new RunningApi(app, `http://127.0.0.1:${port}`);
  }

  /** @param path as it stands in the URL, already encoded. */
  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    const response = await fetch(this.url + path, { headers });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
  }

  /** The rows of a question that must succeed. */
  async rows<Row = Record<string, unknown>>(path: string): Promise<Row[]> {
    const reply = await this.get(path);
    if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${reply.text}`);
    return reply.json as Row[];
  }

  /** Done at the end of the file, too. */
  readonly stop = atEnd(() => this.app.close());
}
