/** Deduplication as a job: it only reads, so that an attempt that is cut off is simply made again. */
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Acting } from '../audit/acting.ts';
import type { Tables } from '../database/tables.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { enqueueJob } from '../job-queue/enqueue-job.ts';
import type { JobHandler } from '../job-queue/job.ts';
import { type Deduplication, deduplicate } from './deduplicate.ts';

export const deduplicationJobKind = 'deduplication';

const JobInput = z.object({
  threshold: z.number(),
  reference_ids: z.array(z.string()).nullish(),
  dataset_item_ids: z.array(z.string()).nullish(),
});

/** @throws AppError `dataset-not-found` */
export async function startDeduplicationJob(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  input: Deduplication,
): Promise<string> {
  await getDataset(db, acting.tenantId, datasetId);
  return enqueueJob(db, acting, { kind: deduplicationJobKind, datasetId, requestKey: null, input, totalSteps: 1 });
}

export function deduplicationJob(db: Kysely<Tables>): JobHandler {
  return async ({ job, signal, step }) => {
    const input = JobInput.parse(job.input);
    const { places, names, stats } = await deduplicate(db, job.tenantId, job.datasetId ?? '', input, { signal });
    await step(async () => ({
      completedSteps: 1,
      totalSteps: 1,
      end: {
        message: { stats },
        lists: {
          unique_item_ids: spellNames(places, names.itemId),
          unique_reference_ids: spellNames(places, names.referenceId),
        },
      },
    }));
  };
}

const namesPerPart = 5_000;

/** Both of the lists run parallel. A million items have 60 MB of names: as one text they would stand several times in memory on their way. */
function* spellNames(places: Uint32Array, nameOf: (place: number) => string): Generator<string> {
  for (let start = 0; start < places.length; start += namesPerPart) {
    const some = Array.from(places.subarray(start, start + namesPerPart), nameOf);
    yield JSON.stringify(some).slice(1, -1);
  }
}
