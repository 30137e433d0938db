import { isRecord } from '#libs/domain';
import { NoQuantityError, NoStoreError, PrometheusError, PrometheusPartialAnswerError } from './prometheus-errors.js';

/** What an HTTP answer looks like to the two functions below. `body` is parsed JSON, or the text where it is none. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** HTTP statuses of a server or proxy that is busy or starting; the same question may be answered a moment later. */
const PASSING_STATUSES = new Set([429, 502, 503, 504]);

/** Codes of connections that broke or could not be made. */
const PASSING_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'EAI_AGAIN',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'ERR_BAD_RESPONSE',
]);

const REMEDIES: Record<number, string> = {
  401: 'check PROMETHEUS_USERNAME and PROMETHEUS_PASSWORD, or PROMETHEUS_BEARER_TOKEN',
  403: 'the credentials are known and not allowed to query; check them and PROMETHEUS_TENANT',
  404: 'there is no query API at this address; check the path in PROMETHEUS_URL',
};

/**
 * Thanos' words for a time that no store knows: there are no samples, and none is missing. Older versions say "store".
 * Several messages may come as one text; then each must be this one.
 */
function saysNoStore(text: string): boolean {
  const messages = text.split(/[;\n]\s*/).filter((message) => message.trim() !== '');
  return messages.length > 0 && messages.every((message) => /\bno store ?(apis?|s)? matched\b/i.test(message));
}

/** Prometheus 2.48 to 2.52 list hints about the query, such as a counter's name, among the warnings. */
const HINT = /^PromQL info:/;

/** @throws PrometheusError unless the answer is a whole one: JSON, `status: success`, no warnings, not VictoriaMetrics' `isPartial`. */
export function assertWholeAnswer(question: string, { status, body }: HttpAnswer): void {
  if (!isRecord(body)) {
    throw new PrometheusError(`${question}: the answer is not JSON, or was cut off (HTTP ${status})`, status, true);
  }
  if (body['status'] !== 'success') throw errorOfAnswer(question, { status, body });
  const warnings = Array.isArray(body['warnings'])
    ? body['warnings'].map(String).filter((warning) => !saysNoStore(warning) && !HINT.test(warning))
    : [];
  if (body['isPartial'] === true) warnings.push('isPartial, so a storage node is away');
  if (warnings.length > 0) {
    throw new PrometheusPartialAnswerError(
      `${question}: the answer is incomplete: ${warnings.join('; ')}`,
      status,
      warnings,
    );
  }
}

/** More than any cluster can have, and as much as fits into the database. */
const QUANTITY_BELOW = 1e24;

/**
 * Looks at an instant's samples as Prometheus wrote them: the driver makes NaN of its infinities, and 12 of `12abc`.
 *
 * @throws NoQuantityError for a value that is negative, infinite, absurd or no number, and for a series that is there twice.
 *   Of the series it names the namespace alone: other labels may hold usernames.
 * @throws PrometheusError for what is no sample.
 */
export function assertQuantities(question: string, { status, body }: HttpAnswer): void {
  const seen = new Set<string>();
  for (const { metric, value } of samplesOf(body)) {
    if (!isLabels(metric)) throw otherKind(question, status);
    const { namespace } = metric;
    const of = namespace === undefined ? 'a series' : `a series of namespace ${JSON.stringify(namespace)}`;
    const quantity = value.trim() === '' ? NaN : Number(value);
    if (!(quantity >= 0 && quantity < QUANTITY_BELOW)) {
      throw new NoQuantityError(question, `${of} has the value ${value}, which is no quantity`, status);
    }
    const identity = JSON.stringify(Object.entries(metric).sort());
    if (seen.has(identity)) {
      throw new NoQuantityError(question, `Prometheus reports the same series twice, ${of}`, status);
    }
    seen.add(identity);
  }
}

/** The error of an answer that is well-formed, and no answer to the question. */
export function otherKind(question: string, status?: number): PrometheusError {
  return new PrometheusError(`${question}: the answer is not of the kind that was asked for`, status);
}

/**
 * The error of an answer that is no success, in Prometheus's own words where it has some, or in AWS's.
 *
 * @param refusedRemedy what to check where the answer is a refusal, if it is not a password or a token.
 */
export function errorOfAnswer(question: string, { status, body }: HttpAnswer, refusedRemedy?: string): PrometheusError {
  const details = isRecord(body) ? body : {};
  const words = [details['error'], details['message'], details['Message']].find((text) => typeof text === 'string');
  if (words !== undefined && saysNoStore(words)) return new NoStoreError(`${question}: ${words}`, status);
  const reason = words === undefined ? '' : `: ${withoutAccount(words)}`;
  const refused = status === 401 || status === 403 ? refusedRemedy : undefined;
  const remedy = refused ?? REMEDIES[status] ?? (status >= 300 && status < 400 ? REDIRECTED : undefined);
  // A question that timed out inside Prometheus times out again, and each attempt burdens the server for minutes.
  const passing = PASSING_STATUSES.has(status) && details['errorType'] !== 'timeout';
  return new PrometheusError(`${question}: HTTP ${status}${reason}${remedy ? ` (${remedy})` : ''}`, status, passing);
}

/** The error of a question that got no answer; `code` is Node's, such as ECONNREFUSED. */
export function errorOfConnection(question: string, code: string | undefined): PrometheusError {
  const passing = code === undefined || PASSING_CODES.has(code);
  return new PrometheusError(
    `${question}: no answer (${code ?? 'connection lost'}); check PROMETHEUS_URL`,
    undefined,
    passing,
  );
}

function withoutAccount(words: string): string {
  return words.replace(/\barn:[^\s,;)"']+/g, '<arn>').replace(/\b\d{12}\b/g, '<account>');
}

const REDIRECTED =
  'it redirects elsewhere, which is not followed with credentials; set PROMETHEUS_URL to the final address';

/** The samples of an instant's answer; of any other kind of answer none, which the driver refuses by itself. */
function samplesOf(body: unknown): { metric: unknown; value: string }[] {
  const data = isRecord(body) ? body['data'] : undefined;
  const result = isRecord(data) && Array.isArray(data['result']) ? data['result'] : [];
  return result.filter(isRecord).flatMap(({ metric, value }) => {
    return Array.isArray(value) ? [{ metric, value: String(value[1]) }] : [];
  });
}

function isLabels(metric: unknown): metric is Record<string, string> {
  return isRecord(metric) && Object.values(metric).every((value) => typeof value === 'string');
}
