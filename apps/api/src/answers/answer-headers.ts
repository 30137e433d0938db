import type { AnswerForm } from './finished-answer.js';
import type { AnswerFormat } from './answer.js';

export const CONTENT_TYPES: Readonly<Record<AnswerFormat, string>> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
};

/** Costs are for whoever may see them: only their own browser may keep them. */
const CACHING = { 'cache-control': 'private, no-cache', vary: 'Accept-Encoding' };
const EVERY = Object.entries(CACHING).flat();

/** Of an answer that is still on its way. */
export function headersOfStream(format: AnswerFormat): Readonly<Record<string, string>> {
  return { 'content-type': CONTENT_TYPES[format], ...CACHING };
}

/** Of a whole answer, name and value in turns. */
export function headersOf(form: AnswerForm): string[] {
  const content = ['content-type', form.contentType];
  const headers = [...content, ...headersOfUnchanged(form), 'content-length', String(form.body.length)];
  return form.coding === 'identity' ? headers : [...headers, 'content-encoding', form.coding];
}

/** Of a 304, which says nothing of the body that it lacks. */
export function headersOfUnchanged({ etag }: Pick<AnswerForm, 'etag'>): string[] {
  return [...EVERY, 'etag', etag];
}
