import type { AnswerForm } from './finished-answer.js';

const TYPE = 'application/json; charset=utf-8';
/** Costs are for whoever may see them; a browser may keep them, and asks whether they still stand. */
const CACHING = 'private, no-cache';

/** Of an answer that is still on its way. */
export const STREAM_HEADERS: Readonly<Record<string, string>> = {
  'content-type': TYPE,
  'cache-control': CACHING,
  vary: 'Accept-Encoding',
};

/** Of a whole answer. */
export function headersOf({ etag, coding }: AnswerForm): Record<string, string> {
  const headers: Record<string, string> = { ...STREAM_HEADERS, etag };
  if (coding !== 'identity') headers['content-encoding'] = coding;
  return headers;
}
