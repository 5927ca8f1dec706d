/** Answers stored bytes: whole, or exactly the one range that was asked for. Nothing in them can run in a browser. */
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { decideRange, ifRangeHolds, noneMatchHits, RangeRefusal } from '@nucleus/shared/media/byte-range';
import type { Request, Response } from 'express';

export interface StoredBody {
  bytes: number;
  /** From a closed list of what is in the bytes, never from a name. */
  contentType: string;
  /** Quoted and strong. */
  etag: string;
  maxAgeSeconds: number;
  fileName: string;
  /** Saved by browsers instead of shown. */
  isAttachment?: boolean;
  open: (range: { from: number; to: number } | undefined) => Promise<Readable>;
}

/** A client that takes nothing for so long is cut. */
const stallMs = 60_000;

/** @throws RangeRefusal with `Content-Range` already set */
export async function sendObject(request: Request, response: Response, body: StoredBody): Promise<void> {
  response.set({
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cross-Origin-Resource-Policy': 'cross-origin',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Accept-Ranges': 'bytes',
  });
  const fresh = { 'ETag': body.etag, 'Cache-Control': `private, max-age=${body.maxAgeSeconds}` };
  if (noneMatchHits(request.headers['if-none-match'], body.etag)) {
    response.set(fresh).status(304).end();
    return;
  }
  const asked = ifRangeHolds(request.get('if-range'), body.etag) ? request.headers.range : undefined;
  const decision = request.method === 'GET' ? decideRange(asked, body.bytes) : { kind: 'whole' as const };
  if (decision.kind === 'unsatisfiable') {
    const refusal = new RangeRefusal(body.bytes);
    response.set('Content-Range', refusal.contentRange);
    throw refusal;
  }
  const range = decision.kind === 'part' ? { from: decision.from, to: decision.to } : undefined;
  const length = range === undefined ? body.bytes : range.to - range.from + 1;
  const stream = request.method === 'HEAD' ? undefined : await body.open(range);
  response.set({
    ...fresh,
    'Content-Type': body.contentType,
    'Content-Length': String(length),
    'Content-Disposition': `${body.isAttachment === true ? 'attachment' : 'inline'}; filename="${body.fileName}"`,
    ...(range === undefined ? {} : { 'Content-Range': `bytes ${range.from}-${range.to}/${body.bytes}` }),
  });
  response.status(range === undefined ? 200 : 206);
  if (stream === undefined) {
    response.end();
    return;
  }
  response.setTimeout(stallMs, () => response.destroy());
  // A failure half way cuts the connection: the length was stated, and nothing is padded.
  await pipeline(stream, response).catch(() => response.destroy());
}
