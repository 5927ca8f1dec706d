/** Deletes the vectors that users uploaded. They are out of every answer at once; their rows go a chunk at a time. */
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite } from '../datasets/claim-write.ts';
import { enqueueJob } from '../job-queue/enqueue-job.ts';
import type { JobHandler } from '../job-queue/job.ts';
import { removeVectorsOfIndex } from './object-queries.ts';
import { changeIndex, listIndexes, removeVectors } from './queries.ts';
import type { IndexRow } from './rules.ts';

export const deleteIndexJobKind = 'embeddingDelete';

const rowsPerStep = 1_000; // requests wait for a step on SQLite

const JobInput = z.object({
  indexIds: z.array(z.string()),
  uptoChange: z.number(),
  level: z.enum(['image', 'object']).default('image'),
});

/** Vectors of an agent's records stay: the agent would not send them again. @throws AppError `dataset-not-found` */
export async function startDeleteIndexJob(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  level: IndexRow['level'],
): Promise<{ jobId: string; indexes: number }> {
  return db.transaction().execute(async (tx) => {
    const { changeNo } = await claimWrite(tx, acting, datasetId);
    const indexes = (await listIndexes(tx, acting.tenantId, datasetId, level)).filter(({ kind }) => kind === 'custom');
    for (const { indexId } of indexes) {
      const place = { tenantId: acting.tenantId, datasetId, indexId };
      await changeIndex(tx, place, { deleted_at: acting.nowMs, is_primary: 0, change_no: changeNo });
      await writeAudit(tx, acting, { action: 'embeddings.delete', targetId: indexId });
    }
    const input = { indexIds: indexes.map(({ indexId }) => indexId), uptoChange: changeNo, level };
    const job = { kind: deleteIndexJobKind, datasetId, requestKey: null, input, totalSteps: indexes.length };
    return { jobId: await enqueueJob(tx, acting, job), indexes: indexes.length };
  });
}

export const deleteIndexJob: JobHandler = async ({ job, signal, step }) => {
  const { indexIds, uptoChange, level } = JobInput.parse(job.input);
  for (const [done, indexId] of indexIds.entries()) {
    const place = { tenantId: job.tenantId, datasetId: job.datasetId ?? '', indexId };
    for (let isGone = false; !isGone; ) {
      signal.throwIfAborted();
      await step(async (tx) => {
        const removed =
          level === 'image'
            ? await removeVectors(tx, place, uptoChange, rowsPerStep)
            : await removeVectorsOfIndex(tx, place, rowsPerStep);
        isGone = removed < rowsPerStep;
        return { completedSteps: isGone ? done + 1 : done, totalSteps: indexIds.length };
      });
    }
  }
  await step(async () => ({ completedSteps: indexIds.length, end: { message: { deleted_indexes: indexIds.length } } }));
};
