import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { cancelWaiting, jobExists, requestCancel } from './queries.ts';

/**
 * Ends a job: at once when nobody works on it, at its next border otherwise. What it has committed stays.
 * @returns whether it was still open
 * @throws AppError `job-not-found`
 */
export async function cancelJob(db: Kysely<Tables>, acting: Acting, jobId: string): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const isOpen =
      (await cancelWaiting(tx, acting.tenantId, jobId, acting.nowMs)) ||
      (await requestCancel(tx, acting.tenantId, jobId));
    if (isOpen) await writeAudit(tx, acting, { action: 'job.cancel', targetId: jobId });
    else if (!(await jobExists(tx, acting.tenantId, jobId))) {
      throw new AppError('job-not-found', 'There is no such job.');
    }
    return isOpen;
  });
}
