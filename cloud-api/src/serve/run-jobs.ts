/** Which jobs there are, and the process that runs them. */
import type { Kysely } from 'kysely';
import { refetchJobKind } from '../attachments/enqueue-refetch.ts';
import { placeOf } from '../attachments/fetch/fetch-attachment.ts';
import { refetchJob } from '../attachments/refetch-job.ts';
import { sweepObjects } from '../attachments/sweep-objects.ts';
import { trainAutotagJob, trainAutotagJobKind } from '../autotags/train-job.ts';
import { batchCallback } from '../batches/batch-callback.ts';
import { callbackJob } from '../callbacks/callback-job.ts';
import { callbackJobKind } from '../callbacks/enqueue-callback.ts';
import type { CloudConfig } from '../config.ts';
import { csvCheckJob, csvCheckKind } from '../csv-imports/check-job.ts';
import { csvImportJob, csvImportKind } from '../csv-imports/import-job.ts';
import type { OpenDatabase } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { deduplicationJob, deduplicationJobKind } from '../deduplication/deduplicate-job.ts';
import { deleteIndexJob, deleteIndexJobKind } from '../embeddings/delete-index-job.ts';
import { exportEmbeddingsJob, exportEmbeddingsJobKind } from '../embeddings/export-job.ts';
import { indexFilesJob, indexFilesJobKind } from '../embeddings/index-files-job.ts';
import { indexLayoutJob, indexLayoutJobKind } from '../embeddings/index-layout-job.ts';
import { indexObjectsJob, indexObjectsJobKind } from '../embeddings/index-objects-job.ts';
import { exportItemsJob, exportItemsJobKind } from '../exports/export-items-job.ts';
import { sweepFiles } from '../files/read-files.ts';
import type { AppendParts } from '../items/append-items.ts';
import { appendJob, appendJobKind } from '../items/append-job.ts';
import { metadataJob, metadataJobKind } from '../items/metadata-job.ts';
import { forgetEnded } from '../job-queue/forget-ended.ts';
import { forgetLeases } from '../job-queue/forget-leases.ts';
import type { JobHandler } from '../job-queue/job.ts';
import { type JobQueue, openQueue, type QueueParts } from '../job-queue/open-queue.ts';
import { timesOf } from '../job-queue/rules.ts';
import { deletionJob, deletionJobKind } from '../labels/delete-job.ts';
import { annotationsJobKind, labelsJob, predictionsJobKind } from '../labels/upload-job.ts';
import { sweepResults } from '../result-files/result-files.ts';
import { sweepUploads } from '../resumable-uploads/sweep-uploads.ts';
import { uploadJob, uploadJobKinds } from '../scenes/upload-job.ts';
import type { Projections } from '../search/projections.ts';
import { buildSliceJob, buildSliceJobKind } from '../slices/build-slice-job.ts';
import { fetchJobKind } from '../tasks/enqueue-fetch.ts';
import { fetchJob } from '../tasks/fetch-job.ts';
import { taskCallback } from '../tasks/task-callback.ts';
import type { UploadStore } from '../uploads/upload-store.ts';

/** Jobs at a time. Fetches and callbacks wait for other people's servers, so that they get slots of their own. */
const slots = { work: 2, fetches: 16, callbacks: 4 };
/** Of the fetches, what one tenant and one host may have: a slow one leaves room for the others. */
const share = { perTenant: 10, perHost: 4 };
const keepUploadsMs = 24 * 60 * 60 * 1000; // far beyond the hour in which an address works and the retries of its job
const keepOwnJobsMs = 7 * 24 * 60 * 60 * 1000;
const sweepEveryMs = 60 * 60 * 1000;

/** What jobs work with beside the database. */
export type JobStores = Omit<AppendParts, 'db'> & {
  uploads: UploadStore;
  projections: Projections;
  linkSecret: Uint8Array;
};

/** Starts the queue over every kind of job. Uploads that no job took, and the files that jobs made, are removed after a day. */
export async function runJobs(
  config: CloudConfig,
  database: OpenDatabase,
  stores: JobStores & { resumable: string },
  parts: Pick<QueueParts, 'clock' | 'log' | 'metrics'>,
): Promise<JobQueue> {
  const { db, claimLock } = database;
  const { uploads, attachments } = stores;
  // One process has a SQLite file: who held a lease is dead.
  if (!isShared(config)) await forgetLeases(db);
  const csv = { ...stores, db, folder: stores.resumable, hosts: namedHosts(config) };
  const sweep = () => {
    void uploads.sweep(Date.now() - keepUploadsMs).catch(() => undefined);
    void sweepFiles(db, parts.clock())
      .then(() => sweepObjects(db, attachments.objects, parts.clock()))
      .catch(() => undefined);
    void forgetEnded(db, [fetchJobKind, refetchJobKind, callbackJobKind], parts.clock() - keepOwnJobsMs).catch(
      () => undefined,
    );
    void sweepResults(stores.attachments.objects, db, Date.now()).catch(() => undefined);
    void sweepUploads(csv, Date.now()).catch(() => undefined);
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
          ...workHandlers(db, stores),
          [csvCheckKind]: csvCheckJob(csv),
          [csvImportKind]: csvImportJob(csv),
        },
      },
      {
        slots: slots.fetches,
        ...share,
        handlers: { [fetchJobKind]: fetchJob(db, attachments), [refetchJobKind]: refetchJob(db, attachments) },
      },
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

/** `host:port` in private networks that an operator has named in one way or the other. */
function namedHosts(config: CloudConfig): ReadonlySet<string> {
  return new Set([...config.fetch_allow.map((each) => each.toLowerCase()), ...config.store_endpoints.map(placeOf)]);
}

/** What does the jobs that clients wait for, by kind. */
export function workHandlers(
  db: Kysely<Tables>,
  stores: Omit<JobStores, 'linkSecret'>,
): Readonly<Record<string, JobHandler>> {
  const { uploads } = stores;
  return {
    [appendJobKind]: appendJob({ ...stores, db }, uploads),
    [metadataJobKind]: metadataJob,
    [annotationsJobKind]: labelsJob({ ...stores, db }, uploads),
    [predictionsJobKind]: labelsJob({ ...stores, db }, uploads),
    [deletionJobKind]: deletionJob,
    [deduplicationJobKind]: deduplicationJob(db),
    [buildSliceJobKind]: buildSliceJob(db, stores.projections),
    [indexFilesJobKind]: indexFilesJob(db, stores.attachments),
    [indexLayoutJobKind]: indexLayoutJob(db),
    [indexObjectsJobKind]: indexObjectsJob(db, stores.attachments),
    [deleteIndexJobKind]: deleteIndexJob,
    [uploadJobKinds.lidar]: uploadJob({ ...stores, db }, uploads, 'lidar'),
    [uploadJobKinds.video]: uploadJob({ ...stores, db }, uploads, 'video'),
    [trainAutotagJobKind]: trainAutotagJob(db),
    [exportItemsJobKind]: exportItemsJob(db, stores.projections, stores.attachments),
    [exportEmbeddingsJobKind]: exportEmbeddingsJob(db, stores.attachments.objects),
  };
}

/** Whether several processes may work on the database of these settings. */
export function isShared(config: CloudConfig): boolean {
  return config.database?.startsWith('postgres') === true;
}
