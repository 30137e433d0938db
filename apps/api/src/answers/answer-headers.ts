import type { AnswerShape } from '#libs/database/queries';
import type { AnswerForm } from './finished-answer.js';

/** Costs are for whoever may see them: only their own browser may keep them. */
const CACHING = { 'cache-control': 'private, no-cache', vary: 'Accept-Encoding' };
const EVERY = Object.entries(CACHING).flat();

export function contentTypeOf(shape: AnswerShape): string {
  return typeof shape === 'string' ? 'application/json; charset=utf-8' : 'text/csv; charset=utf-8; header=present';
}

/** Of an answer that is still on its way. */
export function headersOfStream(shape: AnswerShape): Readonly<Record<string, string>> {
  return { 'content-type': contentTypeOf(shape), ...CACHING };
}

/** Of a whole answer, name and value in turns. */
export function headersOf(form: AnswerForm): string[] {
  const content = ['content-type', form.contentType];
  const headers = [...content, ...headersOfUnchanged(form), 'content-length', String(form.body.length)];
  return form.coding === 'identity' ? headers : [...headers, 'content-encoding', form.coding];
}

/** Of a 304, which says nothing of the body that it lacks. */
export function headersOfUnchanged({ etag }: AnswerForm): string[] {
  return [...EVERY, 'etag', etag];
}
