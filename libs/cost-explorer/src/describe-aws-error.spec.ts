import { DEFAULT_ATTRIBUTION } from '#libs/domain';
import { FakeCostExplorer, sendError, type Answer } from '../testing/fake-cost-explorer.js';
import { CostExplorerReader } from './cost-explorer.client.js';
import { NETWORK_REMEDY } from './aws-error-cases.js';
import { asCostExplorerError, describeAwsError } from './describe-aws-error.js';
import { RequestBudgetExceededError, type CostExplorerError } from './errors.js';

const window = { from: '2026-03-01', until: '2026-03-02' };
const environment = { ...process.env };

const reader = () =>
  new CostExplorerReader({
    attribution: DEFAULT_ATTRIBUTION,
    clusterName: 'c',
    costBasis: 'amortized',
    timing: { answerMs: 50, connectMs: 50 },
  });

/** What an operator reads of a reading that fails against such an endpoint. */
async function describeFailure(): Promise<string> {
  return reader()
    .fetchCosts(window)
    .then(
      () => 'no failure',
      (error: unknown) => (error as CostExplorerError).message,
    );
}

const html =
  (status: number): Answer =>
  (_input, response) =>
    response
      .writeHead(status, { 'content-type': 'text/html' })
      .end('<html><body>Bad gateway at 10.0.0.7</body></html>');

