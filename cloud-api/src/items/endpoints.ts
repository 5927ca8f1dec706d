import { AppError } from '@nucleus/shared/failure/app-error';
import { datasetEndpoints } from '@nucleus/shared/wire/dataset';
import { asksForJob, type JobHead } from '@nucleus/shared/wire/jobs';
import { maxPageSize } from '@nucleus/shared/wire/page';
import type { Acting } from '../audit/acting.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import type { Metrics } from '../http/metrics.ts';
import { type Mount, mountEndpoint, mountExchange, mountPieces } from '../http/mount-endpoint.ts';
import { bodyReader, largeBodyBytes } from '../http/read-body.ts';
import { describeJob } from '../jobs/read-jobs.ts';
import { groupLabels } from '../labels/read-labels.ts';
import { groundTruth } from '../labels/rules.ts';
import type { Projections } from '../search/projections.ts';
import type { UploadStore } from '../uploads/upload-store.ts';
import { type AppendParts, appendItems } from './append-items.ts';
import { startAppendJob } from './append-job.ts';
import { deleteItem } from './delete-item.ts';
import { AppendGroups } from './group-appends.ts';
import { startMetadataJob, updateMetadata } from './metadata-job.ts';
import { queryItems } from './query-items.ts';
import { getItemById, getItemByIndex, getItemByReference, pageItemsOf } from './read-items.ts';
import { isMultipart, readUploads } from './read-uploads.ts';
import { type PlacedItem, toDatasetItem } from './rules.ts';
import { type ItemPager, spellAll, spellPage } from './spell-items.ts';

/** Larger updates are jobs, so that no request holds the dataset for long; the Python client sends 500. */
const mostSyncEntries = 5_000;

export interface ItemParts extends AppendParts {
  projections: Projections;
  metrics: Metrics;
  uploads: UploadStore;
  /** Told that a job waits. */
  afterEnqueue: () => void;
}

/** Mounts the routes of wire contract 4. */
export function mountItems(mount: Mount, parts: ItemParts): void {
  const { db, projections, metrics } = parts;
  const headOf = ({ tenantId, nowMs }: Acting, jobId: string): Promise<JobHead> => {
    parts.afterEnqueue();
    return describeJob(db, tenantId, jobId, nowMs);
  };
  const readJson = bodyReader(largeBodyBytes);
  const groups = new AppendGroups(db);
  mountExchange(mount, datasetEndpoints.appendItems, async (context, { params, query }, { request, response }) => {
    const input = isMultipart(request)
      ? await readUploads(parts, context.tenantId, params.datasetId, request)
      : datasetEndpoints.appendItems.body.parse(await readJson(request, response));
    if ('requestId' in input) {
      if (!asksForJob(query)) throw new AppError('invalid-request', 'A requestId goes with async=1.', { at: 'async' });
      return headOf(context, await startAppendJob(db, parts.uploads, context, params.datasetId, input));
    }
    const reply = await appendItems(parts, context, params.datasetId, input, groups.write);
    metrics.itemsWritten.inc({ by: 'append' }, reply.new_items + reply.updated_items);
    return reply;
  });
  mountEndpoint(
    mount,
    datasetEndpoints.updateMetadata,
    async (context, { params, query, body }) => {
      if (body.level === 'scene' && !(await getDataset(db, context.tenantId, params.datasetId)).isScene)
        throw new AppError('invalid-request', 'This dataset holds no scenes.', { at: 'level' });
      if (asksForJob(query)) {
        return headOf(context, await startMetadataJob(db, context, params.datasetId, body.metadata, body.level));
      }
      if (body.metadata.length > mostSyncEntries) {
        throw new AppError('invalid-request', `More than ${mostSyncEntries} entries go with async=1.`, {
          at: 'metadata',
        });
      }
      const reply = await updateMetadata(db, context, params.datasetId, body.metadata, body.level);
      metrics.itemsWritten.inc({ by: 'metadata' }, reply.updated_items);
      return reply;
    },
    largeBodyBytes,
  );

  const pagerOf =
    (tenantId: string, datasetId: string): ItemPager =>
    (page) =>
      pageItemsOf(db, tenantId, datasetId, page);
  mountPieces(mount, datasetEndpoints.listDatasetItems, async ({ tenantId }, { params }) =>
    spellAll('dataset_items', pagerOf(tenantId, params.datasetId)),
  );
  mountPieces(mount, datasetEndpoints.pageDatasetItems, async ({ tenantId }, { params, body }) =>
    spellPage('items', pagerOf(tenantId, params.datasetId), {
      ...body,
      pageSize: Math.min(body.pageSize, maxPageSize),
    }),
  );
  mountPieces(mount, datasetEndpoints.queryItems, async ({ tenantId }, { params, body }) =>
    spellPage(
      'items',
      (page) => queryItems(db, projections, tenantId, params.datasetId, { query: body.query, ...page }),
      {
        ...body,
        pageSize: Math.min(body.pageSize, maxPageSize),
      },
    ),
  );

  const withAnnotations = async (tenantId: string, datasetId: string, item: PlacedItem) => ({
    item: toDatasetItem(item),
    annotations: await groupLabels(db, { tenantId, datasetId, runId: groundTruth }, item),
  });
  mountEndpoint(mount, datasetEndpoints.getItemByIndex, async ({ tenantId }, { params: { datasetId, index } }) =>
    withAnnotations(tenantId, datasetId, await getItemByIndex(db, tenantId, datasetId, index)),
  );
  mountEndpoint(mount, datasetEndpoints.getItemByReference, async ({ tenantId }, { params }) => {
    const item = await getItemByReference(db, tenantId, params.datasetId, params.referenceId);
    return withAnnotations(tenantId, params.datasetId, item);
  });
  mountEndpoint(mount, datasetEndpoints.getItemById, async ({ tenantId }, { params: { datasetId, itemId } }) =>
    withAnnotations(tenantId, datasetId, await getItemById(db, tenantId, datasetId, itemId)),
  );

  mountEndpoint(mount, datasetEndpoints.deleteItemByReference, async (context, { params }) => {
    await deleteItem(db, context, params.datasetId, params.referenceId);
    metrics.itemsWritten.inc({ by: 'delete' });
    return { message: 'Item deleted.' };
  });
}
