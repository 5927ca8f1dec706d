/** Scenes from an uploaded file, one line at a time: a scene, its counts and the place of the next are one transaction. */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Acting } from '../audit/acting.ts';
import type { Tables } from '../database/tables.ts';
import { parseJson } from '../http/parse-json.ts';
import { enqueueJob, findJobOfRequest } from '../job-queue/enqueue-job.ts';
import type { JobHandler } from '../job-queue/job.ts';
import { countLines, readLines } from '../uploads/read-lines.ts';
import { requestKeyOf } from '../uploads/take-upload.ts';
import type { UploadStore } from '../uploads/upload-store.ts';
import type { ReadScene } from './rules.ts';
import {
  assertTakesScenes,
  count,
  emptyCounts,
  type PreparedScene,
  prepareScene,
  type UploadParts,
  writePrepared,
} from './upload-scenes.ts';

export const uploadJobKinds = { lidar: 'uploadLidarScene', video: 'uploadVideoScene' } as const;

const JobInput = z.object({ requestId: z.string(), update: z.boolean() });
const Checkpoint = z.object({
  offset: z.number(),
  line: z.number(),
  lines: z.number(),
  done: z.number(),
  counts: z.record(z.string(), z.number()),
});
type Checkpoint = z.infer<typeof Checkpoint>;

/** Ten thousand frames with their addresses and camera parameters. */
const limits = { lines: 1, bytes: 32 * 1024 * 1024, lineBytes: 32 * 1024 * 1024 };

/**
 * Makes the job of an upload, or finds the one that the same request made before.
 * @throws AppError `dataset-not-found`, `dataset-holds-items`, `upload-not-found`
 */
export async function startUploadJob(
  db: Kysely<Tables>,
  uploads: UploadStore,
  acting: Acting,
  datasetId: string,
  type: ReadScene['type'],
  input: z.infer<typeof JobInput>,
): Promise<string> {
  const place = { tenantId: acting.tenantId, datasetId, requestId: input.requestId };
  await assertTakesScenes(db, acting.tenantId, datasetId);
  const known = await findJobOfRequest(db, acting.tenantId, requestKeyOf(place));
  if (known !== undefined) return known;
  if ((await uploads.find(place)) === undefined)
    throw new AppError('upload-not-found', 'Nothing was uploaded under this request id: PUT the file first.');
  return enqueueJob(db, acting, { kind: uploadJobKinds[type], datasetId, requestKey: requestKeyOf(place), input });
}

/**
 * A scene that is refused is an error of the job and the others go in; the job then ends as errored, because clients look for that alone.
 */
export function uploadJob(parts: UploadParts, uploads: UploadStore, type: ReadScene['type']): JobHandler {
  return async ({ job, signal, acting, step }) => {
    const { requestId, update } = JobInput.parse(job.input);
    const datasetId = job.datasetId ?? '';
    const place = { tenantId: job.tenantId, datasetId, requestId };
    const path = await uploads.find(place);
    if (path === undefined) throw new AppError('upload-not-found', 'The uploaded file is gone: upload it again.');
    const { isPrivate } = await assertTakesScenes(parts.db, job.tenantId, datasetId);
    const options = { update, publicOrigin: parts.publicOrigin };
    let at = job.checkpoint === undefined ? await firstCheckpoint(path) : Checkpoint.parse(job.checkpoint);
    for await (const chunk of readLines(path, at, limits)) {
      signal.throwIfAborted();
      const before = at;
      const [line] = chunk.lines;
      const prepared = line && (await prepareLine(parts, place, type, line.bytes, isPrivate, signal));
      // Files that a stop cut off are no errors of their scene: the line is done again.
      signal.throwIfAborted();
      await step(async (tx) => {
        const counts = { ...emptyCounts(), ...before.counts };
        at = { ...chunk.next, lines: before.lines, done: before.done + chunk.lines.length, counts };
        const result = { checkpoint: at, completedSteps: at.done, totalSteps: at.lines };
        if (prepared === undefined) return result;
        const done = await writePrepared(tx, acting(), datasetId, prepared.scene, options);
        count(counts, done);
        if (!('problem' in done)) return result;
        // In privacy mode by line alone: a reference id may be a path, and errors stay.
        const named = isPrivate ? {} : { reference_id: prepared.referenceId };
        return { ...result, errors: [JSON.stringify({ line: line?.number, ...named, error: done.problem })] };
      });
    }
    signal.throwIfAborted();
    const counts = { ...emptyCounts(), ...at.counts };
    if (counts.upload_errors > 0) {
      const which = `${counts.upload_errors} of ${at.lines} scenes could not be taken`;
      throw new AppError('invalid-request', `${which}; the errors of this job say why. The others are in.`);
    }
    await step(async () => ({
      completedSteps: at.done,
      end: { message: { dataset_id: datasetId, ...counts } },
    }));
    await uploads.remove(place);
  };
}

async function prepareLine(
  parts: UploadParts,
  place: { tenantId: string; datasetId: string },
  type: ReadScene['type'],
  bytes: Buffer,
  isPrivate: boolean,
  signal: AbortSignal,
): Promise<{ scene: PreparedScene; referenceId: unknown }> {
  let raw: unknown;
  try {
    raw = parseJson(bytes);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { scene: { problem: error.message.replace('The body', 'The line') }, referenceId: undefined };
  }
  const referenceId = typeof raw === 'object' && raw !== null && 'reference_id' in raw ? raw.reference_id : undefined;
  return { scene: await prepareScene(parts, place, type, raw, isPrivate, signal), referenceId };
}

async function firstCheckpoint(path: string): Promise<Checkpoint> {
  return { offset: 0, line: 1, lines: await countLines(path), done: 0, counts: { ...emptyCounts() } };
}
