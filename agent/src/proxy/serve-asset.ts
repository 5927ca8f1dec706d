import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { ServableFile } from '../state/lookups.ts';
import { bearerOf } from './bearer.ts';
import type { Headers } from './reply.ts';
import { type MediaParts, serveFile } from './serve-media.ts';

/**
 * Answers `/assets/<alias>/<reference id>`, the address in records: to a viewer session's bearer or to an address on the allowlist,
 * to nobody else, this machine included. Slashes may come raw or as %2F.
 * @param target path and query as received, from `/assets/` on.
 * @throws AppError unauthenticated, item-not-found, and what {@link serveFile} throws.
 */
export async function serveAsset(
  parts: MediaParts,
  isAllowedAddress: boolean,
  req: IncomingMessage,
  res: ServerResponse,
  target: string,
  headers: Headers,
): Promise<void> {
  assertMayRead(parts, isAllowedAddress, req);
  const file = findFile(parts, target);
  if (!file) throw new AppError('item-not-found', 'No such item.');
  await serveFile(parts, req, res, file, 'original', {
    ...headers,
    // readers here are programs; a page elsewhere must not embed what an address alone opens
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'private, no-cache',
  });
}

function assertMayRead(parts: MediaParts, isAllowedAddress: boolean, req: IncomingMessage): void {
  const bearer = bearerOf(req);
  const session = bearer === undefined ? undefined : parts.sessions.find(bearer);
  const { origin } = req.headers;
  if (session && (origin === undefined || origin === session.origin)) return;
  // a browser on an allowed machine must not fetch for a page of somebody else; browsers say for whom
  const site = req.headers['sec-fetch-site'];
  const isOwn = site === undefined || site === 'none' || site === 'same-origin';
  if (bearer === undefined && origin === undefined && isOwn && isAllowedAddress) return;
  throw new AppError('unauthenticated', 'A viewer session is needed to read files.');
}

function findFile(parts: MediaParts, target: string): ServableFile | undefined {
  const path = target.slice('/assets/'.length).replace(/[?#].*$/s, '');
  const slash = path.indexOf('/');
  if (slash < 1) return undefined;
  const alias = path.slice(0, slash);
  const source = [...parts.sources.values()].find((candidate) => candidate.alias === alias);
  const referenceId = decode(path.slice(slash + 1));
  if (!source || referenceId === undefined || referenceId === '') return undefined;
  // neither look-up touches the disk: what is not catalogued under exactly this name does not exist
  return (
    parts.lookups.findByReference(source.sourceNo, referenceId) ??
    parts.lookups.findByPath(source.sourceNo, Buffer.from(referenceId))
  );
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
