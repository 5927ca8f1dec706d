/** Labels from an uploaded file, a chunk at a time: each chunk, its counts and the place of the next are one transaction. */
import { AppError } from '@nucleus/shared/failure/app-error';
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
import { groundTruth, type LabelPlace } from './rules.ts';
import { type LabelParts, type LabelResult, prepareLabels, writeLabelsIn } from './write-labels.ts';

export const annotationsJobKind = 'uploadAnnotations';
export const predictionsJobKind = 'uploadPredictions';

const JobInput = z.object({ requestId: z.string(), update: z.boolean(), runId: z.string() });
const Counts = z.object({ total: z.number(), errored: z.number(), ignored: z.number(), processed: z.number() });
const Checkpoint = z.object({ offset: z.number(), line: z.number(), lines: z.number(), counts: Counts });
type Checkpoint = z.infer<typeof Checkpoint>;

/** Small, because requests wait for a chunk on SQLite. */
const limits: ChunkLimits = { lines: 500, bytes: 1024 * 1024, lineBytes: 8 * 1024 * 1024 };

/**
 * Makes the job of an upload, or finds the one that the same request made before.
 * @throws AppError `dataset-not-found`, `upload-not-found`
 */
export async function startLabelsJob(
  db: Kysely<Tables>,
  uploads: UploadStore,
  acting: Acting,
  { datasetId, runId }: LabelPlace,
  input: { requestId: string; update: boolean },
): Promise<string> {
  const place = { tenantId: acting.tenantId, datasetId, requestId: input.requestId };
  await getDataset(db, acting.tenantId, datasetId);
  const known = await findJobOfRequest(db, acting.tenantId, requestKeyOf(place));
  if (known !== undefined) return known;
  if ((await uploads.find(place)) === undefined) {
    throw new AppError('upload-not-found', 'Nothing was uploaded under this request id: PUT the file first.');
  }
  const kind = runId === groundTruth ? annotationsJobKind : predictionsJobKind;
  return enqueueJob(db, acting, {
    kind,
    datasetId,
    requestKey: requestKeyOf(place),
    input: { requestId: input.requestId, update: input.update, runId },
  });
}

/** Writes the file's lines in their order; what is wrong with a line is an error of the job and the rest goes in. */
export function labelsJob(parts: LabelParts, uploads: UploadStore): JobHandler {
  const { db } = parts;
  return async ({ job, signal, acting, step }) => {
    const { requestId, update, runId } = JobInput.parse(job.input);
    const datasetId = job.datasetId ?? '';
    const place = { tenantId: job.tenantId, datasetId, requestId };
    const path = await uploads.find(place);
    if (path === undefined) throw new AppError('upload-not-found', 'The uploaded file is gone: upload it again.');
    const { isPrivate } = await getDataset(db, job.tenantId, datasetId);
    let at = job.checkpoint === undefined ? await firstCheckpoint(path) : Checkpoint.parse(job.checkpoint);
    for await (const chunk of readLines(path, at, limits)) {
      signal.throwIfAborted();
      const { rows, lines, bad } = readChunk(chunk);
      const target = { tenantId: job.tenantId, datasetId, runId };
      const before = at;
      const prepared = await prepareLabels(parts, target, { rows, update, firstPlace: before.counts.total }, signal);
      // Masks that a stop cut off are no errors of their lines: the chunk is done again.
      signal.throwIfAborted();
      await step(async (tx): Promise<StepResult> => {
        const result = await writeLabelsIn(tx, acting(), target, prepared);
        at = advance(before, chunk, result, bad.length);
        const errors = [...bad, ...spellErrors(result, lines, before.counts.total, runId, isPrivate)];
        return { checkpoint: at, completedSteps: at.counts.total, totalSteps: Math.max(1, at.lines), errors };
      });
    }
    signal.throwIfAborted();
    const key = runId === groundTruth ? 'annotation_upload' : 'prediction_upload';
    const about = runId === groundTruth ? { datasetId } : { datasetId, modelRunId: runId };
    await step(async () => ({ completedSteps: 1, end: { message: { [key]: { ...at.counts, ...about } } } }));
    await uploads.remove(place);
  };
}

async function firstCheckpoint(path: string): Promise<Checkpoint> {
  const counts = { total: 0, errored: 0, ignored: 0, processed: 0 };
  return { offset: 0, line: 1, lines: await countLines(path), counts };
}

function advance({ counts, lines }: Checkpoint, chunk: LineChunk, result: LabelResult, badLines: number): Checkpoint {
  return {
    ...chunk.next,
    lines,
    counts: {
      total: counts.total + chunk.lines.length,
      errored: counts.errored + badLines + result.refused.length,
      ignored: counts.ignored + result.ignored,
      processed: counts.processed + result.processed,
    },
  };
}

function readChunk(chunk: LineChunk): { rows: unknown[]; lines: number[]; bad: string[] } {
  const rows: unknown[] = [];
  const lines: number[] = [];
  const bad: string[] = [];
  for (const { number, bytes } of chunk.lines) {
    try {
      rows.push(parseJson(bytes));
      lines.push(number);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      bad.push(JSON.stringify({ line: number, error: error.message.replace('The body', 'The line') }));
    }
  }
  return { rows, lines, bad };
}

/** Refused rows as errors of the job. In privacy mode by line alone: a reference id may be a path, and errors stay. */
function spellErrors(
  result: LabelResult,
  lines: readonly number[],
  firstPlace: number,
  runId: string,
  isPrivate: boolean,
): string[] {
  const key = runId === groundTruth ? 'annotation' : 'prediction';
  return result.refused.map(({ raw, place, error, problem }) => {
    const line = lines[place - firstPlace];
    return JSON.stringify(isPrivate ? { line, error: problem } : { line, [key]: raw, error });
  });
}
