import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

function answer(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(body);
}

/** Serves the built page; `/` is `index.html`. Nothing outside the folder can be reached. */
export async function serveFile(
  folder: string | undefined,
  path: string,
  response: ServerResponse,
): Promise<void> {
  const missing = 'There is no page here. Build it with: npm run build';
  if (folder === undefined) return answer(response, 404, 'text/plain; charset=utf-8', missing);
  const relative = normalize(decodeURIComponent(path === '/' ? '/index.html' : path));
  const file = join(folder, relative);
  const inside = file.startsWith(join(folder, '/'));
  try {
    if (!inside) throw new Error('outside');
    answer(response, 200, TYPES[extname(file)] ?? 'application/octet-stream', await readFile(file));
  } catch {
    answer(response, 404, 'text/plain; charset=utf-8', missing);
  }
}
