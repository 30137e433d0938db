import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { apiOnEstate } from './api-on-estate.js';

const api = apiOnEstate();
/** What Chromium sends for an address that is typed. */
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';
const MOST_BYTES = 250_000;

const page = (headers = {}) => api.get('/', { accept: BROWSER, ...headers });
const assetsOf = (html: string) =>
  [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, path]) => `/${path}`);

describe('/', () => {
  it('is the page to a browser and the index to everybody else', async () => {
    const browser = await page();
    expect(browser.status).toBe(200);
    expect(browser.headers.get('content-type')).toBe('text/html; charset=utf-8');
    for (const accept of ['*/*', 'application/json', 'text/html;q=0, */*', 'text/htmlx']) {
      expect((await api.get('/', { accept })).json.endpoints.length).toBeGreaterThan(10);
    }
  });

  it('varies by what is accepted, also as JSON', async () => {
    for (const accept of [BROWSER, '*/*']) {
      expect((await api.get('/', { accept })).headers.get('vary')).toMatch(/\baccept\b(?!-)/i);
    }
  });

  it('is asked for each time and sent when it has changed', async () => {
    const { headers } = await page();
    expect(headers.get('cache-control')).toBe('no-cache');
    expect((await page({ 'if-none-match': headers.get('etag')! })).status).toBe(304);
  });

  it('loads assets of its own alone, which may be kept for ever', async () => {
    const { text } = await page();
    expect(text).not.toMatch(/https?:|<style|style=|<script>/);
    const assets = assetsOf(text);
    expect(assets.length).toBeGreaterThanOrEqual(3);
    for (const path of assets) {
      expect(path).toMatch(/-[\w-]{8,}\.(js|css|svg)$/);
      expect((await api.get(path)).headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    }
  });

  it('is under 250 kB in sum, compressed', () => {
    const files = readdirSync('apps/web/dist', { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.includes('.'),
    );
    expect(files.length).toBeGreaterThanOrEqual(5);
    const sizes = files.map((name) => gzipSync(readFileSync(join('apps/web/dist', name))).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_BYTES);
  });

  it.each(['/assets/nothing.js', '/assets/..%2findex.html', '/assets/%2e%2e/package.json'])(
    'has no %s',
    async (path) => {
      expect((await api.get(path)).status).toBe(404);
    },
  );
});
