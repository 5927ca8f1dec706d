/** Lines of a large file, a chunk at a time, each chunk with the place where the next one starts. */
import { createReadStream } from 'node:fs';
import { AppError } from '@nucleus/shared/failure/app-error';

export interface LineChunk {
  /** Without line ends; empty lines are left out. */
  lines: { number: number; bytes: Buffer }[];
  /** Offset in bytes and number of the line after the chunk. */
  next: LinePlace;
}

export interface LinePlace {
  offset: number;
  /** Counts from 1, empty lines too. */
  line: number;
}

export interface ChunkLimits {
  lines: number;
  bytes: number;
  /** A longer line ends the reading. */
  lineBytes: number;
}

const newline = 0x0a;

/**
 * Cuts the file into chunks from `from`, the same cuts for the same start.
 * @throws AppError `body-too-large` for a line beyond the limit
 */
export async function* readLines(path: string, from: LinePlace, limits: ChunkLimits): AsyncGenerator<LineChunk> {
  let chunk: LineChunk = { lines: [], next: from };
  let chunkBytes = 0;
  let rest: Buffer[] = [];
  let restBytes = 0;
  const take = (bytes: Buffer, ended: boolean): boolean => {
    const { offset, line } = chunk.next;
    chunk.next = { offset: offset + bytes.length + (ended ? 1 : 0), line: line + 1 };
    chunkBytes += bytes.length;
    if (!isBlank(bytes)) chunk.lines.push({ number: line, bytes });
    return chunk.lines.length >= limits.lines || chunkBytes >= limits.bytes;
  };
  const assertFits = (bytes: number): void => {
    if (bytes > limits.lineBytes) {
      throw new AppError('body-too-large', `Line ${chunk.next.line} is longer than ${limits.lineBytes} bytes.`);
    }
  };
  const turn = (): LineChunk => {
    const full = chunk;
    chunk = { lines: [], next: full.next };
    chunkBytes = 0;
    return full;
  };
  for await (const piece of createReadStream(path, { start: from.offset, highWaterMark: 256 * 1024 })) {
    let at = 0;
    const bytes = piece as Buffer;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, at)) {
      rest.push(bytes.subarray(at, end));
      assertFits(restBytes + end - at);
      const isFull = take(rest.length === 1 ? (rest[0] as Buffer) : Buffer.concat(rest), true);
      rest = [];
      restBytes = 0;
      at = end + 1;
      if (isFull) yield turn();
    }
    if (at < bytes.length) {
      rest.push(bytes.subarray(at));
      restBytes += bytes.length - at;
      assertFits(restBytes);
    }
  }
  if (restBytes > 0) take(Buffer.concat(rest), false);
  if (chunk.next.offset > from.offset && (chunk.lines.length > 0 || chunkBytes > 0)) yield turn();
}

/** How many lines of the file hold something. */
export async function countLines(path: string): Promise<number> {
  let lines = 0;
  let holdsSomething = false;
  for await (const piece of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    for (const byte of piece as Buffer) {
      if (byte === newline) {
        if (holdsSomething) lines += 1;
        holdsSomething = false;
      } else if (byte > 0x20) holdsSomething = true;
    }
  }
  return lines + (holdsSomething ? 1 : 0);
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte <= 0x20);
}
