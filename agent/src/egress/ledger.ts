/**
 * The egress ledger: every body that leaves, byte for byte, on disk before the first byte of it is sent. Append-only and hash-chained.
 * A write that fails for lack of space is undone and reported as `ledger-full`; after a failed fsync nothing more is written
 * (`ledger-broken`), because a second fsync may report success for bytes that the kernel has dropped.
 */
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import {
  compressSegment,
  listSegments,
  readPruned,
  readSegment,
  type Segment,
  segmentBytes,
  segmentPath,
  splitLines,
  syncFolder,
  writePruned,
} from './ledger-files.ts';
import {
  type ChainPlace,
  chainLine,
  checkLine,
  genesisHash,
  type LedgerLine,
  type OutgoingKind,
  sha256Hex,
  type UnchainedLine,
} from './ledger-line.ts';

export interface LedgerOptions {
  /** A segment is closed once it is longer than this. */
  maxSegmentBytes?: number;
  /** Oldest segments go when the compressed ones together are larger; their last hash stays. */
  maxBytes?: number;
  now?: () => Date;
  /** Writes all of `bytes` at the end of the file. Tests pass one that fails. */
  write?: (file: FileHandle, bytes: Buffer, position: number) => Promise<void>;
  /** Called with every line once it is durable, for the index. */
  onLine?: (line: LedgerLine, place: LinePlace) => void;
}

/** Where a line lies in its inflated segment. */
export interface LinePlace {
  segment: number;
  offset: number;
  bytes: number;
}

export interface Ledger {
  /**
   * Writes an attempt and makes it durable.
   * @throws AppError `ledger-full`, `ledger-broken`; then nothing may be sent.
   */
  append(attempt: { kind: OutgoingKind; urlPath: string; body: Uint8Array }): Promise<{ n: number; hash: string }>;
  /** Writes how an attempt ended. Same errors. */
  appendResult(of: number, status: number): Promise<void>;
  /** Number and hash of the last line. */
  head(): ChainPlace;
  close(): Promise<void>;
}

/**
 * Opens the ledger in `folder`, making it when it is not there. Bytes at the very end that no newline closes are the rest of a write
 * that never finished, so nothing of them was sent: they are cut off. Anything else that is false is not repaired.
 * @throws AppError `ledger-broken` with segment and line.
 */
export async function openLedger(folder: string, options: LedgerOptions = {}): Promise<Ledger> {
  const {
    maxSegmentBytes = 16 * 1024 ** 2,
    maxBytes = Number.POSITIVE_INFINITY,
    now = () => new Date(),
    write = writeAt,
    onLine,
  } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of await readdir(folder)) if (name.endsWith('.tmp')) await rm(join(folder, name));
  const found = await findHead(folder);
  let head = found.head;
  let segmentNumber = found.openSegment;
  let file = await open(segmentPath(folder, segmentNumber), 'a+', 0o600);
  await syncFolder(folder);
  let length = found.openBytes;
  await file.truncate(length);
  let broken: AppError | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let tidying: Promise<void> = tidy();

  /** One line at a time: a line's hash needs the one before it. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = queue.then(work);
    queue = turn.catch(() => undefined);
    return turn;
  }

  async function writeLine(rest: DistributedOmit<UnchainedLine, 'n' | 'at'>): Promise<{ n: number; hash: string }> {
    if (broken) throw broken;
    if (length > maxSegmentBytes) await rotate();
    const { line, text } = chainLine(head.prev, { ...rest, n: head.n, at: now().toISOString() } as UnchainedLine);
    const bytes = Buffer.from(`${text}\n`);
    try {
      await write(file, bytes, length);
    } catch (cause) {
      await file.truncate(length).catch(() => undefined);
      if (isNoSpace(cause))
        throw new AppError('ledger-full', `There is no space for the egress ledger in ${folder}, so nothing is sent.`, {
          cause,
        });
      throw stopWriting(cause);
    }
    await file.datasync().catch(async (cause: unknown) => {
      await file.truncate(length).catch(() => undefined);
      throw stopWriting(cause);
    });
    const place = { segment: segmentNumber, offset: length, bytes: bytes.length - 1 };
    // the line stands in the file now: the chain goes on from it, whatever becomes of those who are told
    length += bytes.length;
    head = { n: line.n + 1, prev: line.hash };
    onLine?.(line, place);
    return { n: line.n, hash: line.hash };
  }

  function stopWriting(cause: unknown): AppError {
    broken = new AppError(
      'ledger-broken',
      `The egress ledger in ${folder} cannot be written; restart the agent once the disk is well.`,
      { cause },
    );
    return broken;
  }

  async function rotate(): Promise<void> {
    const next = await open(segmentPath(folder, segmentNumber + 1), 'a+', 0o600).catch((cause: unknown) => {
      throw isNoSpace(cause)
        ? new AppError('ledger-full', `There is no space for the egress ledger in ${folder}, so nothing is sent.`, {
            cause,
          })
        : stopWriting(cause);
    });
    await syncFolder(folder);
    await file.close();
    file = next;
    segmentNumber += 1;
    length = 0;
    tidying = tidying.then(tidy);
  }

  /** Compresses closed segments and keeps to `maxBytes`. Runs beside the writing; what fails here is tried again at the next rotation. */
  async function tidy(): Promise<void> {
    try {
      const closed = (await listSegments(folder)).filter(({ number }) => number < segmentNumber);
      for (const segment of closed) if (!segment.compressed) await compressSegment(folder, segment);
      await prune(folder, maxBytes, segmentNumber);
    } catch {
      // the plain segments are as good; they only take more room
    }
  }

  return {
    append: ({ kind, urlPath, body }) =>
      inTurn(() =>
        writeLine({
          kind,
          url_path: urlPath,
          body: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64'),
          sha256: sha256Hex(body),
        }),
      ),
    appendResult: (of, status) => inTurn(async () => void (await writeLine({ kind: 'result', of, status }))),
    head: () => ({ n: head.n - 1, prev: head.prev }),
    close: async () => {
      await queue;
      await tidying;
      await file.close();
    },
  };
}

type DistributedOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** Where the next line goes: its place in the chain, the open segment and the length of what is good in it. */
async function findHead(folder: string): Promise<{ head: ChainPlace; openSegment: number; openBytes: number }> {
  const segments = await listSegments(folder);
  const last = segments.at(-1);
  if (last && !last.compressed) {
    const bytes = await readSegment(last);
    const before = last.number > 1 ? await chainBefore(folder, segments.slice(0, -1)) : await startOfChain(folder);
    const read = readChain(bytes, before, last);
    return { head: read.next, openSegment: last.number, openBytes: read.goodBytes };
  }
  return { head: await chainBefore(folder, segments), openSegment: (last?.number ?? 0) + 1, openBytes: 0 };
}

async function startOfChain(folder: string): Promise<ChainPlace> {
  const pruned = await readPruned(folder);
  return pruned ? { n: pruned.last_n + 1, prev: pruned.last_hash } : { n: 1, prev: genesisHash };
}

async function chainBefore(folder: string, segments: readonly Segment[]): Promise<ChainPlace> {
  const last = segments.at(-1);
  return last ? readChain(await readSegment(last), null, last).next : startOfChain(folder);
}

function readChain(bytes: Buffer, start: ChainPlace | null, segment: Segment): { next: ChainPlace; goodBytes: number } {
  let next = start;
  let goodBytes = 0;
  let number = 0;
  for (const raw of splitLines(bytes)) {
    number += 1;
    if (!raw.whole) break;
    const checked = checkLine(raw.text, next);
    if ('problem' in checked) {
      throw new AppError(
        'ledger-broken',
        `Line ${number} of the ledger segment ${segment.path} ${checked.problem}; move the ledger folder aside to start a new one.`,
      );
    }
    next = { n: checked.line.n + 1, prev: checked.line.hash };
    goodBytes = raw.offset + raw.bytes + 1;
  }
  return { next: next ?? { n: 1, prev: genesisHash }, goodBytes };
}

async function prune(folder: string, maxBytes: number, openSegment: number): Promise<void> {
  const segments = (await listSegments(folder)).filter(({ number }) => number < openSegment);
  while (segments.length > 0 && (await segmentBytes(segments)) > maxBytes) {
    const oldest = segments.shift() as Segment;
    const { next } = readChain(await readSegment(oldest), null, oldest);
    await writePruned(folder, { last_n: next.n - 1, last_hash: next.prev });
    await rm(oldest.path);
  }
}

async function writeAt(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

function isNoSpace(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ENOSPC' || error.code === 'EDQUOT' || error.code === 'EFBIG')
  );
}
