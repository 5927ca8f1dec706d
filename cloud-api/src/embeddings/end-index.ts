import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { JobCancelled } from '../job-queue/job.ts';
import { changeIndex, listIndexes } from './queries.ts';
import type { IndexRow } from './rules.ts';

/** Does the work of a job that fills an index; an index whose first job ends without success is told as errored. */
export async function endIndex(
  db: Kysely<Tables>,
  place: { tenantId: string; datasetId: string; indexId: string; level: IndexRow['level'] },
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const isOver =
      (error instanceof AppError && error.status < 500) ||
      error instanceof JobCancelled ||
      (signal.aborted && signal.reason instanceof JobCancelled);
    if (isOver) {
      const index = (await listIndexes(db, place.tenantId, place.datasetId, place.level)).find(
        ({ indexId }) => indexId === place.indexId,
      );
      if (index?.state === 'started') await changeIndex(db, place, { state: 'errored' });
    }
    throw error;
  }
}
