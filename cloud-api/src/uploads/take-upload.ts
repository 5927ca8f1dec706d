import { AppError } from '@nucleus/shared/failure/app-error';
import type { Database } from '../database/open-database.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { findJobOfRequest } from '../job-queue/enqueue-job.ts';
import type { UploadPlace, UploadStore } from './upload-store.ts';

/** Key under which an upload's job is found again, so that a request that arrives twice makes one job. */
export function requestKeyOf(place: Pick<UploadPlace, 'datasetId' | 'requestId'>): string {
  return `upload:${place.datasetId}:${place.requestId}`;
}

/**
 * Keeps what arrives for a signed address. Sending it again replaces it until its job is made.
 * @throws AppError `dataset-not-found`, `conflict` once a job works on it, `body-too-large`
 */
export async function takeUpload(
  db: Database,
  uploads: UploadStore,
  place: UploadPlace,
  body: NodeJS.ReadableStream,
): Promise<{ bytes: number }> {
  await getDataset(db, place.tenantId, place.datasetId);
  if ((await findJobOfRequest(db, place.tenantId, requestKeyOf(place))) !== undefined) {
    throw new AppError('conflict', 'The job of this upload has begun: ask for a new address under a new request id.');
  }
  return uploads.receive(place, body);
}
