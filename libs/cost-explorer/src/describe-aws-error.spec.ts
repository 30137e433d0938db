import { DEFAULT_ATTRIBUTION } from '#libs/domain';
import { FakeCostExplorer, sendError, type Answer } from '../testing/fake-cost-explorer.js';
import { CostExplorerReader } from './cost-explorer.client.js';
import { asCostExplorerError, describeAwsError } from './describe-aws-error.js';
import { RequestBudgetExceededError } from './errors.js';

const window = { from: '2026-03-01', until: '2026-03-02' };
const environment = { ...process.env };

/** What an operator reads of a reading that fails against such an endpoint. */
async function describeFailure(): Promise<string> {
  const reader = new CostExplorerReader({
    attribution: DEFAULT_ATTRIBUTION,
    clusterName: 'c',
    costBasis: 'amortized',
    timing: { answerMs: 50, connectMs: 50 },
  });
  return reader.fetchCosts(window).then(
    () => 'no failure',
    (error: unknown) => describeAwsError(error),
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

  it.each<[string, Answer, string]>([
    [
      'a missing permission',
      (_input, response) =>
        sendError(
          response,
          'AccessDeniedException',
          400,
          'User: arn:aws:sts::123456789012:assumed-role/costs/s is not authorized to perform: ce:GetCostAndUsage',
        ),
      'Cost Explorer refused: AccessDenied (the role needs ce:GetCostAndUsage)',
    ],
    [
      'expired credentials',
      (_input, response) => sendError(response, 'ExpiredTokenException', 403, 'The security token has expired'),
      'Cost Explorer refused: the AWS credentials have expired',
    ],
    [
      'data that is not there yet',
      (_input, response) => sendError(response, 'DataUnavailableException'),
      'Cost Explorer has no data yet: DataUnavailableException (it takes 24 hours after Cost Explorer is first enabled)',
    ],
    [
      'a range that it does not have, in its own words',
      (_input, response) =>
        sendError(response, 'ValidationException', 400, 'Account 123456789012 has no history beyond 14 months'),
      'Cost Explorer could not be read: ValidationException: HTTP 400: Account <account> has no history beyond 14 months',
    ],
    [
      'HTML instead of JSON',
      html(200),
      'Cost Explorer answered something other than JSON (a wrong endpoint, or a proxy?)',
    ],
    ['an endpoint that hangs', () => {}, 'Cost Explorer did not answer in time'],
    [
      'a page that is not there',
      (_input, response) => response.writeHead(404).end(),
      'Cost Explorer could not be read: Unknown: HTTP 404: UnknownError',
    ],
    [
      'a server that fails',
      (_input, response) => sendError(response, 'InternalFailure', 500),
      'Cost Explorer failed: HTTP 500',
    ],
    ['a gateway that fails in HTML', html(502), 'Cost Explorer failed: HTTP 502'],
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
    expect(describeAwsError(Object.assign(new Error('connect 10.0.0.7:443'), properties))).toBe(expected);
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
    expect(await describeFailure()).toBe('Cost Explorer was not asked: no AWS credentials were found');
    await fake.stop();
  });

  it('keeps the words of its own errors', () => {
    expect(describeAwsError(new RequestBudgetExceededError(6))).toContain('the budget of 6');
  });

  it('leaves out what AWS quotes of a signature', () => {
    const quoted = 'x-amz-security-token:FwoGZXIvYXdz, secret wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY was used';
    expect(describeAwsError(Object.assign(new Error(quoted), { name: 'IncompleteSignature' }))).toBe(
      'Cost Explorer could not be read: IncompleteSignature: x-amz-security-token:<secret>, secret <secret> was used',
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
    expect(describeAwsError(error)).toBe(
      'Cost Explorer could not be read: StrangeException: role <arn> of <account> with <key> failed, request <id>',
    );
  });

  it.each([undefined, null, 'text', {}])('has a sentence for %p', (thrown) => {
    expect(describeAwsError(thrown)).toBe('Cost Explorer could not be read: unknown error');
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
