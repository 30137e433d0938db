/** What an error of AWS or of its SDK means, and what the operator can do about it. */
export interface AwsErrorCase {
  /** The error's code or name; AWS, STS and the SDK have several for the same thing. */
  readonly names: readonly string[];
  /** What AWS's own words must hold, where the name alone says too little. */
  readonly words?: RegExp;
  /** Follows the words "Cost Explorer". */
  readonly what: string;
  /** A sentence. `$action` stands for the action that AWS names in its refusal. */
  readonly remedy: string;
  /** What was refused, for whoever has to tell refusals apart. */
  readonly refusal?: 'policy' | 'member account' | 'not enabled' | 'organisation';
}

const DENIED = ['AccessDeniedException', 'AccessDenied'];
const NO_CREDENTIALS = ['CredentialsProviderError', 'TokenProviderError'];
const MEMBER_ACCOUNT = {
  what: 'refused: a member account may not see this',
  remedy:
    'In the payer account, open the Cost Management preferences and allow linked account access (cost data, discounts, ' +
    'credits); or run with a role of the payer account and name linkedAccounts in ATTRIBUTION_FILE',
  refusal: 'member account',
} as const;
const UNTRUSTED = {
  what: 'was not asked: AWS does not let this process take its role',
  remedy:
    "Check the role's trust policy (the cluster's OIDC provider, this namespace, this service account) and AWS_ROLE_ARN",
} as const;
const EXPIRED = {
  what: 'refused: the AWS credentials have expired',
  remedy:
    'Renew them (SSO: aws sso login). With web identity the SDK renews them: check that the token file is mounted and current',
};
const CLOCK = {
  what: "refused: the request's time is not AWS's time",
  remedy: "Set this machine's clock (NTP)",
};

