/** Deduplication as a job: it only reads, so that an attempt that is cut off is simply made again. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Acting } from '../audit/acting.ts';
import type { Tables } from '../database/tables.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { enqueueJob } from '../job-queue/enqueue-job.ts';
import type { JobHandler } from '../job-queue/job.ts';
import { type Deduplication, type DeduplicationResult, deduplicate } from './deduplicate.ts';
import type { TextColumn } from './text-column.ts';

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
    const messageJson = await spellResult(await deduplicate(db, job.tenantId, job.datasetId ?? '', input, { signal }));
    await step(async () => ({ completedSteps: 1, totalSteps: 1, end: { messageJson } }));
  };
}

const namesPerTurn = 20_000;

/**
 * The job's message; both of its lists run parallel. A million items have 60 MB of names: in one go they would hold up everybody, and the text
 * is put together once, because each copy is as large.
 */
async function spellResult({ places, names, stats }: DeduplicationResult): Promise<string> {
  const parts = ['{"unique_item_ids":['];
  await spellNames(parts, places, names.itemIds);
  parts.push('],"unique_reference_ids":[');
  await spellNames(parts, places, names.referenceIds);
  parts.push(`],"stats":${JSON.stringify(stats)}}`);
  return parts.join('');
}

async function spellNames(parts: string[], places: Uint32Array, names: TextColumn): Promise<void> {
  for (let start = 0; start < places.length; start += namesPerTurn) {
    const some = Array.from(places.subarray(start, start + namesPerTurn), (place) => names.at(place));
    parts.push(start === 0 ? '' : ',', JSON.stringify(some).slice(1, -1));
    await nextTurn();
  }
}
