/** Items from an uploaded file, a chunk at a time: each chunk, its counts and the place of the next are one transaction. */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { AppendReply } from '@nucleus/shared/wire/dataset';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Acting } from '../audit/acting.ts';
import type { Tables } from '../database/tables.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { parseJson } from '../http/parse-json.ts';
import { enqueueJob, findJobOfRequest } from '../job-queue/enqueue-job.ts';
import type { JobHandler, StepResult } from '../job-queue/job.ts';
import { type ChunkLimits, countLines, type LineChunk, readLines } from '../uploads/read-lines.ts';
import { requestKeyOf } from '../uploads/take-upload.ts';
import type { UploadStore } from '../uploads/upload-store.ts';
import { type AppendParts, appendItemsIn, prepareAppend } from './append-items.ts';

export const appendJobKind = 'uploadDatasetItems';

const JobInput = z.object({ requestId: z.string(), update: z.boolean() });
const Checkpoint = z.object({
  offset: z.number(),
  line: z.number(),
  lines: z.number(),
  done: z.number(),
  counts: z.object({
    new_items: z.number(),
    updated_items: z.number(),
    ignored_items: z.number(),
    upload_errors: z.number(),
  }),
});
type Checkpoint = z.infer<typeof Checkpoint>;

/** Small, because requests wait for a chunk on SQLite: 500 lines append faster but triple the median wait. */
const limits: ChunkLimits = { lines: 200, bytes: 1024 * 1024, lineBytes: 8 * 1024 * 1024 };

/**
 * Makes the job of an upload, or finds the one that the same request made before.
 * @throws AppError `dataset-not-found`, `dataset-holds-scenes`, `upload-not-found`
 */
export async function startAppendJob(
  db: Kysely<Tables>,
  uploads: UploadStore,
  acting: Acting,
  datasetId: string,
  input: z.infer<typeof JobInput>,
): Promise<string> {
  const place = { tenantId: acting.tenantId, datasetId, requestId: input.requestId };
  const { isScene } = await getDataset(db, acting.tenantId, datasetId);
  if (isScene) {
    throw new AppError('dataset-holds-scenes', 'This dataset holds scenes: items cannot be added to it.');
  }
  const known = await findJobOfRequest(db, acting.tenantId, requestKeyOf(place));
  if (known !== undefined) return known;
  if ((await uploads.find(place)) === undefined) {
    throw new AppError('upload-not-found', 'Nothing was uploaded under this request id: PUT the file first.');
  }
  return enqueueJob(db, acting, { kind: appendJobKind, datasetId, requestKey: requestKeyOf(place), input });
}

/**
 * Appends the file's lines in their order; a line that is refused, or whose picture cannot be had, is an error of the job and the
 * rest goes in. An item whose picture cannot be fetched stays, with the reason. Pictures have no deadline together, because nobody waits for a reply.
 */
export function appendJob(parts: AppendParts, uploads: UploadStore): JobHandler {
  const { db } = parts;
  return async ({ job, signal, acting, step }) => {
    const { requestId, update } = JobInput.parse(job.input);
    const datasetId = job.datasetId ?? '';
    const place = { tenantId: job.tenantId, datasetId, requestId };
    const path = await uploads.find(place);
    if (path === undefined) throw new AppError('upload-not-found', 'The uploaded file is gone: upload it again.');
    const { isPrivate } = await getDataset(db, job.tenantId, datasetId);
    let at = job.checkpoint === undefined ? await firstCheckpoint(path) : Checkpoint.parse(job.checkpoint);
    for await (const chunk of readLines(path, at, limits)) {
      signal.throwIfAborted();
      const next = at;
      const { items, bad } = readItems(chunk);
      const input = { items: items.map(({ item }) => item), update, keepsUnfetched: true };
      const prepared = await prepareAppend(parts, job.tenantId, datasetId, input, signal);
      // Pictures that a stop cut off are no errors of their lines: the chunk is done again.
      signal.throwIfAborted();
      await step(async (tx): Promise<StepResult> => {
        const reply = await appendItemsIn(tx, acting(), datasetId, prepared);
        const errors = [...bad, ...refusedItems(items, reply, isPrivate)];
        at = advance(next, chunk, reply, bad.length);
        return { checkpoint: at, completedSteps: at.done, totalSteps: at.lines, errors };
      });
    }
    signal.throwIfAborted();
    await step(async () => ({
      completedSteps: at.done,
      end: { message: { dataset_id: datasetId, ...at.counts } },
    }));
    await uploads.remove(place);
  };
}

async function firstCheckpoint(path: string): Promise<Checkpoint> {
  const counts = { new_items: 0, updated_items: 0, ignored_items: 0, upload_errors: 0 };
  return { offset: 0, line: 1, lines: await countLines(path), done: 0, counts };
}

function advance(before: Checkpoint, chunk: LineChunk, reply: AppendReply, badLines: number): Checkpoint {
  const { counts } = before;
  return {
    ...chunk.next,
    lines: before.lines,
    done: before.done + chunk.lines.length,
    counts: {
      new_items: counts.new_items + reply.new_items,
      updated_items: counts.updated_items + reply.updated_items,
      ignored_items: counts.ignored_items + reply.ignored_items,
      upload_errors: counts.upload_errors + reply.upload_errors + badLines,
    },
  };
}

interface ReadLine {
  line: number;
  item: unknown;
}

function readItems(chunk: LineChunk): { items: ReadLine[]; bad: string[] } {
  const items: ReadLine[] = [];
  const bad: string[] = [];
  for (const { number, bytes } of chunk.lines) {
    try {
      items.push({ line: number, item: parseJson(bytes) });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      bad.push(JSON.stringify({ line: number, error: error.message.replace('The body', 'The line') }));
    }
  }
  return { items, bad };
}

/** Refused items as errors of the job. In privacy mode by line alone: a reference id may be a path, and errors stay. */
function refusedItems(items: readonly ReadLine[], reply: AppendReply, isPrivate: boolean): string[] {
  const lines = new Map(items.map(({ line, item }) => [referenceOf(item), line]));
  return (reply.error_payload ?? []).map((refused) => {
    const line = lines.get(referenceOf(refused));
    const { error, ...item } = refused as { error: string };
    return JSON.stringify(isPrivate ? { line, error } : { line, item, error });
  });
}

function referenceOf(item: unknown): unknown {
  return typeof item === 'object' && item !== null && 'reference_id' in item ? item.reference_id : undefined;
}
