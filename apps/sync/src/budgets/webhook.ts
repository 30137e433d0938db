import { createHmac } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { WebhookConfig } from '#libs/config';

/** How long a response may take, and the pauses before the alert is sent again. */
export const TIMING = { timeoutMs: 10_000, pausesMs: [1_000, 4_000] };

/** Why an alert was not taken. `isOfAlert`: another alert may be taken all the same. */
export interface Refusal {
  readonly why: string;
  readonly isOfAlert: boolean;
}

/**
 * Sends a text as JSON that Slack understands, signed as the Standard Webhooks are: HMAC-SHA256 over id, time and body. It is
 * tried again after a fault that may pass. No redirect is followed: it would carry the alert to an address that nobody configured.
 *
 * @param id the same for the same alert, by which a receiver knows it again.
 * @returns undefined once it was taken.
 */
export async function sendToWebhook(
  webhook: WebhookConfig,
  { id, text }: { readonly id: string; readonly text: string },
  signal: AbortSignal,
  { timeoutMs, pausesMs } = TIMING,
): Promise<Refusal | undefined> {
  for (let attempt = 0; ; attempt += 1) {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const refusal = await post(webhook, id, JSON.stringify({ text }), limited);
    const pauseMs = pausesMs[attempt];
    if (refusal === undefined || refusal.isOfAlert || pauseMs === undefined || signal.aborted) return refusal;
    await setTimeout(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

async function post(
  { url, secret }: WebhookConfig,
  id: string,
  body: string,
  signal: AbortSignal,
): Promise<Refusal | undefined> {
  const timestamp = Math.floor(Date.now() / 1000).toString();
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signatureOf(secret, `${id}.${timestamp}.${body}`)}`,
      },
      body,
      redirect: 'manual',
      signal,
    });
    await response.body?.cancel();
    const { status } = response;
    if (status >= 200 && status < 300) return undefined;
    if (status >= 300 && status < 400)
      return { why: `HTTP ${status}: it redirects, which is not followed`, isOfAlert: false };
    return { why: `HTTP ${status}`, isOfAlert: status < 500 && status !== 408 && status !== 429 };
  } catch (error) {
    return { why: describeFailure(error), isOfAlert: false };
  }
}

/** The message of a failed fetch may hold the address, which is a secret. */
function describeFailure(error: unknown): string {
  const { name, cause } = Object(error) as { readonly name?: unknown; readonly cause?: { readonly code?: unknown } };
  if (name === 'TimeoutError') return 'it did not respond in time';
  if (name === 'AbortError') return 'the sync was stopped';
  return typeof cause?.code === 'string' ? `it cannot be reached (${cause.code})` : 'it cannot be reached';
}

function signatureOf(secret: string, content: string): string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : secret;
  return createHmac('sha256', key).update(content).digest('base64');
}
