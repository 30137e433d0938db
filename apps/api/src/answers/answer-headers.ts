import type { AnswerForm } from './finished-answer.js';

/** Of an answer that is still on its way. Costs are for whoever may see them: only their own browser may keep them. */
export const STREAM_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'private, no-cache',
  vary: 'Accept-Encoding',
};

const EVERY = Object.entries(STREAM_HEADERS).flat();

/** Of a whole answer, name and value in turns. */
export function headersOf({ etag, coding }: AnswerForm): string[] {
  return coding === 'identity' ? [...EVERY, 'etag', etag] : [...EVERY, 'etag', etag, 'content-encoding', coding];
}
