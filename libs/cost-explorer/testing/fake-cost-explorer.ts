import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GetCostAndUsageCommandInput } from '@aws-sdk/client-cost-explorer';

/** Answers one HTTP request; `number` counts them from 1. */
export type Answer = (input: GetCostAndUsageCommandInput, response: ServerResponse, number: number) => void;

/** An endpoint that speaks AWS JSON 1.1 and answers as the test says; keeps the inputs that it was sent. */
export class FakeCostExplorer {
  readonly inputs: GetCostAndUsageCommandInput[] = [];
  private readonly server: Server;

  private constructor(answer: Answer) {
    const handle = async (request: IncomingMessage, response: ServerResponse) => {
      const input = await readJson(request);
      this.inputs.push(input);
      answer(input, response, this.inputs.length);
    };
    this.server = createServer((request, response) => void handle(request, response));
  }

  /** Starts on a free port and points the SDK at it, with credentials that mean nothing. */
  static async start(answer: Answer): Promise<FakeCostExplorer> {
    const fake = new FakeCostExplorer(answer);
    await new Promise<void>((resolve) => fake.server.listen(0, '127.0.0.1', resolve));
    process.env['AWS_ENDPOINT_URL_COST_EXPLORER'] = `http://127.0.0.1:${(fake.server.address() as AddressInfo).port}`;
    process.env['AWS_ACCESS_KEY_ID'] = 'AKIDEXAMPLE';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'not-a-secret';
    return fake;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}

/** An error as AWS JSON 1.1 carries it. */
export function sendError(response: ServerResponse, type: string, status = 400, message = ''): void {
  sendJson(response, { __type: type, message }, status);
}

async function readJson(request: IncomingMessage): Promise<GetCostAndUsageCommandInput> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return JSON.parse(body) as GetCostAndUsageCommandInput;
}
