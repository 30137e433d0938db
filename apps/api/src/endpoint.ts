import { applyDecorators, Get, SetMetadata } from '@nestjs/common';
import type { z } from 'zod';

/** What the index and OpenAPI say of an endpoint. */
export interface EndpointDescription {
  /** Every path that it is served under, the documented one first. */
  readonly paths: readonly string[];
  readonly summary: string;
  /** The JSON of a successful response; absent where it is not JSON. */
  readonly response: z.ZodType | undefined;
}

/** An endpoint of the running application. */
export interface ServedEndpoint extends EndpointDescription {
  /** Whether it asks for no token, even where there are tokens. */
  readonly openToAll: boolean;
}

export const ENDPOINT = 'cost-monitoring:endpoint';

/** Both spellings of a path: dashboards and scripts use `/total_costs` as well as `/total-costs`. */
export function spellings(path: string): string[] {
  return [...new Set([path, path.replaceAll('_', '-'), path.replaceAll('-', '_')])];
}

/** A GET endpoint under both spellings of its paths, with one line on what it is for. */
export function Endpoint(path: string | readonly string[], summary: string, response?: z.ZodType): MethodDecorator {
  const paths = [path].flat().flatMap(spellings);
  // As OpenAPI writes them.
  const described = paths.map((one) => one.replaceAll(/:(\w+)/g, '{$1}'));
  const description: EndpointDescription = { paths: described, summary, response };
  return applyDecorators(Get(paths), SetMetadata(ENDPOINT, description));
}
