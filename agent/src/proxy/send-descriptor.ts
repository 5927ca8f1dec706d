import { fstatSync, read, readSync, type Stats } from 'node:fs';
import type { ServerResponse } from 'node:http';

/** Bytes read at a time; measured: a 4 MB file goes out nearly twice as fast as with 64 KiB. */
const chunkBytes = 1024 * 1024;
/** Up to here a body is read in one synchronous call: quicker than a trip through the thread pool. */
const oneReadBytes = 256 * 1024;
/** Chunks kept for reuse: allocating megabytes for every read costs more than reading them. */
const keptChunks = 32;
const freeChunks: Buffer[] = [];
const freeBodies: Buffer[] = [];

export interface Span {
  /** Both inclusive; an empty file is `to: -1`. */
  from: number;
  to: number;
}

/** Whether a span is read and sent in one piece. */
export function isSmall(span: Span): boolean {
  return span.to - span.from < oneReadBytes;
}

/** Reads a small span at once; undefined when the file came short. Its memory is used again: see {@link sendSmall} and {@link returnSmall}. */
export function readSmall(fd: number, span: Span): Buffer | undefined {
  const bytes = span.to - span.from + 1;
  const memory = freeBodies.pop() ?? Buffer.allocUnsafeSlow(oneReadBytes);
  let filled = 0;
  while (filled < bytes) {
    const got = readSync(fd, memory, filled, bytes - filled, span.from + filled);
    if (got === 0) {
      keepBody(memory);
      return undefined;
    }
    filled += got;
  }
  return memory.subarray(0, bytes);
}

/** Ends a response with a body of {@link readSmall}; its memory is reused once the system has taken the last byte. */
export function sendSmall(res: ServerResponse, body: Buffer): void {
  res.end(body, () => returnSmall(body));
}

/** Takes the memory of a body back that the system has taken the last byte of. */
export function returnSmall(body: Buffer): void {
  keepBody(Buffer.from(body.buffer));
}

function keepBody(memory: Buffer): void {
  if (freeBodies.length < keptChunks) freeBodies.push(memory);
}

/**
 * Writes a span of an open file to a response whose head has been written. Each chunk is sent only if the file is still
 * `isUnchanged` after it was read, so a client never receives a complete body of two contents; otherwise, and when the file has
 * become shorter, the connection is cut. Resolves when all was handed over (true) or the connection was cut (false).
 */
export async function streamSpan(
  res: ServerResponse,
  fd: number,
  span: Span,
  isUnchanged: (stat: Stats) => boolean,
): Promise<boolean> {
  let sending: Promise<void> = Promise.resolve();
  for (let at = span.from; at <= span.to; at += chunkBytes) {
    const bytes = Math.min(chunkBytes, span.to - at + 1);
    const chunk = freeChunks.pop() ?? Buffer.allocUnsafeSlow(chunkBytes);
    const isWhole = await fill(fd, chunk, bytes, at);
    if (!isWhole || !isUnchanged(fstatSync(fd))) {
      keepChunk(chunk);
      res.destroy();
      return false;
    }
    await sending;
    if (res.destroyed) {
      keepChunk(chunk);
      return false;
    }
    sending = write(res, chunk, bytes);
  }
  await sending;
  if (res.destroyed) return false;
  res.end();
  return true;
}

/** Whether `bytes` bytes were there at `position`. */
async function fill(fd: number, chunk: Buffer, bytes: number, position: number): Promise<boolean> {
  for (let filled = 0; filled < bytes; ) {
    const got = await readAt(fd, chunk, filled, bytes - filled, position + filled);
    if (got === 0) return false;
    filled += got;
  }
  return true;
}

function readAt(fd: number, chunk: Buffer, offset: number, length: number, position: number): Promise<number> {
  return new Promise((resolve) => {
    // a failing read cannot be told to the client any more; it ends like a file that came short
    read(fd, chunk, offset, length, position, (error, got) => resolve(error ? 0 : got));
  });
}

/** Resolves when the chunk was taken by the socket, or the connection has ended. */
function write(res: ServerResponse, chunk: Buffer, bytes: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      res.off('close', done);
      resolve();
    };
    res.once('close', done);
    res.write(chunk.subarray(0, bytes), () => {
      // only now does nobody read the chunk any more
      keepChunk(chunk);
      done();
    });
  });
}

function keepChunk(chunk: Buffer): void {
  if (freeChunks.length < keptChunks) freeChunks.push(chunk);
}
