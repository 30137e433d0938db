import { createHash } from 'node:crypto';
import type { PendingAlert, RunId } from '#libs/database';
import type { SyncWork } from '../task.js';
import { alertText } from './alert-text.js';
import { sendToWebhook } from './webhook.js';

/** A webhook that is slow does not keep the sync: what is left is sent by the next run. */
const LONGEST_MS = 120_000;

/**
 * Sends every alert that waits, and records each as sent before the next. What is not taken waits for the next run. A process
 * that ends between a response and its record sends that one alert again, with the same id. Without a webhook nobody waits.
 *
 * @returns what an operator should know; undefined: all were taken.
 */
export async function deliverAlerts({ config, session, signal }: SyncWork, run: RunId): Promise<string | undefined> {
  const { webhook, clusterName } = config;
  if (!webhook) {
    await session.dropPendingAlerts(run);
    return undefined;
  }
  const alerts = await session.listPendingAlerts();
  const beganMs = performance.now();
  let sent = 0;
  let why: string | undefined;
  for (const alert of alerts) {
    if (signal.aborted || performance.now() - beganMs > LONGEST_MS) break;
    await session.recordAlertAttempt(run, alert);
    const message = { id: idOf(clusterName, alert), text: alertText(clusterName, alert) };
    const refusal = await sendToWebhook(webhook, message, signal);
    if (refusal === undefined) {
      await session.recordAlertSent(run, alert);
      sent += 1;
      continue;
    }
    why = refusal.why;
    if (!refusal.isOfAlert) break;
  }
  if (sent === alerts.length) return undefined;
  return `the alert webhook took ${sent} of ${alerts.length} alerts${why ? `: ${why}` : ''}; the next run sends the others`;
}

function idOf(cluster: string, { kind, key }: PendingAlert): string {
  return createHash('sha256')
    .update(JSON.stringify([cluster, kind, key]))
    .digest('hex')
    .slice(0, 32);
}