describe('describing why costs could not be read', () => {
  // The SDK waits a random part of its delay before it tries again: none of it.
  beforeEach(() => jest.spyOn(Math, 'random').mockReturnValue(0));
  afterEach(() => {
    jest.restoreAllMocks();
    process.env = { ...environment };
  });

  const DENIED = 'AccessDeniedException';
  const USER = 'User: arn:aws:sts::123456789012:assumed-role/costs/s is not authorized to perform: ce:GetCostAndUsage';

  it.each<[string, [name: string, status: number, words: string], found: RegExp, remedy: RegExp]>([
    [
      'a missing permission',
      [DENIED, 400, `${USER} because no identity-based policy allows the ce:GetCostAndUsage action`],
      /^Cost Explorer refused: AccessDenied \(the role needs ce:GetCostAndUsage\) \(AWS: "User: <arn> is not authorized/,
      /Allow ce:GetCostAndUsage in a policy of the role/,
    ],
    [
      'that Cost Explorer is not enabled',
      [DENIED, 400, 'User not enabled for cost explorer access'],
      /is not enabled \(AWS: "User not enabled for cost explorer access"\)/,
      /Enable it in the Billing and Cost Management console.*within 24 hours\. No IAM policy is missing/,
    ],
    [
      'a member account without linked access',
      [DENIED, 400, "Linked account doesn't have access to cost allocation tags."],
      /a member account may not see this/,
      /In the payer account.*allow linked account access/,
    ],
    [
      'a member account, by the other name',
      ['ValidationException', 400, 'Operation not permitted for member accounts.'],
      /a member account may not see this/,
      /In the payer account/,
    ],
    [
      'a service control policy',
      [DENIED, 400, `${USER} with an explicit deny in a service control policy`],
      /control policy of the organisation denies it/,
      /Ask who administers the organisation to allow ce:GetCostAndUsage/,
    ],
    [
      'a service control policy that allows nothing',
      [DENIED, 400, `${USER} because no service control policy allows the ce:GetCostAndUsage action`],
      /control policy of the organisation/,
      /administers the organisation/,
    ],
    [
      'a permissions boundary',
      [DENIED, 400, `${USER} because no permissions boundary allows the ce:GetCostAndUsage action`],
      /a permissions boundary, session policy or VPC endpoint policy/,
      /the policy that AWS names/,
    ],
    [
      'a role that does not trust the service account',
      ['AccessDenied', 403, 'Not authorized to perform sts:AssumeRoleWithWebIdentity'],
      /does not let this process take its role/,
      /trust policy/,
    ],
    [
      'a cluster that the account does not know',
      ['InvalidIdentityToken', 400, 'No OpenIDConnect provider found in your account for https://oidc.example'],
      /does not let this process take its role/,
      /OIDC provider/,
    ],
    [
      'expired credentials',
      ['ExpiredTokenException', 403, 'The security token included in the request is expired'],
      /refused: the AWS credentials have expired/,
      /Renew them \(SSO: aws sso login\)/,
    ],
    ['expired credentials of STS', ['ExpiredToken', 403, 'Token expired'], /credentials have expired/, /Renew them/],
    [
      'unknown credentials, or those of an opt-in region',
      ['UnrecognizedClientException', 403, 'The security token included in the request is invalid.'],
      /AWS does not know these credentials/,
      /AWS_ACCESS_KEY_ID.*opt-in regions: set AWS_REGION=us-east-1/,
    ],
    [
      'a region that is not enabled',
      ['RegionDisabledException', 403, 'STS is not activated in this region for account:123456789012.'],
      /region of this process is not enabled for the account \(AWS: ".*account:<account>\."\)/,
      /AWS_REGION=us-east-1/,
    ],
    [
      'a wrong secret key',
      [
        'InvalidSignatureException',
        403,
        'The request signature we calculated does not match the signature you provided.',
      ],
      /refused: the signature does not match/,
      /AWS_SECRET_ACCESS_KEY/,
    ],
    [
      'a clock that is off',
      ['InvalidSignatureException', 403, 'Signature expired: 20261128T010000Z is now earlier than 20261128T014500Z'],
      /time is not AWS's time/,
      /Set this machine's clock/,
    ],
    ['an old request', ['RequestExpired', 400, ''], /time is not AWS's time/, /clock/],
    ['throttling', ['ThrottlingException', 400, 'Rate exceeded'], /throttles: too many calls/, /what else asks/],
    [
      'data that is not there yet',
      ['DataUnavailableException', 400, 'Data is not available. Please try to adjust the time period.'],
      /has no data yet: DataUnavailableException \(AWS: "Data is not available/,
      /24 hours after Cost Explorer is first enabled/,
    ],
    ['a bill that is gone', ['BillExpirationException', 400, ''], /no longer has a day/, /stored days stay/],
    [
      'a range that it does not have, in its own words',
      ['ValidationException', 400, 'Account 123456789012 has no history beyond 14 months'],
      /could not be read: ValidationException: HTTP 400: Account <account> has no history beyond 14 months$/,
      /./,
    ],
    ['a server that fails', ['InternalFailure', 500, ''], /^Cost Explorer failed: HTTP 500$/, /tries again/],
  ])('says %s, and what to do', async (_what, [name, status, words], found, remedy) => {
    const fake = await FakeCostExplorer.start((_input, response) => sendError(response, name, status, words));
    try {
      const failure = await reader()
        .fetchCosts(window)
        .catch((reason: unknown) => reason as CostExplorerError);
      expect(failure).toMatchObject({
        name: 'CostExplorerError',
        found: expect.stringMatching(found),
        remedy: expect.stringMatching(remedy),
      });
      expect((failure as CostExplorerError).message).not.toMatch(/arn:|\d{12}/);
    } finally {
      await fake.stop();
    }
  });

  it.each<[string, Answer, string]>([
    [
      'HTML instead of JSON',
      html(200),
      'Cost Explorer answered something other than JSON (a wrong endpoint, or a proxy?). Check AWS_ENDPOINT_URL and HTTPS_PROXY',
    ],
    ['an endpoint that hangs', () => {}, `Cost Explorer did not answer in time. ${NETWORK_REMEDY}`],
    [
      'a page that is not there',
      (_input, response) => response.writeHead(404).end(),
      `Cost Explorer could not be read: Unknown: HTTP 404: UnknownError. ${NETWORK_REMEDY}`,
    ],
    ['a gateway that fails in HTML', html(502), 'Cost Explorer failed: HTTP 502. The next run tries again'],
  ])('says %s', async (_what, answer, expected) => {
    const fake = await FakeCostExplorer.start(answer);
    try {
      expect(await describeFailure()).toBe(expected);
    } finally {
      await fake.stop();
    }
  });

  // Made by hand as Node and the SDK make them: the SDK in Jest's realm does not know Node's own errors as errors.
  it.each<[string, object, string]>([
    ['that nothing listens', { code: 'ECONNREFUSED' }, 'Cost Explorer cannot be reached: connection refused'],
    ['an unknown host', { code: 'ENOTFOUND' }, 'Cost Explorer cannot be reached: its host name is unknown'],
    [
      'a dropped connection, which the SDK calls a time-out',
      { name: 'TimeoutError', code: 'ECONNRESET' },
      'Cost Explorer dropped the connection',
    ],
  ])('says %s', (_what, properties, expected) => {
    expect(describeAwsError(Object.assign(new Error('connect 10.0.0.7:443'), properties)).found).toBe(expected);
  });

  it('says that there are no credentials', async () => {
    const fake = await FakeCostExplorer.start(() => {});
    delete process.env['AWS_ACCESS_KEY_ID'];
    delete process.env['AWS_SECRET_ACCESS_KEY'];
    Object.assign(process.env, {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    });
    const failure = await describeFailure();
    await fake.stop();
    expect(failure).toMatch(/^Cost Explorer was not asked: no AWS credentials were found\. Give this process a role/);
  });

  it('tells a session that has expired from credentials that are not there', () => {
    const thrown = Object.assign(new Error('Token is expired. To refresh this SSO session run "aws sso login"'), {
      name: 'TokenProviderError',
    });
    expect(describeAwsError(thrown).found).toBe('Cost Explorer refused: the AWS credentials have expired');
  });

  it('keeps the words of its own errors', () => {
    const own = new RequestBudgetExceededError(6);
    expect(asCostExplorerError(own)).toBe(own);
  });

  it('leaves out what AWS quotes of a signature', () => {
    const quoted = 'x-amz-security-token:FwoGZXIvYXdz, secret wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY was used';
    expect(describeAwsError(Object.assign(new Error(quoted), { name: 'StrangeSignature' })).found).toBe(
      'Cost Explorer could not be read: StrangeSignature: x-amz-security-token:<secret>, secret <secret> was used',
    );
  });

  it('leaves out what identifies an account, a key or a request', () => {
    const error = Object.assign(
      new Error(
        'role arn:aws:iam::123456789012:role/costs of 123456789012 with AKIAIOSFODNN7EXAMPLE failed, ' +
          'request 0f1e2d3c-1111-2222-3333-444455556666\n    at somewhere.js:1',
      ),
      { name: 'StrangeException' },
    );
    expect(describeAwsError(error).found).toBe(
      'Cost Explorer could not be read: StrangeException: role <arn> of <account> with <key> failed, request <id>',
    );
  });

  it.each([undefined, null, 'text', {}])('has a sentence for %p', (thrown) => {
    expect(describeAwsError(thrown).found).toBe('Cost Explorer could not be read: unknown error');
  });
});

describe('whose error it is', () => {
  it('what the SDK throws is Cost Explorer’s, and keeps its cause', () => {
    const thrown = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException', $metadata: {} });
    expect(asCostExplorerError(thrown)).toMatchObject({ name: 'CostExplorerError', cause: thrown });
  });

  it('a TypeError of our own stays ours', () => {
    const ours = new TypeError("Cannot read properties of undefined (reading 'rows')");
    expect(asCostExplorerError(ours)).toBe(ours);
  });

  it('a TypeError that the SDK marks as an answer that it could not take apart is Cost Explorer’s', () => {
    const thrown = Object.assign(new TypeError('output is not iterable'), { $metadata: { httpStatusCode: 200 } });
    expect(asCostExplorerError(thrown)).toMatchObject({ name: 'CostExplorerError' });
  });
});
