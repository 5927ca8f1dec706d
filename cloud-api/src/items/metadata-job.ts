/** A metadata update as a job: merging is done a chunk at a time, and merging the same again changes nothing. */
import type { MetadataChange, MetadataReply } from '@nucleus/shared/wire/dataset';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Acting } from '../audit/acting.ts';
import type { Tables } from '../database/tables.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { enqueueJob } from '../job-queue/enqueue-job.ts';
import type { JobHandler } from '../job-queue/job.ts';
import { updateSceneMetadataIn } from '../scenes/change-scenes.ts';
import { updateMetadataIn } from './update-metadata.ts';

export const metadataJobKind = 'metadataUpdate';

const chunkEntries = 200; // requests wait for a chunk on SQLite
/** Whose metadata: an older job says nothing and means items. */
type MetadataLevel = 'item' | 'scene';
const merging = { item: updateMetadataIn, scene: updateSceneMetadataIn };

const Checkpoint = z.object({ done: z.number(), updated: z.number(), errored: z.number() });

/**
 * Merges at once.
 * @throws AppError `dataset-not-found`
 */
export async function updateMetadata(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  changes: readonly MetadataChange[],
  level: MetadataLevel = 'item',
): Promise<MetadataReply> {
  const result = await db.transaction().execute((tx) => merging[level](tx, acting, datasetId, changes));
  return {
    dataset_id: datasetId,
    updated_items: result.updated,
    errored_items: result.refused.length,
    errors: result.refused.map(({ index, error }) => ({ reference_id: changes[index]?.reference_id ?? '', error })),
  };
}

/** @throws AppError `dataset-not-found` */
export async function startMetadataJob(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  changes: readonly MetadataChange[],
  level: MetadataLevel = 'item',
): Promise<string> {
  await getDataset(db, acting.tenantId, datasetId);
  return enqueueJob(db, acting, {
    kind: metadataJobKind,
    datasetId,
    requestKey: null,
    input: { changes, level },
    totalSteps: changes.length,
  });
}

/** Errors name the item, or in privacy mode, where there is none to name, the entry. */
export const metadataJob: JobHandler = async ({ job, signal, acting, step }) => {
  const datasetId = job.datasetId ?? '';
  const { changes, level = 'item' } = job.input as { changes: MetadataChange[]; level?: MetadataLevel };
  let at = job.checkpoint === undefined ? { done: 0, updated: 0, errored: 0 } : Checkpoint.parse(job.checkpoint);
  while (at.done < changes.length) {
    signal.throwIfAborted();
    const chunk = changes.slice(at.done, at.done + chunkEntries);
    const before = at;
    await step(async (tx) => {
      const { updated, refused, isPrivate } = await merging[level](tx, acting(), datasetId, chunk);
      at = {
        done: before.done + chunk.length,
        updated: before.updated + updated,
        errored: before.errored + refused.length,
      };
      const errors = refused.map(({ index, itemId, error }) => {
        const entry = before.done + index;
        return JSON.stringify(
          isPrivate ? { entry, item_id: itemId, error } : { entry, reference_id: chunk[index]?.reference_id, error },
        );
      });
      return { checkpoint: at, completedSteps: at.done, totalSteps: changes.length, errors };
    });
  }
  await step(async () => ({
    completedSteps: at.done,
    end: { message: { dataset_id: datasetId, updated_items: at.updated, errored_items: at.errored } },
  }));
};
