import { ForbiddenException } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/**
 * Refuses what a page of another site makes a browser send. Browsers say where a request comes from; the cookie, which is
 * SameSite, would not come along either.
 */
export function refuseOtherSites({ headers }: FastifyRequest): void {
  const from = headers['sec-fetch-site'];
  if (from !== undefined && from !== 'same-origin') throw new ForbiddenException('a page of another site sent this');
  const { origin } = headers;
  // A proxy may have changed the host; where the browser says `same-origin`, that is enough.
  if (from === undefined && origin !== undefined && hostOf(origin) !== headers.host) {
    throw new ForbiddenException('a page of another site sent this');
  }
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
