import { OperatorError } from '#libs/domain';
import { AWS_ERROR_CASES, NETWORK_REMEDY, type AwsErrorCase } from './aws-error-cases.js';
import { CostExplorerError } from './errors.js';

/** An error of AWS or of the SDK, for an operator. Holds no ARN, account number, request id or secret. */
export interface AwsErrorDescription {
  /** What happened, in AWS's own words where it has some. */
  readonly found: string;
  readonly remedy: string;
  readonly refusal: AwsErrorCase['refusal'];
}

/** What happened and what to do about it: it is stored with the run, and shown on a health page and by the doctor. */
export function describeAwsError(error: unknown): AwsErrorDescription {
  const { name = '', code = '', message = '', $metadata } = (error ?? {}) as SdkError;
  const words = redact(message);
  // A lost connection is called TimeoutError whatever its code is, so the code comes first.
  const known = [code, name].flatMap((key) => AWS_ERROR_CASES.filter((one) => one.names.includes(key)));
  const fitting = known.find((one) => one.words === undefined || one.words.test(message));
  if (fitting) {
    const action = /perform: ([a-z0-9-]+:\w+)/i.exec(message)?.[1] ?? 'ce:GetCostAndUsage';
    const fill = (text: string) => text.replace('$action', action).replace('$network', NETWORK_REMEDY);
    const quote = $metadata?.httpStatusCode !== undefined && words !== '' ? ` (AWS: "${words}")` : '';
    return {
      found: `Cost Explorer ${fill(fitting.what)}${quote}`,
      remedy: fill(fitting.remedy),
      refusal: fitting.refusal,
    };
  }
  const status = $metadata?.httpStatusCode;
  const unknown = (found: string, remedy: string) => ({ found: `Cost Explorer ${found}`, remedy, refusal: undefined });
  if (status !== undefined && status >= 500) return unknown(`failed: HTTP ${status}`, 'The next run tries again');
  if (name === 'SyntaxError') {
    return unknown(
      'answered something other than JSON (a wrong endpoint, or a proxy?)',
      'Check AWS_ENDPOINT_URL and HTTPS_PROXY',
    );
  }
  const details = [name || 'unknown error', status !== undefined && `HTTP ${status}`, words];
  return unknown(`could not be read: ${details.filter(Boolean).join(': ')}`, NETWORK_REMEDY);
}

/**
 * What a call of the SDK threw, as a CostExplorerError; the SDK's error is its `cause`. An error of this lib stays as it is,
 * and so does a fault of this software that showed during the call: JavaScript's own errors, which the SDK marks when it
 * throws them itself.
 */
export function asCostExplorerError(error: unknown): unknown {
  if (error instanceof OperatorError) return error;
  const isOurs = [TypeError, ReferenceError, RangeError].some((type) => error instanceof type);
  if (isOurs && !('$metadata' in (error as object)) && !('code' in (error as object))) return error;
  return new CostExplorerError(describeAwsError(error), { cause: error });
}

interface SdkError {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** AWS's own words, without what identifies an account or a request; cut where a page of HTML would begin. */
function redact(message: string): string {
  return (
    message
      .split(/\n|<(?=[!a-z])/i, 1)[0]!
      .replace(/\barn:[^\s,;)"']+/g, '<arn>')
      .replace(/\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g, '<key>')
      .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '<id>')
      .replace(/\b\d{12}\b/g, '<account>')
      // AWS quotes what it signed, the session token included; secret keys have forty characters, tokens hundreds.
      .replace(/(security-token\W{1,3})[\w+/=-]+/gi, '$1<secret>')
      .replace(/[\w+/=-]{40,}/g, '<secret>')
      .slice(0, 300)
  );
}
