import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { PrometheusError } from './prometheus-errors.js';

/** As much of the HTTP client's request as a signature covers; the client is axios. */
export interface SignableRequest {
  baseURL?: string;
  url?: string;
  data?: unknown;
  readonly headers: { set(name: string, value: string): unknown };
}

/** Amazon Managed Service for Prometheus, as signatures name it. */
const SERVICE = 'aps';
const FORM = 'application/x-www-form-urlencoded;charset=utf-8';

export const SIGNING_REMEDY =
  'the role of this process needs aps:QueryMetrics on the workspace; check PROMETHEUS_SIGV4_REGION and the clock';

/**
 * A function that signs a form that is about to be posted, with the credentials that the AWS SDK finds for Cost Explorer
 * too. It turns the form into its text, since what is signed must be what is sent, byte for byte.
 *
 * @throws PrometheusError from the function when there are no credentials; it holds no word of the SDK but the error's name.
 */
export function createRequestSigner(region: string): (question: string, request: SignableRequest) => Promise<void> {
  // Keeps what it found until it expires, so that it is made once and not for each request.
  const provideCredentials = defaultProvider();
  return async (question, request) => {
    const credentials = await provideCredentials().catch((error: Error) => {
      throw new PrometheusError(
        `${question}: not asked: no AWS credentials to sign with (${error.name}); give this process a role with ` +
          `aps:QueryMetrics, AWS_PROFILE or access keys`,
        undefined,
      );
    });
    const signer = new SignatureV4({ credentials, region, service: SERVICE, sha256: Sha256 });
    const url = new URL(request.url ?? '', request.baseURL);
    const body = String(request.data);
    const { headers } = await signer.sign({
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { host: url.host, 'content-type': FORM },
      body,
    });
    request.data = body;
    for (const [name, value] of Object.entries(headers)) {
      // The HTTP client writes this one from the URL.
      if (name !== 'host') request.headers.set(name, value);
    }
  };
}
