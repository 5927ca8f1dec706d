import { embeddingEndpoints } from '@nucleus/shared/wire/embeddings';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { type Mount, mountDownload, mountEndpoint, type RequestContext } from '../http/mount-endpoint.ts';
import { describeJob } from '../jobs/read-jobs.ts';
import { startDeleteIndexJob } from './delete-index-job.ts';
import { startExportEmbeddingsJob } from './export-job.ts';
import { countIndexed } from './find-index.ts';
import { startIndexFilesJob } from './index-files-job.ts';
import { startIndexLayoutJob, stopContinuousIndexing } from './index-layout-job.ts';
import { listIndexes } from './queries.ts';
import { pagesOfVectors, scopeOf, spellVectors, type VectorScope } from './read-vectors.ts';
import { assertImageLevel, toEmbeddingIndex } from './rules.ts';
import { setPrimary } from './set-primary.ts';

/** Mounts the routes of wire contract 8.1. @param afterEnqueue told that a job waits. */
export function mountEmbeddings(mount: Mount, db: Kysely<Tables>, afterEnqueue: () => void): void {
  const headOf = ({ tenantId, nowMs }: RequestContext, jobId: string) => {
    afterEnqueue();
    return describeJob(db, tenantId, jobId, nowMs);
  };
  mountEndpoint(mount, embeddingEndpoints.listEmbeddingIndexes, async ({ tenantId }, { params }) => {
    await getDataset(db, tenantId, params.datasetId);
    return { embedding_indexes: (await listIndexes(db, tenantId, params.datasetId)).map(toEmbeddingIndex) };
  });
  mountEndpoint(mount, embeddingEndpoints.createCustomIndex, async (context, { params, body }) => {
    const input = { urls: body.embeddings_urls, dimension: body.embedding_dimension };
    return headOf(context, await startIndexFilesJob(db, context, params.datasetId, input));
  });
  mountEndpoint(mount, embeddingEndpoints.deleteCustomIndex, async (context, { params, body }) => {
    assertImageLevel(body.image);
    const { jobId, indexes } = await startDeleteIndexJob(db, context, params.datasetId);
    afterEnqueue();
    const message = indexes === 0 ? 'There is no custom index to delete.' : 'Deleting the custom index.';
    return { dataset_id: params.datasetId, job_id: jobId, message };
  });
  mountEndpoint(mount, embeddingEndpoints.setPrimaryIndex, async (context, { params, body }) => {
    const level = body.image ? 'image' : 'object';
    return { success: await setPrimary(db, context, params.datasetId, body.custom, level) };
  });
  mountEndpoint(mount, embeddingEndpoints.setContinuousIndexing, async (context, { params, body }) => {
    const dataset_id = params.datasetId;
    if (!body.enable) {
      await stopContinuousIndexing(db, context, dataset_id);
      return { dataset_id, message: 'New items are no longer indexed as they come.' };
    }
    const jobId = await startIndexLayoutJob(db, context, dataset_id, { isContinuous: true });
    return { ...(await headOf(context, jobId)), dataset_id, message: 'New items are indexed as they come.' };
  });
  mountEndpoint(mount, embeddingEndpoints.createImageIndex, async (context, { params }) =>
    headOf(context, await startIndexLayoutJob(db, context, params.datasetId)),
  );
  mountEndpoint(mount, embeddingEndpoints.getIndexingStatus, async ({ tenantId }, { params, body }) => {
    const { liveCount } = await getDataset(db, tenantId, params.datasetId);
    if (!body.image) {
      const context = 'Objects have no vectors of their own in this dataset.';
      return { embedding_count: 0, object_count: 0, percent_indexed: 0, additional_context: context };
    }
    const indexed = await countIndexed(db, tenantId, params.datasetId);
    const percent = liveCount === 0 ? 0 : Math.round((indexed * 10_000) / liveCount) / 100;
    const context = `${indexed} of ${liveCount} items have a vector in the primary index.`;
    return { embedding_count: indexed, image_count: liveCount, percent_indexed: percent, additional_context: context };
  });
  mountEndpoint(mount, embeddingEndpoints.exportEmbeddings, async (context, { params }) =>
    headOf(context, await startExportEmbeddingsJob(db, context, params.datasetOrSliceId)),
  );
  const download = (tenantId: string, id: string, scope: VectorScope) => ({
    mediaType: 'application/json',
    fileName: `${id}.embeddings.json`,
    pieces: spellVectors(pagesOfVectors(db, tenantId, scope)),
  });
  mountDownload(mount, embeddingEndpoints.listDatasetEmbeddings, async ({ tenantId }, { params }) => {
    await getDataset(db, tenantId, params.datasetId);
    return download(tenantId, params.datasetId, { datasetId: params.datasetId });
  });
  mountDownload(mount, embeddingEndpoints.listSliceEmbeddings, async ({ tenantId }, { params }) =>
    download(tenantId, params.sliceId, await scopeOf(db, tenantId, params.sliceId)),
  );
}
