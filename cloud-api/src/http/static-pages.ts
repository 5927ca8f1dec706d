import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import { pagePolicy, permissionsPolicy } from './page-policy.ts';

export interface PageParts {
  /** Folder of the built dashboard. */
  folder: string;
  publicUrl: URL;
  /** Approved agents' origins of the tenant that the request's session belongs to; empty when nobody is signed in. */
  agentOriginsFor: (request: Request) => Promise<string[]>;
}

/**
 * The dashboard's files, and its one page for every path that is no file: the page routes by itself. Host `localhost` is sent
 * to the public address, so that the cookie and the agents' allow-lists see one origin.
 */
export function staticPages(parts: PageParts): Router {
  const router = express.Router();
  const page = join(parts.folder, 'index.html');
  const files = express.static(parts.folder, {
    index: false,
    redirect: false,
    dotfiles: 'ignore',
    setHeaders: cacheAssets,
  });
  router.use(async (request: Request, response: Response, next: NextFunction) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    if (isOtherLoopbackName(request, parts.publicUrl)) {
      response.redirect(302, atPublicUrl(request, parts.publicUrl));
      return;
    }
    const policy = pagePolicy(await parts.agentOriginsFor(request));
    response.set('Permissions-Policy', permissionsPolicy);
    policy(request, response, () => files(request, response, next));
  });
  router.get('/{*path}', (request: Request, response: Response, next: NextFunction) => {
    if (isFileAddress(request.path) || !existsSync(page)) {
      return next(new AppError('not-found', 'There is nothing at this address.'));
    }
    response.set('Cache-Control', 'no-cache');
    response.sendFile(page);
  });
  return router;
}

/**
 * Whether an address can only mean a file, so that a missing one is told as missing. Names with a dot further down are items of a dataset.
 */
function isFileAddress(path: string): boolean {
  return /^\/(v1|assets)\//.test(path) || /^\/[^/]*\./.test(path);
}

function isOtherLoopbackName(request: Request, publicUrl: URL): boolean {
  return request.hostname === 'localhost' && publicUrl.hostname !== 'localhost';
}

/** The same path at the public address. Set part by part: parsed as a whole, `//host` or `/\\host` would name another host. */
function atPublicUrl(request: Request, publicUrl: URL): string {
  const target = new URL(publicUrl);
  target.pathname = request.path;
  target.search = request.originalUrl.includes('?') ? request.originalUrl.slice(request.originalUrl.indexOf('?')) : '';
  return target.href;
}

/** Built assets carry a hash in their name and never change; the page itself is asked for every time. */
function cacheAssets(response: Response, path: string): void {
  response.set('Cache-Control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
}
