/** Fills a sampled slice. Filling is one transaction and does nothing the second time, so an attempt that is cut off is made again. */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Acting } from '../audit/acting.ts';
import type { Tables } from '../database/tables.ts';
import { enqueueJob } from '../job-queue/enqueue-job.ts';
import type { JobHandler } from '../job-queue/job.ts';
import { abandonBuiltSlice, fillBuiltSlice, openBuiltSlice, type SliceSample } from './build-slice.ts';

export const buildSliceJobKind = 'sliceQuery';

const JobInput = z.object({
  sliceId: z.string(),
  sample: z.object({
    name: z.string(),
    sampleSize: z.number(),
    sampleMethod: z.enum(['Random', 'Uniqueness']),
    filters: z.object({ sliceId: z.string().nullish() }).nullish(),
  }),
});

/** @throws AppError `dataset-not-found`, `slice-not-found`, `invalid-request` */
export async function startBuildSliceJob(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  sample: SliceSample,
): Promise<{ jobId: string; sliceId: string }> {
  const sliceId = await openBuiltSlice(db, acting, datasetId, sample);
  const input = { sliceId, sample };
  const jobId = await enqueueJob(db, acting, {
    kind: buildSliceJobKind,
    datasetId,
    requestKey: null,
    input,
    totalSteps: 1,
  });
  return { jobId, sliceId };
}

export function buildSliceJob(db: Kysely<Tables>): JobHandler {
  return async ({ job, signal, acting, step }) => {
    const { sliceId, sample } = JobInput.parse(job.input);
    try {
      const members = await fillBuiltSlice(db, acting(), sliceId, sample, { signal });
      await step(async () => ({ completedSteps: 1, totalSteps: 1, end: { message: { slice_id: sliceId, members } } }));
    } catch (error) {
      if (error instanceof AppError && error.status < 500 && error.code !== 'slice-not-found') {
        await abandonBuiltSlice(db, job.tenantId, sliceId);
      }
      throw error;
    }
  };
}
