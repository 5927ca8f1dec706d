/** Fills slices: sampled ones and those of a query. Filling is one transaction and does nothing the second time, so an attempt that is cut off is made again. */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Acting } from '../audit/acting.ts';
import type { Tables } from '../database/tables.ts';
import { enqueueJob } from '../job-queue/enqueue-job.ts';
import type { JobHandler } from '../job-queue/job.ts';
import type { Projections } from '../search/projections.ts';
import { abandonBuiltSlice, type Commit, fillBuiltSlice, openBuiltSlice, type SliceSample } from './build-slice.ts';
import { getSlice } from './find-slice.ts';
import { fillFromQuery } from './query-slice.ts';
import { assertKeepsMembers } from './rules.ts';

export const buildSliceJobKind = 'sliceQuery';

const JobInput = z.union([
  z.object({
    sliceId: z.string(),
    sample: z.object({
      name: z.string(),
      sampleSize: z.number(),
      sampleMethod: z.enum(['Random', 'Uniqueness']),
      filters: z
        .object({
          sliceId: z.string().nullish(),
          autotag: z.object({ autotagId: z.string(), range: z.tuple([z.number(), z.number()]) }).nullish(),
        })
        .nullish(),
    }),
  }),
  z.object({ sliceId: z.string(), query: z.string() }),
]);

/** @throws AppError `dataset-not-found`, `slice-not-found`, `invalid-request` */
export async function startBuildSliceJob(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  sample: SliceSample,
): Promise<{ jobId: string; sliceId: string }> {
  const sliceId = await openBuiltSlice(db, acting, datasetId, sample);
  return { jobId: await enqueueFilling(db, acting, datasetId, { sliceId, sample }), sliceId };
}

/** @throws AppError `slice-not-found`, `invalid-request` for a live slice */
export async function startFillJob(
  db: Kysely<Tables>,
  acting: Acting,
  sliceId: string,
  query: string,
): Promise<string> {
  const slice = await getSlice(db, acting.tenantId, sliceId);
  assertKeepsMembers(slice.query);
  return enqueueFilling(db, acting, slice.datasetId, { sliceId, query });
}

function enqueueFilling(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  input: z.input<typeof JobInput>,
): Promise<string> {
  return enqueueJob(db, acting, { kind: buildSliceJobKind, datasetId, requestKey: null, input, totalSteps: 1 });
}

export function buildSliceJob(db: Kysely<Tables>, projections: Projections): JobHandler {
  return async ({ job, signal, acting, step }) => {
    const input = JobInput.parse(job.input);
    const { sliceId } = input;
    try {
      const commit: Commit = async (write) => {
        let members = 0;
        await step(async (tx) => {
          members = await write(tx);
          return { completedSteps: 1, totalSteps: 1, end: { message: { slice_id: sliceId, members } } };
        });
        return members;
      };
      if ('query' in input) await fillFromQuery(db, projections, acting(), sliceId, input.query, commit);
      else await fillBuiltSlice(db, projections, acting(), sliceId, input.sample, { signal }, commit);
    } catch (error) {
      if (error instanceof AppError && error.status < 500 && error.code !== 'slice-not-found') {
        await abandonBuiltSlice(db, job.tenantId, sliceId);
      }
      throw error;
    }
  };
}
