import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { noneMatchHits } from '@nucleus/shared/media/byte-range';
import type { Headers } from './reply.ts';

/**
 * The agent's own pages, built with the base `/viewer/`: `index.html` is `/viewer/`, `connect.html` is `/connect`, every other file
 * stands below `/viewer/`. All files are read once at start and found by their exact
 * address, so no address ever reaches the file system.
 */
export interface StaticPages {
  /** Whether it answered; `path` is without query. */
  serve(req: IncomingMessage, res: ServerResponse, path: string): boolean;
}

const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** A name that carries a hash of its content, as the page build writes them. */
const hashed = /[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;

interface StaticFile {
  body: Buffer;
  headers: Headers;
  etag: string;
}

/** Reads the built pages below `webRoot`; a missing folder leaves the agent without pages. */
export function readPages(webRoot: string): StaticPages {
  const files = new Map<string, StaticFile>();
  for (const file of listFiles(webRoot)) {
    const name = relative(webRoot, file).split(sep).join('/');
    const known = staticFile(name, readFileSync(file));
    if (name === 'connect.html') files.set('/connect', known);
    else if (name !== 'index.html') files.set(`/viewer/${name}`, known);
    else for (const address of ['/viewer', '/viewer/']) files.set(address, known);
  }
  return {
    serve(req, res, path) {
      const file = files.get(path);
      if (!file) return false;
      if (path === '/viewer') {
        res.writeHead(308, { 'location': '/viewer/', 'content-length': 0, 'cache-control': 'no-store' }).end();
      } else if (noneMatchHits(req.headers['if-none-match'], file.etag)) {
        res.writeHead(304, file.headers).end();
      } else {
        res.writeHead(200, { ...file.headers, 'content-length': file.body.length });
        res.end(req.method === 'HEAD' ? undefined : file.body);
      }
      return true;
    },
  };
}

function staticFile(name: string, body: Buffer): StaticFile {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const isConnect = name === 'connect.html';
  const headers: Headers = {
    'content-type': contentTypes[extname(name)] ?? 'application/octet-stream',
    'content-security-policy': policy,
    'cache-control': hashed.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
    // `same-origin` would cut /connect from the dashboard's window that opened it, and with it the message that carries the session
    'cross-origin-opener-policy': isConnect ? 'unsafe-none' : 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    etag,
  };
  return { body, headers, etag };
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}
