/**
 * Reads a batch of changes as it arrives: inflates, cuts lines, parses, and counts. It stops at the first limit, so that a small
 * body that inflates without end costs no more than an honest one.
 */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip, type Gunzip } from 'node:zlib';
import { AppError } from '@nucleus/shared/failure/app-error';
import { ReferenceId } from '@nucleus/shared/ids/ids';
import { plainRecord } from '@nucleus/shared/record/plain-record';
import { Change, ChangesHead, maxBatchBytes, maxBatchChanges, protocolVersion } from '@nucleus/shared/wire/agents';
import { z } from 'zod';
import { refusedInput } from '../http/reply-with-error.ts';

/** A line of a batch: a change, or one that is refused for good and still gets its ack. */
export type BatchLine = { change: Change; item: unknown } | { refused: { ref: string; rev: number } };

export interface Batch {
  head: z.infer<typeof ChangesHead>;
  lines: BatchLine[];
}

/** Above this many inflated bytes for one compressed byte nobody packs records but somebody a bomb. */
const maxInflateRatio = 200;
const ratioFromBytes = 256 * 1024;

const LineHead = z.object({ ref: ReferenceId, rev: z.int().min(1) });
const strictUtf8 = () => new TextDecoder('utf-8', { fatal: true });
type Utf8Decoder = ReturnType<typeof strictUtf8>;

/**
 * @throws AppError `body-too-large` above 1,000 changes, 4 MiB inflated or the ratio; `unsupported-media-type`;
 * `upgrade-required` for another protocol; `invalid-json`, `invalid-request` for what no ack could answer.
 */
export async function readBatch(request: IncomingMessage): Promise<Batch> {
  if (!/^application\/x-ndjson\b/i.test(request.headers['content-type'] ?? '')) {
    throw new AppError('unsupported-media-type', 'Changes come as application/x-ndjson.');
  }
  let head: Batch['head'] | undefined;
  const lines: BatchLine[] = [];
  for await (const line of linesOf(request)) {
    if (head === undefined) head = readHead(parseLine(line));
    else {
      if (lines.length === maxBatchChanges)
        throw new AppError('body-too-large', `A batch holds at most ${maxBatchChanges} changes.`);
      lines.push(readLine(parseLine(line)));
    }
  }
  if (head === undefined)
    throw new AppError('invalid-request', 'The batch is empty: line 1 names the agent and the source.');
  return { head, lines };
}

function readHead(value: unknown): Batch['head'] {
  if (typeof value === 'object' && value !== null && 'v' in value && value.v !== protocolVersion) {
    throw new AppError(
      'upgrade-required',
      `This cloud speaks version ${protocolVersion} of the protocol: update the older side.`,
    );
  }
  const parsed = ChangesHead.safeParse(value);
  if (!parsed.success) throw refusedInput(parsed.error);
  return parsed.data;
}

const isRecord = plainRecord('rich');
const digest = /^[0-9a-f]{32}$/;
const putKeys = 5;

/** Whether a line surely is a put as {@link Change} says, told without the schema; it decides where this is false. */
function isPlainPut(value: unknown): value is Extract<Change, { op: 'put' }> {
  if (typeof value !== 'object' || value === null) return false;
  const { op, ref, rev, digest: said, item } = value as Record<string, unknown>;
  return (
    op === 'put' &&
    Object.keys(value).length === putKeys &&
    Number.isSafeInteger(rev) &&
    (rev as number) >= 1 &&
    typeof said === 'string' &&
    digest.test(said) &&
    isRecord(item) &&
    // whose own was looked at
    ref === item.reference_id
  );
}

function readLine(value: unknown): BatchLine {
  if (isPlainPut(value)) return { change: value, item: value.item };
  const parsed = Change.safeParse(value);
  if (parsed.success) return { change: parsed.data, item: (value as { item?: unknown }).item };
  const head = LineHead.safeParse(value);
  if (!head.success) throw refusedInput(head.error);
  return { refused: head.data };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new AppError('invalid-json', 'A line of the batch is not valid JSON.', { cause });
  }
}

/** Non-empty lines of the inflated body. */
async function* linesOf(request: IncomingMessage): AsyncGenerator<string> {
  const decoder = strictUtf8();
  let rest = '';
  for await (const chunk of inflated(request)) {
    const parts = (rest + decode(decoder, chunk)).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) if (part !== '') yield part;
  }
  rest += decode(decoder, undefined);
  if (rest !== '') yield rest;
}

function decode(decoder: Utf8Decoder, chunk: Buffer | undefined): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (cause) {
    throw new AppError('invalid-json', 'The batch is not valid UTF-8.', { cause });
  }
}

async function* inflated(request: IncomingMessage): AsyncGenerator<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw new AppError('unsupported-media-type', 'Changes come plain or as gzip.');
  }
  const gunzip = encoding === 'gzip' ? createGunzip() : undefined;
  const body: Readable =
    gunzip === undefined ? request : request.on('error', (error) => gunzip.destroy(error)).pipe(gunzip);
  request.once('aborted', () => gunzip?.destroy(new Error('aborted')));
  let bytes = 0;
  try {
    // Leaving the loop early must not destroy the request: its socket still has to carry the refusal.
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      bytes += (chunk as Buffer).length;
      assertWithinLimits(bytes, gunzip);
      yield chunk as Buffer;
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('invalid-request', 'The body ended early or is not valid gzip.', { cause });
  } finally {
    if (gunzip !== undefined) {
      request.unpipe(gunzip);
      gunzip.destroy();
    }
    request.resume();
  }
}

function assertWithinLimits(bytes: number, gunzip: Gunzip | undefined): void {
  if (bytes > maxBatchBytes)
    throw new AppError('body-too-large', `A batch holds at most ${maxBatchBytes} bytes before compression.`);
  if (gunzip !== undefined && bytes > ratioFromBytes && bytes > gunzip.bytesWritten * maxInflateRatio) {
    throw new AppError('body-too-large', 'The body inflates more than records do.');
  }
}
