import { OperatorError } from '#libs/domain';
import { CostExplorerError } from './errors.js';

/** What an error of the SDK or of AWS means, by its name or code, and what to do about it. */
const MEANINGS: Readonly<Record<string, string>> = {
  AccessDeniedException: 'refused: AccessDenied (the role needs ce:GetCostAndUsage)',
  AccessDenied: 'refused: AccessDenied (the role needs ce:GetCostAndUsage)',
  ExpiredTokenException: 'refused: the AWS credentials have expired',
  ExpiredToken: 'refused: the AWS credentials have expired',
  UnrecognizedClientException: 'refused: AWS does not know these credentials',
  InvalidClientTokenId: 'refused: AWS does not know these credentials',
  InvalidSignatureException: "refused: the signature does not match (wrong secret key, or this machine's clock is off)",
  RequestExpired: "refused: the request is too old (this machine's clock is off)",
  CredentialsProviderError: 'was not asked: no AWS credentials were found',
  TokenProviderError: 'was not asked: no AWS credentials were found',
  LimitExceededException: 'throttles: too many calls in a short time; the next run tries again',
  ThrottlingException: 'throttles: too many calls in a short time; the next run tries again',
  Throttling: 'throttles: too many calls in a short time; the next run tries again',
  TooManyRequestsException: 'throttles: too many calls in a short time; the next run tries again',
  DataUnavailableException:
    'has no data yet: DataUnavailableException (it takes 24 hours after Cost Explorer is first enabled)',
  BillExpirationException: 'no longer has a day that was asked for: BillExpirationException',
  InvalidNextTokenException: 'declared its own page token invalid twice: InvalidNextTokenException',
  RequestChangedException: 'declared its own pages changed twice: RequestChangedException',
  TimeoutError: 'did not answer in time',
  AbortError: 'was not waited for: the reading was stopped',
  ECONNREFUSED: 'cannot be reached: connection refused',
  ECONNRESET: 'dropped the connection',
  EPIPE: 'dropped the connection',
  ETIMEDOUT: 'did not answer in time',
  ENOTFOUND: 'cannot be reached: its host name is unknown',
  EAI_AGAIN: 'cannot be reached: name resolution fails',
  EHOSTUNREACH: 'cannot be reached: no route to host',
  ENETUNREACH: 'cannot be reached: no network',
};

/**
 * One sentence for an operator on why costs could not be read. Holds no ARN, account number, request id or secret:
 * it is stored with the run and shown on a health page.
 */
export function describeAwsError(error: unknown): string {
  if (error instanceof OperatorError) return error.message;
  const { name = '', code = '', message = '', $metadata } = (error ?? {}) as SdkError;
  // A lost connection is called TimeoutError whatever its code is, so the code comes first.
  const meaning = [code, name].find((key) => Object.hasOwn(MEANINGS, key));
  if (meaning) return `Cost Explorer ${MEANINGS[meaning]}`;
  const status = $metadata?.httpStatusCode;
  if (status !== undefined && status >= 500) return `Cost Explorer failed: HTTP ${status}`;
  if (name === 'SyntaxError') return 'Cost Explorer answered something other than JSON (a wrong endpoint, or a proxy?)';
  const details = [name || 'unknown error', status !== undefined && `HTTP ${status}`, redact(message)];
  return `Cost Explorer could not be read: ${details.filter(Boolean).join(': ')}`;
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
