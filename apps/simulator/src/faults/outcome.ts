import type { RequestFault } from './fault.js';

/** What becomes of a request: a response, or none at all. */
export type Outcome =
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly contentType: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string | AsyncIterable<string>;
    }
  | { readonly kind: 'dropped-connection' | 'hanging-connection' };

const HTML = '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>';

export function respond(
  status: number,
  contentType: string,
  body: string | AsyncIterable<string>,
  headers: Readonly<Record<string, string>> = {},
): Outcome {
  return { kind: 'response', status, contentType, headers, body };
}

export function respondJson(status: number, value: unknown): Outcome {
  return respond(status, 'application/json', JSON.stringify(value));
}

/** The outcome of a fault that does not depend on the request; undefined for the others. */
export function strikeResponse(fault: RequestFault): Outcome | undefined {
  switch (fault.kind) {
    case 'html':
      return respond(fault.status, 'text/html', HTML);
    case 'dropped-connection':
    case 'hanging-connection':
      return { kind: fault.kind };
    default:
      return undefined;
  }
}
