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
    const result = await deduplicate(db, job.tenantId, job.datasetId ?? '', input, { signal });
    const messageJson = await spellResult(result);
    await step(async () => ({ completedSteps: 1, totalSteps: 1, end: { messageJson } }));
  };
}

const namesPerTurn = 20_000;

/** A million items have 60 MB of ids: in one go they would hold up everybody. */
async function spellResult({ unique_item_ids, unique_reference_ids, stats }: DeduplicationResult): Promise<string> {
  const itemIds = await spellNames(unique_item_ids);
  const referenceIds = await spellNames(unique_reference_ids);
  return `{"unique_item_ids":${itemIds},"unique_reference_ids":${referenceIds},"stats":${JSON.stringify(stats)}}`;
}

async function spellNames(names: readonly string[]): Promise<string> {
  const parts: string[] = [];
  for (let start = 0; start < names.length; start += namesPerTurn) {
    parts.push(JSON.stringify(names.slice(start, start + namesPerTurn)).slice(1, -1));
    await nextTurn();
  }
  return `[${parts.join(',')}]`;
}
