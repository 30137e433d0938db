import { UnexpectedAnswerError } from './errors.js';

/**
 * All pages of an answer, in order; the first is fetched without a token. `name` is the request's, for the error.
 *
 * @throws UnexpectedAnswerError for a token that came before: following it would go round for ever, at a cent a time.
 */
export async function fetchPages<Page>(
  name: string,
  fetchPage: (token: string | undefined) => Promise<Page>,
  nextToken: (page: Page) => string | undefined,
): Promise<Page[]> {
  const pages: Page[] = [];
  const tokens = new Set<string>();
  for (let token: string | undefined; ;) {
    const page = await fetchPage(token);
    pages.push(page);
    token = nextToken(page);
    if (!token) return pages;
    if (tokens.has(token)) throw new UnexpectedAnswerError(name, 'gives the same page token twice');
    tokens.add(token);
  }
}
