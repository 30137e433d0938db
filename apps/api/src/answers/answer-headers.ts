import type { AnswerForm } from './finished-answer.js';

/** Of an answer that is still on its way. Costs are for whoever may see them: only their own browser may keep them. */
export const STREAM_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'private, no-cache',
  vary: 'Accept-Encoding',
};

const { 'content-type': type, ...CACHING } = STREAM_HEADERS;
const CONTENT = ['content-type', type!];
const EVERY = Object.entries(CACHING).flat();

/** Of a whole answer, name and value in turns. */
export function headersOf(form: AnswerForm): string[] {
  const headers = [...CONTENT, ...headersOfUnchanged(form), 'content-length', String(form.body.length)];
  return form.coding === 'identity' ? headers : [...headers, 'content-encoding', form.coding];
}

/** Of a 304, which says nothing of the body that it lacks. */
export function headersOfUnchanged({ etag }: AnswerForm): string[] {
  return [...EVERY, 'etag', etag];
}
