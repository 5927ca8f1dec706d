import { embeddingEndpoints } from '@nucleus/shared/wire/embeddings';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { type Mount, mountDownload, mountEndpoint, type RequestContext } from '../http/mount-endpoint.ts';
import { describeJob } from '../jobs/read-jobs.ts';
import { groundTruth } from '../labels/rules.ts';
import { countOutlined } from '../search/count-labels.ts';
import type { Projections } from '../search/projections.ts';
import { startDeleteIndexJob } from './delete-index-job.ts';
import { startExportEmbeddingsJob } from './export-job.ts';
import { countIndexed, countIndexedObjects } from './find-index.ts';
import { startIndexFilesJob } from './index-files-job.ts';
import { startIndexLayoutJob, stopContinuousIndexing } from './index-layout-job.ts';
import { startIndexObjectsJob } from './index-objects-job.ts';
import { listIndexes } from './queries.ts';
import { pagesOfVectors, scopeOf, spellVectors, type VectorScope } from './read-vectors.ts';
import { toEmbeddingIndex } from './rules.ts';
import { setPrimary } from './set-primary.ts';

/** Mounts the routes of wire contract 8.1. @param afterEnqueue told that a job waits. */
export function mountEmbeddings(
  mount: Mount,
  db: Kysely<Tables>,
  projections: Projections,
  afterEnqueue: () => void,
): void {
  const headOf = ({ tenantId, nowMs }: RequestContext, jobId: string) => {
    afterEnqueue();
    return describeJob(db, tenantId, jobId, nowMs);
  };
  mountEndpoint(mount, embeddingEndpoints.listEmbeddingIndexes, async ({ tenantId }, { params }) => {
    await getDataset(db, tenantId, params.datasetId);
    const ofItems = await listIndexes(db, tenantId, params.datasetId);
    const ofObjects = await listIndexes(db, tenantId, params.datasetId, 'object');
    return { embedding_indexes: [...ofItems, ...ofObjects].map(toEmbeddingIndex) };
  });
  mountEndpoint(mount, embeddingEndpoints.createCustomIndex, async (context, { params, body }) => {
    const input = { urls: body.embeddings_urls, dimension: body.embedding_dimension };
    return headOf(context, await startIndexFilesJob(db, context, params.datasetId, input));
  });
  mountEndpoint(mount, embeddingEndpoints.deleteCustomIndex, async (context, { params, body }) => {
    const level = body.image ? 'image' : 'object';
    const { jobId, indexes } = await startDeleteIndexJob(db, context, params.datasetId, level);
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
  mountEndpoint(mount, embeddingEndpoints.createObjectIndex, async (context, { params, body }) => {
    const wanted = { runId: body.model_run_id, annotationsOnly: body.ingest_gt_only === true };
    return headOf(context, await startIndexObjectsJob(db, context, params.datasetId, wanted));
  });
  mountEndpoint(mount, embeddingEndpoints.getIndexingStatus, async ({ tenantId }, { params, body }) => {
    const { liveCount } = await getDataset(db, tenantId, params.datasetId);
    if (!body.image) {
      const runId = body.model_run_id ?? groundTruth;
      const objects = await countOutlined(projections.of(tenantId, params.datasetId), runId);
      const indexed = await countIndexedObjects(db, tenantId, params.datasetId, runId);
      const context = `${indexed} of ${objects} boxes and polygons have a vector in the primary index of objects.`;
      return {
        embedding_count: indexed,
        object_count: objects,
        percent_indexed: percentOf(indexed, objects),
        additional_context: context,
      };
    }
    const indexed = await countIndexed(db, tenantId, params.datasetId);
    const context = `${indexed} of ${liveCount} items have a vector in the primary index.`;
    return {
      embedding_count: indexed,
      image_count: liveCount,
      percent_indexed: percentOf(indexed, liveCount),
      additional_context: context,
    };
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

/** With two decimals; nothing of nothing is 0. */
function percentOf(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part * 10_000) / whole) / 100;
}
