import type { FastifyInstance } from 'fastify';

/**
 * What a page of ours may load: nothing inline and nothing from elsewhere; and no other page may frame it. No word of
 * Strict-Transport-Security: served over plain http within a cluster, a browser must not be told to come back over https.
 */
export const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** Adds them to every response when it is sent: set earlier, they cost a repeated request a fifth of its time. */
export function addSecurityHeaders(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    void reply.headers(SECURITY_HEADERS);
    done(null, payload);
  });
}
