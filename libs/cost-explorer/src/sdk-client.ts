import { CostExplorerClient } from '@aws-sdk/client-cost-explorer';

/**
 * The SDK warns on stderr of Node releases that it will drop. Operators read stderr, and the images run Node 24, which
 * it keeps: the warning could only be of a developer's machine. Read when the first client is made.
 */
const NODE_VERSION_WARNING = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';

/** A client whose credentials and endpoint come from the SDK's own chain. */
export function createSdkClient({
  attempts,
  connectMs,
  answerMs,
}: {
  /** At one request; throttling, 5xx and lost connections are tried again by the SDK, with exponential delays. */
  readonly attempts: number;
  /** To wait for a connection. */
  readonly connectMs: number;
  /** To wait for the next byte of an answer, once connected; each attempt has this long. */
  readonly answerMs: number;
}): CostExplorerClient {
  process.env[NODE_VERSION_WARNING] ??= 'true';
  return new CostExplorerClient({
    // Cost Explorer of a partition answers in one region whatever is asked; the SDK only demands that there be one.
    region: process.env['AWS_REGION'] || 'us-east-1',
    retryMode: 'standard',
    maxAttempts: attempts,
    requestHandler: { connectionTimeout: connectMs, socketTimeout: answerMs },
  });
}
