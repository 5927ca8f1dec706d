import { closeSync, fstatSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '@nucleus/shared/failure/app-error';
import { decideRange, ifRangeHolds, noneMatchHits, RangeRefusal } from '@nucleus/shared/media/byte-range';
import { type Variant, variants } from '@nucleus/shared/wire/local';
import type { DistantFile, DistantFiles } from '../source/distant-files.ts';
import { openFollowing } from '../source/follow-link.ts';
import { type OpenFile, OpenRefusal, openSafely } from '../source/open-safely.ts';
import { isSilentFileSystem } from '../source/silent-file-systems.ts';
import type { Lookups, ServableFile } from '../state/lookups.ts';
import { contentTypeOf, dispositionOf, etagOf, isCatalogued, mediaGuards } from './media-headers.ts';
import type { MediaClaim } from './media-token.ts';
import { type Previews, type PreviewType, prefersWebp, previewEdges, previewKey } from './previews.ts';
import { type KnownAnswer, lookOf, type ProvenLinks, rememberAnswer } from './proven-links.ts';
import { type Headers, mediaError } from './reply.ts';
import { isSmall, readSmall, sendSmall, streamSpan } from './send-descriptor.ts';
import { isCataloguedAt, sendDistant } from './serve-distant.ts';
import type { ViewerSessions } from './viewer-sessions.ts';

/** A folder whose files are served. */
export interface ServedSource {
  sourceNo: number;
  alias: string;
  /** Absolute. */
  folder: string;
  /** Whether links to what lies in the folder are followed. */
  followLinks?: boolean | undefined;
}

export interface MediaParts {
  lookups: Lookups;
  links: ProvenLinks;
  sources: ReadonlyMap<number, ServedSource>;
  sessions: ViewerSessions;
  previews: Previews;
  distant: DistantFiles;
  /** Seconds since 1970. */
  now: () => number;
  /** Called when a file was found to differ from its row; `path` is relative to the source. */
  recheck: (alias: string, path: Buffer) => void;
  countBytes: (bytes: number) => void;
}

/** An answer that was whole and small, for the next time that the same is asked. */
interface WholeAnswer {
  headers: Headers;
  of: Omit<KnownAnswer, 'head'>;
}

export const isDistant = (file: ServableFile): boolean => file.fsType !== null && isSilentFileSystem(file.fsType);
const isSuspended = (file: ServableFile): boolean => file.sourceState === 'suspended';

/**
 * Answers `/m/<token>`: only what the token holds decides what is served. A whole answer is remembered with the link.
 * @throws AppError link-refused, link-expired, clock-skew, source-suspended, stale, range-not-satisfiable
 */
export async function serveMedia(
  parts: MediaParts,
  req: IncomingMessage,
  res: ServerResponse,
  token: string,
  headers: Headers,
): Promise<void> {
  const found = parts.links.judge(token);
  if (found.verdict === 'expired') throw mediaError('link-expired');
  if (found.verdict === 'not-yet-valid') throw mediaError('clock-skew');
  if (found.verdict === 'refused') throw mediaError('link-refused');
  const { link } = found;
  const variant = variants[link.claim.variant];
  if (variant === undefined) throw mediaError('link-refused');
  const allHeaders: Headers = {
    ...headers,
    'cross-origin-resource-policy': 'cross-origin',
    'cache-control': ageOf(link.claim, parts.now()),
  };
  const file = parts.links.fileOf(link);
  if (!file) throw mediaError('link-refused');
  const answer = await serveFile(parts, req, res, file, variant, allHeaders);
  if (answer) rememberAnswer(link, lookOf(req.headers.accept, req.headers.origin), answer.headers, answer.of);
}

/** How long a browser may keep what a link brought: as long as the link opens. */
export function ageOf({ expiresAt }: MediaClaim, nowSeconds: number): string {
  return `private, max-age=${Math.max(0, Math.floor(expiresAt - nowSeconds))}`;
}

/** Answers one rendition of a catalogued file; access has been decided. */
export async function serveFile(
  parts: MediaParts,
  req: IncomingMessage,
  res: ServerResponse,
  file: ServableFile,
  variant: Variant,
  headers: Headers,
): Promise<WholeAnswer | undefined> {
  const source = parts.sources.get(file.sourceNo);
  if (!source) throw mediaError('link-refused');
  if (isSuspended(file)) {
    throw new AppError('source-suspended', `The folder of this file cannot be relied on now (${file.sourceReason}).`, {
      retryAfterS: 30,
    });
  }
  if (variant !== 'original') return servePreview(parts, req, res, source, file, previewEdges[variant], headers);
  return serveOriginal(parts, req, res, source, file, headers);
}

/** The file behind a row, or `stale` when what is there now is not what was catalogued. The caller closes it. */
function openCatalogued(parts: Pick<MediaParts, 'recheck'>, source: ServedSource, file: ServableFile): OpenFile {
  let open: OpenFile;
  try {
    open = (source.followLinks ? openFollowing : openSafely)(source.folder, file.path);
  } catch (error) {
    throw error instanceof OpenRefusal && error.code === 'stale' ? stale(parts, source, file) : error;
  }
  if (isCatalogued(open.stat, file)) return open;
  closeSync(open.fd);
  throw stale(parts, source, file);
}

/** Has the path looked at again, and says so to the client. */
function stale(parts: Pick<MediaParts, 'recheck'>, source: ServedSource, file: ServableFile): AppError {
  parts.recheck(source.alias, file.path);
  return mediaError('stale');
}

async function serveOriginal(
  parts: MediaParts,
  req: IncomingMessage,
  res: ServerResponse,
  source: ServedSource,
  file: ServableFile,
  headers: Headers,
): Promise<WholeAnswer | undefined> {
  const begin = () =>
    beginBody(req, file.byteSize, etagOf(file, 'original'), {
      ...mediaGuards,
      ...headers,
      'content-type': contentTypeOf(file.format),
      'content-disposition': dispositionOf(file),
    });
  if (isDistant(file)) {
    await serveDistant(parts, res, source, file, begin);
    return undefined;
  }
  const { fd } = openCatalogued(parts, source, file);
  try {
    const span = begin();
    if (!span.body) {
      res.writeHead(span.status, span.headers).end();
      return undefined;
    }
    const bytes = span.body.to - span.body.from + 1;
    if (isSmall(span.body)) {
      const body = readSmall(fd, span.body);
      // looked at again after the read: what is sent is of one content, the catalogued one
      if (!body || !isCatalogued(fstatSync(fd), file)) throw stale(parts, source, file);
      sendSmall(res.writeHead(span.status, span.headers), body);
      parts.countBytes(bytes);
      return span.status === 200 ? { headers: span.headers, of: { original: file } } : undefined;
    }
    res.writeHead(span.status, span.headers);
    if (await streamSpan(res, fd, span.body, (stat) => isCatalogued(stat, file))) parts.countBytes(bytes);
    else if (!isCatalogued(fstatSync(fd), file)) parts.recheck(source.alias, file.path);
    return undefined;
  } finally {
    closeSync(fd);
  }
}

/** The same of a file whose file system may stop to answer: this thread never waits for it. */
async function serveDistant(
  parts: MediaParts,
  res: ServerResponse,
  source: ServedSource,
  file: ServableFile,
  begin: () => ReturnType<typeof beginBody>,
): Promise<void> {
  const open = await openDistant(parts, source, file);
  try {
    const { status, headers, body } = begin();
    if (!body) return void res.writeHead(status, headers).end();
    const outcome = await sendDistant(res, open, body, file, () => res.writeHead(status, headers));
    if (outcome === 'stale') throw stale(parts, source, file);
    if (outcome === 'changed') parts.recheck(source.alias, file.path);
    if (outcome === 'sent') parts.countBytes(body.to - body.from + 1);
  } finally {
    open.close();
  }
}

/** As {@link openCatalogued}. */
async function openDistant(parts: MediaParts, source: ServedSource, file: ServableFile): Promise<DistantFile> {
  let open: DistantFile;
  try {
    open = await parts.distant.open(source.folder, file.path, source.followLinks ?? false);
  } catch (error) {
    throw error instanceof OpenRefusal && error.code === 'stale' ? stale(parts, source, file) : error;
  }
  if (isCataloguedAt(open.stat, file)) return open;
  open.close();
  throw stale(parts, source, file);
}

async function servePreview(
  parts: MediaParts,
  req: IncomingMessage,
  res: ServerResponse,
  source: ServedSource,
  file: ServableFile,
  edgePx: number,
  headers: Headers,
): Promise<WholeAnswer | undefined> {
  const type = prefersWebp(req.headers.accept) ? 'webp' : 'jpeg';
  const { folder, followLinks } = source;
  const behind = {
    folder,
    followLinks,
    check: async () => {
      if (isDistant(file)) (await openDistant(parts, source, file)).close();
      else closeSync(openCatalogued(parts, source, file).fd);
    },
  };
  const bytes = await parts.previews.get(file, edgePx, type, behind, gone(res));
  if (res.destroyed) return undefined;
  const sent = sendPreview(parts, req, res, bytes, etagOf(file, `${edgePx}${type}`), type, headers);
  return sent && { headers: sent, of: { previewKey: previewKey(file, edgePx, type) } };
}

/** @returns the head of a whole answer; undefined for a part of it, or none. */
function sendPreview(
  parts: MediaParts,
  req: IncomingMessage,
  res: ServerResponse,
  bytes: Buffer,
  etag: string,
  type: PreviewType,
  headers: Headers,
): Headers | undefined {
  const span = beginBody(req, bytes.length, etag, {
    ...mediaGuards,
    ...headers,
    'vary': 'Origin, Accept',
    'content-type': contentTypeOf(type),
    'content-disposition': 'inline',
  });
  res.writeHead(span.status, span.headers);
  if (!span.body) {
    res.end();
    return undefined;
  }
  const sent = span.body.to - span.body.from + 1;
  res.end(sent === bytes.length ? bytes : bytes.subarray(span.body.from, span.body.to + 1));
  parts.countBytes(sent);
  return span.status === 200 ? span.headers : undefined;
}

/** Aborts when the client has gone before its answer. */
function gone(res: ServerResponse): AbortSignal {
  const left = new AbortController();
  res.once('close', () => left.abort());
  return left.signal;
}

/**
 * The head of an answer over `size` bytes and which of them follow; no `body` for HEAD and 304.
 * @throws RangeRefusal
 */
function beginBody(
  req: IncomingMessage,
  size: number,
  etag: string,
  headers: Headers,
): { status: number; headers: Headers; body?: { from: number; to: number } } {
  headers.etag = etag;
  if (noneMatchHits(req.headers['if-none-match'], etag)) {
    delete headers['content-disposition'];
    return { status: 304, headers };
  }
  headers['accept-ranges'] = 'bytes';
  const isGet = req.method === 'GET';
  const ifRange = req.headers['if-range'] as string | undefined;
  const wanted =
    isGet && ifRangeHolds(ifRange, etag) ? decideRange(req.headers.range, size) : { kind: 'whole' as const };
  if (wanted.kind === 'unsatisfiable') throw new RangeRefusal(size);
  const body = wanted.kind === 'part' ? { from: wanted.from, to: wanted.to } : { from: 0, to: size - 1 };
  headers['content-length'] = body.to - body.from + 1;
  if (wanted.kind === 'part') headers['content-range'] = `bytes ${body.from}-${body.to}/${size}`;
  const status = wanted.kind === 'part' ? 206 : 200;
  return isGet ? { status, headers, body } : { status, headers };
}
