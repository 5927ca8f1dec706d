/** Deletes the annotations of items, a few hundred items at a time; deleting what is gone changes nothing. */
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite } from '../datasets/claim-write.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { placeReferences } from '../items/place-items.ts';
import { enqueueJob } from '../job-queue/enqueue-job.ts';
import type { JobHandler } from '../job-queue/job.ts';
import { placeSceneNames } from '../scenes/place-scenes.ts';
import { dropLabels } from './drop-labels.ts';
import { groundTruth, sceneTruth } from './rules.ts';

export const deletionJobKind = 'annotationDeletion';

const itemsPerStep = 200; // requests wait for a step on SQLite

const JobInput = z.object({ referenceIds: z.array(z.string()) });
const Checkpoint = z.object({ items: z.number(), labels: z.number() });

/** Without reference ids nothing is deleted: the client sends an empty list when it was given none. @throws AppError `dataset-not-found` */
export async function startDeletionJob(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  referenceIds: readonly string[],
): Promise<string> {
  await getDataset(db, acting.tenantId, datasetId);
  return db.transaction().execute(async (tx) => {
    await writeAudit(tx, acting, { action: 'annotations.delete', targetId: datasetId, amount: referenceIds.length });
    const input = { referenceIds: [...new Set(referenceIds)] };
    return enqueueJob(tx, acting, { kind: deletionJobKind, datasetId, requestKey: null, input });
  });
}

export const deletionJob: JobHandler = async ({ job, signal, acting, step }) => {
  const datasetId = job.datasetId ?? '';
  const { referenceIds } = JobInput.parse(job.input);
  let at = job.checkpoint === undefined ? { items: 0, labels: 0 } : Checkpoint.parse(job.checkpoint);
  while (at.items < referenceIds.length) {
    signal.throwIfAborted();
    const before = at;
    await step(async (tx) => {
      const now = acting();
      const { tenantId } = now;
      const claim = await claimWrite(tx, now, datasetId);
      const chunk = referenceIds.slice(before.items, before.items + itemsPerStep);
      const places = await placeReferences(tx, tenantId, datasetId, chunk);
      const place = { tenantId, datasetId, runId: groundTruth };
      const scenes = claim.isScene ? await placeSceneNames(tx, { tenantId, datasetId }, chunk) : [];
      const deleted =
        (await dropLabels(tx, place, [...places.values()], claim.changeNo)) +
        (await dropLabels(tx, { ...place, runId: sceneTruth }, scenes, claim.changeNo));
      at = { items: before.items + chunk.length, labels: before.labels + deleted };
      return { checkpoint: at, completedSteps: at.items, totalSteps: referenceIds.length };
    });
  }
  await step(async () => ({
    completedSteps: at.items,
    end: { message: { dataset_id: datasetId, deleted_annotations: at.labels } },
  }));
};
