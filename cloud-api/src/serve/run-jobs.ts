/** Which jobs there are, and the process that runs them. */
import { batchCallback } from '../batches/batch-callback.ts';
import { callbackJob } from '../callbacks/callback-job.ts';
import { callbackJobKind } from '../callbacks/enqueue-callback.ts';
import type { CloudConfig } from '../config.ts';
import type { OpenDatabase } from '../database/open-database.ts';
import { deduplicationJob, deduplicationJobKind } from '../deduplication/deduplicate-job.ts';
import { deleteIndexJob, deleteIndexJobKind } from '../embeddings/delete-index-job.ts';
import { exportEmbeddingsJob, exportEmbeddingsJobKind } from '../embeddings/export-job.ts';
import { indexFilesJob, indexFilesJobKind } from '../embeddings/index-files-job.ts';
import { indexLayoutJob, indexLayoutJobKind } from '../embeddings/index-layout-job.ts';
import { sweepFiles } from '../files/read-files.ts';
import type { AppendParts } from '../items/append-items.ts';
import { appendJob, appendJobKind } from '../items/append-job.ts';
import { metadataJob, metadataJobKind } from '../items/metadata-job.ts';
import { forgetEnded } from '../job-queue/forget-ended.ts';
import { forgetLeases } from '../job-queue/forget-leases.ts';
import { type JobQueue, openQueue, type QueueParts } from '../job-queue/open-queue.ts';
import { timesOf } from '../job-queue/rules.ts';
import { sweepResults } from '../result-files/result-files.ts';
import type { Projections } from '../search/projections.ts';
import { buildSliceJob, buildSliceJobKind } from '../slices/build-slice-job.ts';
import { fetchJobKind } from '../tasks/enqueue-fetch.ts';
import { fetchJob } from '../tasks/fetch-job.ts';
import { taskCallback } from '../tasks/task-callback.ts';
import type { UploadStore } from '../uploads/upload-store.ts';

/** Jobs at a time. Fetches and callbacks wait for other people's servers, so that they get slots of their own. */
const slots = { work: 2, fetches: 8, callbacks: 4 };
const keepUploadsMs = 24 * 60 * 60 * 1000; // far beyond the hour in which an address works and the retries of its job
const keepOwnJobsMs = 7 * 24 * 60 * 60 * 1000;
const sweepEveryMs = 60 * 60 * 1000;

/** Starts the queue over every kind of job. Uploads that no job took, and the files that jobs made, are removed after a day. */
export async function runJobs(
  config: CloudConfig,
  database: OpenDatabase,
  stores: Omit<AppendParts, 'db'> & { uploads: UploadStore; projections: Projections; linkSecret: Uint8Array },
  parts: Pick<QueueParts, 'clock' | 'log' | 'metrics'>,
): Promise<JobQueue> {
  const { db, claimLock } = database;
  const { uploads, attachments } = stores;
  // One process has a SQLite file: who held a lease is dead.
  if (!isShared(config)) await forgetLeases(db);
  const sweep = () => {
    void uploads.sweep(Date.now() - keepUploadsMs).catch(() => undefined);
    void sweepFiles(db, parts.clock()).catch(() => undefined);
    void forgetEnded(db, [fetchJobKind, callbackJobKind], parts.clock() - keepOwnJobsMs).catch(() => undefined);
    void sweepResults(stores.attachments.objects, db, Date.now()).catch(() => undefined);
  };
  sweep();
  const sweeping = setInterval(sweep, sweepEveryMs);
  const queue = openQueue({
    ...parts,
    db,
    claimLock,
    lanes: [
      {
        slots: slots.work,
        handlers: {
          [appendJobKind]: appendJob({ ...stores, db }, uploads),
          [metadataJobKind]: metadataJob,
          [deduplicationJobKind]: deduplicationJob(db),
          [buildSliceJobKind]: buildSliceJob(db, stores.projections),
          [indexFilesJobKind]: indexFilesJob(db, stores.attachments),
          [indexLayoutJobKind]: indexLayoutJob(db),
          [deleteIndexJobKind]: deleteIndexJob,
          [exportEmbeddingsJobKind]: exportEmbeddingsJob(db, stores.attachments.objects),
        },
      },
      { slots: slots.fetches, handlers: { [fetchJobKind]: fetchJob(db, attachments) } },
      {
        slots: slots.callbacks,
        handlers: {
          [callbackJobKind]: callbackJob({
            db,
            secret: stores.linkSecret,
            post: attachments.postCallback,
            subjects: { task: taskCallback, batch: batchCallback },
          }),
        },
      },
    ],
    times: timesOf(config.job_lease_s * 1000),
    random: Math.random,
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
