/**
 * The ledger's files. The open segment is `NNNNNN.ndjson`, plain, so that a line is whole once it is fsynced and a kill costs at most
 * an unfinished line at its end; a full segment is compressed to `NNNNNN.ndjson.gz` and never touched again.
 * `pruned.json` keeps number and hash of the last line that retention removed.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip, gunzip } from 'node:zlib';
import { AppError } from '@nucleus/shared/failure/app-error';
import { z } from 'zod';

/** Far above what a segment can hold, so that a damaged file cannot inflate without end. */
const maxInflatedBytes = 1024 ** 3;
const newline = 0x0a;

export interface Segment {
  number: number;
  path: string;
  compressed: boolean;
}

const Pruned = z.strictObject({ last_n: z.int().min(0), last_hash: z.string() });
export type Pruned = z.infer<typeof Pruned>;

/** The segments in order. A crash between compressing and removing leaves both forms; then the compressed one counts. */
export async function listSegments(folder: string): Promise<Segment[]> {
  const byNumber = new Map<number, Segment>();
  for (const name of (await readdir(folder)).toSorted()) {
    const match = /^(\d{6})\.ndjson(\.gz)?$/.exec(name);
    if (!match) continue;
    byNumber.set(Number(match[1]), {
      number: Number(match[1]),
      path: join(folder, name),
      compressed: match[2] === '.gz',
    });
  }
  return [...byNumber.values()].toSorted((a, b) => a.number - b.number);
}

/**
 * All bytes of a segment, inflated.
 * @throws AppError `ledger-broken` when it cannot be read or inflated; the sentence names the file.
 */
export async function readSegment(segment: Segment): Promise<Buffer> {
  try {
    const bytes = await readFile(segment.path);
    return segment.compressed ? await promisify(gunzip)(bytes, { maxOutputLength: maxInflatedBytes }) : bytes;
  } catch (cause) {
    throw new AppError('ledger-broken', `The ledger segment ${segment.path} cannot be read.`, { cause });
  }
}

/** A line with its place in the inflated segment; `whole` is false for bytes at the end that no newline closes. */
export interface RawLine {
  text: string;
  offset: number;
  bytes: number;
  whole: boolean;
}

/** The lines of an inflated segment. */
export function* splitLines(segment: Buffer): Generator<RawLine> {
  for (let offset = 0; offset < segment.length; ) {
    const end = segment.indexOf(newline, offset);
    const stop = end === -1 ? segment.length : end;
    yield { text: segment.toString('utf8', offset, stop), offset, bytes: stop - offset, whole: end !== -1 };
    offset = stop + 1;
  }
}

/** Where a segment's open form lies. */
export function segmentPath(folder: string, number: number): string {
  return join(folder, `${String(number).padStart(6, '0')}.ndjson`);
}

/** Compresses a full segment: written beside it, fsynced, renamed, then the plain form goes. Interrupted anywhere, nothing is lost. */
export async function compressSegment(folder: string, segment: Segment): Promise<void> {
  const target = `${segment.path}.gz`;
  const unfinished = `${target}.tmp`;
  await pipeline(
    createReadStream(segment.path),
    createGzip({ level: 6 }),
    createWriteStream(unfinished, { mode: 0o600, flush: true }),
  );
  await rename(unfinished, target);
  await syncFolder(folder);
  await rm(segment.path, { force: true });
}

/** Last line that retention removed; null when the ledger is whole. */
export async function readPruned(folder: string): Promise<Pruned | null> {
  try {
    return Pruned.parse(JSON.parse(await readFile(join(folder, 'pruned.json'), 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new AppError('ledger-broken', `${join(folder, 'pruned.json')} cannot be read.`, { cause: error });
  }
}

/** Writes the retention mark durably; it must be on disk before a segment goes. */
export async function writePruned(folder: string, pruned: Pruned): Promise<void> {
  const target = join(folder, 'pruned.json');
  const file = await open(`${target}.tmp`, 'w', 0o600);
  try {
    await file.writeFile(JSON.stringify(pruned));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${target}.tmp`, target);
  await syncFolder(folder);
}

/** Bytes on disk of a list of segments. */
export async function segmentBytes(segments: readonly Segment[]): Promise<number> {
  const sizes = await Promise.all(segments.map(async ({ path }) => (await stat(path)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Makes names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
