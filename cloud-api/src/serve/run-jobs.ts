/** Which jobs there are, and the process that runs them. */
import type { CloudConfig } from '../config.ts';
import { csvCheckJob, csvCheckKind } from '../csv-imports/check-job.ts';
import { csvImportJob, csvImportKind } from '../csv-imports/import-job.ts';
import type { OpenDatabase } from '../database/open-database.ts';
import { deduplicationJob, deduplicationJobKind } from '../deduplication/deduplicate-job.ts';
import type { AppendParts } from '../items/append-items.ts';
import { appendJob, appendJobKind } from '../items/append-job.ts';
import { metadataJob, metadataJobKind } from '../items/metadata-job.ts';
import { forgetLeases } from '../job-queue/forget-leases.ts';
import { type JobQueue, openQueue, type QueueParts } from '../job-queue/open-queue.ts';
import { timesOf } from '../job-queue/rules.ts';
import { sweepUploads } from '../resumable-uploads/sweep-uploads.ts';
import type { Projections } from '../search/projections.ts';
import { buildSliceJob, buildSliceJobKind } from '../slices/build-slice-job.ts';
import type { UploadStore } from '../uploads/upload-store.ts';

const slots = 2;
const keepUploadsMs = 24 * 60 * 60 * 1000; // far beyond the hour in which an address works and the retries of its job
const sweepEveryMs = 60 * 60 * 1000;

/** Starts the queue over every kind of job. Its uploads that no job took are removed after a day. */
export async function runJobs(
  config: CloudConfig,
  database: OpenDatabase,
  stores: Omit<AppendParts, 'db'> & { uploads: UploadStore; resumable: string; projections: Projections },
  parts: Pick<QueueParts, 'clock' | 'log' | 'metrics'>,
): Promise<JobQueue> {
  const { db, claimLock } = database;
  const { uploads } = stores;
  // One process has a SQLite file: who held a lease is dead.
  if (!isShared(config)) await forgetLeases(db);
  const csv = { ...stores, db, folder: stores.resumable, hosts: new Set(config.fetch_allow) };
  const sweep = () => {
    void uploads.sweep(Date.now() - keepUploadsMs).catch(() => undefined);
    void sweepUploads(csv, Date.now()).catch(() => undefined);
  };
  sweep();
  const sweeping = setInterval(sweep, sweepEveryMs);
  const queue = openQueue({
    ...parts,
    db,
    claimLock,
    handlers: {
      [appendJobKind]: appendJob({ ...stores, db }, uploads),
      [metadataJobKind]: metadataJob,
      [deduplicationJobKind]: deduplicationJob(db),
      [csvCheckKind]: csvCheckJob(csv),
      [csvImportKind]: csvImportJob(csv),
      [buildSliceJobKind]: buildSliceJob(db, stores.projections),
    },
    times: timesOf(config.job_lease_s * 1000),
    random: Math.random,
    slots,
  });
  return {
    wake: queue.wake,
    close: async (withinMs) => {
      clearInterval(sweeping);
      await queue.close(withinMs);
    },
  };
}

/** Whether several processes may work on the database of these settings. */
export function isShared(config: CloudConfig): boolean {
  return config.database?.startsWith('postgres') === true;
}