/** The first case that fits counts, so that a case with words stands before the case of the name alone. */
export const AWS_ERROR_CASES: readonly AwsErrorCase[] = [
  {
    names: [...DENIED, 'ValidationException'],
    words: /not enabled for cost explorer|cost explorer (?:is|has) not (?:been )?enabled/i,
    what: 'refused: Cost Explorer is not enabled',
    remedy:
      'Enable it in the Billing and Cost Management console (of the payer account, in an organisation); the first data come ' +
      'within 24 hours. No IAM policy is missing',
    refusal: 'not enabled',
  },
  { names: DENIED, words: /(?:linked|member) account/i, ...MEMBER_ACCOUNT },
  { names: ['ValidationException'], words: /not permitted for member accounts/i, ...MEMBER_ACCOUNT },
  {
    names: DENIED,
    words: /(?:service|resource) control policy/i,
    what: "refused: a control policy of the organisation denies it, whatever the role's own policies say",
    remedy: 'Ask who administers the organisation to allow $action for this account',
    refusal: 'organisation',
  },
  {
    names: DENIED,
    words: /permissions boundary|session policy|VPC endpoint policy/i,
    what: "refused: a permissions boundary, session policy or VPC endpoint policy denies it, whatever the role's own policies say",
    remedy: 'Allow $action in the policy that AWS names',
    refusal: 'organisation',
  },
  { names: DENIED, words: /AssumeRole/, ...UNTRUSTED },
  { names: ['InvalidIdentityToken', 'InvalidIdentityTokenException', 'IDPRejectedClaim'], ...UNTRUSTED },
  {
    names: DENIED,
    what: 'refused: AccessDenied (the role needs $action)',
    remedy: 'Allow $action in a policy of the role that this process runs with, and remove what denies it',
    refusal: 'policy',
  },
  { names: ['ExpiredTokenException', 'ExpiredToken'], ...EXPIRED },
  { names: NO_CREDENTIALS, words: /expired|aws sso login/i, ...EXPIRED },
  { names: ['RequestExpired', 'RequestTimeTooSkewed'], ...CLOCK },
  {
    names: ['InvalidSignatureException', 'SignatureDoesNotMatch'],
    words: /signature (?:expired|not yet current)/i,
    ...CLOCK,
  },
  {
    names: ['InvalidSignatureException', 'SignatureDoesNotMatch', 'IncompleteSignature'],
    what: "refused: the signature does not match (wrong secret key, or this machine's clock is off)",
    remedy: 'Check AWS_SECRET_ACCESS_KEY, that no proxy changes requests, and the clock (NTP)',
  },
  {
    names: ['RegionDisabledException', 'OptInRequired'],
    what: 'was not asked: the AWS region of this process is not enabled for the account',
    remedy:
      'Set AWS_REGION=us-east-1 for the sync, or activate the region (STS: IAM console, Account settings) in the account',
  },
  {
    names: ['UnrecognizedClientException', 'InvalidClientTokenId', 'InvalidAccessKeyId', 'AuthFailure'],
    what: 'refused: AWS does not know these credentials',
    remedy:
      'Check AWS_ACCESS_KEY_ID (deleted or inactive?) and AWS_SESSION_TOKEN. A session token of the global STS endpoint is not ' +
      'valid in opt-in regions: set AWS_REGION=us-east-1 or AWS_STS_REGIONAL_ENDPOINTS=regional',
  },
  {
    names: ['MissingAuthenticationToken', 'MissingAuthenticationTokenException'],
    what: 'refused: the request came unsigned',
    remedy: 'Check that no proxy removes the Authorization header',
  },
  {
    names: NO_CREDENTIALS,
    what: 'was not asked: no AWS credentials were found',
    remedy:
      'Give this process a role (a service account with web identity or EKS Pod Identity), AWS_PROFILE, or access keys',
  },
  {
    names: ['LimitExceededException', 'ThrottlingException', 'Throttling', 'TooManyRequestsException'],
    what: 'throttles: too many calls in a short time; the next run tries again',
    remedy: 'If it stays, find out what else asks Cost Explorer in this account',
  },
  {
    names: ['DataUnavailableException'],
    what: 'has no data yet: DataUnavailableException',
    remedy:
      'It takes 24 hours after Cost Explorer is first enabled, and some days longer for the months before. A new account has ' +
      'no data of the time before its first costs',
  },
  {
    names: ['BillExpirationException'],
    what: 'no longer has a day that was asked for: BillExpirationException',
    remedy: 'The next run asks for the days that Cost Explorer keeps; stored days stay as they are',
  },
  {
    names: ['InvalidNextTokenException'],
    what: 'declared its own page token invalid twice: InvalidNextTokenException',
    remedy: 'The next run tries again',
  },
  {
    names: ['RequestChangedException'],
    what: 'declared its own pages changed twice: RequestChangedException',
    remedy: 'The next run tries again',
  },
  { names: ['ECONNREFUSED'], what: 'cannot be reached: connection refused', remedy: '$network' },
  { names: ['ECONNRESET', 'EPIPE'], what: 'dropped the connection', remedy: '$network' },
  {
    names: ['ENOTFOUND'],
    what: 'cannot be reached: its host name is unknown',
    remedy: 'Check DNS, AWS_REGION and AWS_ENDPOINT_URL',
  },
  { names: ['EAI_AGAIN'], what: 'cannot be reached: name resolution fails', remedy: 'Check DNS' },
  { names: ['EHOSTUNREACH'], what: 'cannot be reached: no route to host', remedy: '$network' },
  { names: ['ENETUNREACH'], what: 'cannot be reached: no network', remedy: '$network' },
  { names: ['TimeoutError', 'ETIMEDOUT'], what: 'did not answer in time', remedy: '$network' },
  { names: ['AbortError'], what: 'was not waited for: the reading was stopped', remedy: 'The next run tries again' },
];

export const NETWORK_REMEDY =
  'Let this process reach ce.us-east-1.amazonaws.com:443 (network policy, proxy, VPC endpoint)';
