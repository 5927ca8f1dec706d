import { datasetEndpoints } from '@nucleus/shared/wire/dataset';
import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import type { Metrics } from '../http/metrics.ts';
import { type Mount, mountEndpoint, mountExchange } from '../http/mount-endpoint.ts';
import { bodyReader, largeBodyBytes } from '../http/read-body.ts';
import type { Projections } from '../search/projections.ts';
import { type AppendParts, appendItems } from './append-items.ts';
import { deleteItem } from './delete-item.ts';
import { queryItems } from './query-items.ts';
import { getItemById, getItemByIndex, getItemByReference, listAllItems, pageItemsOf } from './read-items.ts';
import { isMultipart, readUploads } from './read-uploads.ts';

export interface ItemParts extends AppendParts {
  projections: Projections;
  metrics: Metrics;
}

/** Mounts the routes of wire contract 4. */
export function mountItems(mount: Mount, parts: ItemParts): void {
  const { db, projections, metrics } = parts;
  const readJson = bodyReader(largeBodyBytes);
  mountExchange(mount, datasetEndpoints.appendItems, async (context, { params }, { request, response }) => {
    const input = isMultipart(request)
      ? await readUploads(parts, context.tenantId, params.datasetId, request)
      : datasetEndpoints.appendItems.body.parse(await readJson(request, response));
    const reply = await appendItems(parts, context, params.datasetId, input);
    metrics.itemsWritten.inc({ by: 'append' }, reply.new_items + reply.updated_items);
    return reply;
  });

  mountEndpoint(mount, datasetEndpoints.listDatasetItems, async ({ tenantId }, { params }) => ({
    dataset_items: await listAllItems(db, tenantId, params.datasetId),
  }));
  mountEndpoint(mount, datasetEndpoints.pageDatasetItems, ({ tenantId }, { params, body }) =>
    pageItemsOf(db, tenantId, params.datasetId, body),
  );
  mountEndpoint(mount, datasetEndpoints.queryItems, ({ tenantId }, { params, body }) =>
    queryItems(db, projections, tenantId, params.datasetId, body),
  );

  mountEndpoint(mount, datasetEndpoints.getItemByIndex, async ({ tenantId }, { params }) =>
    withAnnotations(await getItemByIndex(db, tenantId, params.datasetId, params.index)),
  );
  mountEndpoint(mount, datasetEndpoints.getItemByReference, async ({ tenantId }, { params }) =>
    withAnnotations(await getItemByReference(db, tenantId, params.datasetId, params.referenceId)),
  );
  mountEndpoint(mount, datasetEndpoints.getItemById, async ({ tenantId }, { params }) =>
    withAnnotations(await getItemById(db, tenantId, params.datasetId, params.itemId)),
  );

  mountEndpoint(mount, datasetEndpoints.deleteItemByReference, async (context, { params }) => {
    await deleteItem(db, context, params.datasetId, params.referenceId);
    metrics.itemsWritten.inc({ by: 'delete' });
    return { message: 'Item deleted.' };
  });
}

/** Types of labels that are absent have no key (wire contract 4.4). */
function withAnnotations(item: DatasetItem): { item: DatasetItem; annotations: Record<string, never> } {
  return { item, annotations: {} };
}
