import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of the web page, ready to send. */
export interface PageFile {
  readonly body: Buffer;
  readonly type: string;
  readonly etag: string;
}

export interface PageFiles {
  readonly index: PageFile;
  /** By name. A name holds a hash of the content. */
  readonly assets: ReadonlyMap<string, PageFile>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The page that `npm run build` made; undefined: it was not built. */
export function readPageFiles(): PageFiles | undefined {
  const folder = join(packageFolder(dirname(fileURLToPath(import.meta.url))), 'apps', 'web', 'dist');
  if (!existsSync(join(folder, 'index.html'))) return undefined;
  const assets = readdirSync(join(folder, 'assets')).map((name) => [name, read(join(folder, 'assets', name))] as const);
  return { index: read(join(folder, 'index.html')), assets: new Map(assets) };
}

function read(path: string): PageFile {
  const body = readFileSync(path);
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  return { body, type: TYPES[extname(path)] ?? 'application/octet-stream', etag };
}

/** The folder of package.json: above the sources, and above what is built of them. */
function packageFolder(from: string): string {
  return existsSync(join(from, 'package.json')) ? from : packageFolder(dirname(from));
}
