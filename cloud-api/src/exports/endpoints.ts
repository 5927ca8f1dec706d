import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import { ExportFormat, exportEndpoints } from '@nucleus/shared/wire/exports';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { type Mount, mountDownload, mountEndpoint, mountPieces } from '../http/mount-endpoint.ts';
import { queryItems } from '../items/query-items.ts';
import { pageItemsOf } from '../items/read-items.ts';
import { type ItemPager, spellAllItems, spellList } from '../items/spell-items.ts';
import { describeJob } from '../jobs/read-jobs.ts';
import type { Projections } from '../search/projections.ts';
import { getSlice } from '../slices/find-slice.ts';
import { pageSliceItems } from '../slices/read-slice.ts';
import { downloadItems } from './download-items.ts';
import { startExportItemsJob } from './export-items-job.ts';
import { toRawItem, toTrainingRow } from './rules.ts';

/** Mounts the routes of wire contract 8.2, the class labels, downloads and exports by job. @param afterEnqueue told that a job waits. */
export function mountExports(
  mount: Mount,
  db: Kysely<Tables>,
  projections: Projections,
  afterEnqueue: () => void,
): void {
  const itemsOf =
    (tenantId: string, datasetId: string): ItemPager =>
    (page) =>
      pageItemsOf(db, tenantId, datasetId, page);
  const membersOf =
    (tenantId: string, sliceId: string): ItemPager =>
    (page) =>
      pageSliceItems(db, projections, tenantId, sliceId, page);
  const toRow = (item: DatasetItem) => toTrainingRow(item, false);

  mountPieces(mount, exportEndpoints.exportDatasetForTraining, async ({ tenantId }, { params }) =>
    spellAllItems('exportedRows', itemsOf(tenantId, params.datasetId), toRow),
  );
  mountEndpoint(mount, exportEndpoints.pageDatasetForTraining, async ({ tenantId }, { params, body }) => {
    const { items, nextPageToken } = body.query
      ? await queryItems(db, projections, tenantId, params.datasetId, body)
      : await pageItemsOf(db, tenantId, params.datasetId, body);
    return { data: items.map((item) => toTrainingRow(item, body.chip === true)), nextPageToken };
  });
  mountEndpoint(mount, exportEndpoints.listDatasetClassLabels, async ({ tenantId }, { params }) => {
    await getDataset(db, tenantId, params.datasetId);
    return { data: [] };
  });

  mountPieces(mount, exportEndpoints.exportSliceForTraining, async ({ tenantId }, { params }) =>
    spellAllItems('exportedRows', membersOf(tenantId, params.sliceId), toRow),
  );
  mountEndpoint(mount, exportEndpoints.pageSliceForTraining, async ({ tenantId }, { params, body }) => {
    const { items, nextPageToken } = await pageSliceItems(db, projections, tenantId, params.sliceId, body);
    return { data: items.map((item) => toTrainingRow(item, body.chip === true)), nextPageToken };
  });
  mountEndpoint(mount, exportEndpoints.listSliceClassLabels, async ({ tenantId }, { params }) => {
    await getSlice(db, tenantId, params.sliceId);
    return { data: [] };
  });

  mountPieces(mount, exportEndpoints.exportRawItems, async ({ tenantId }, { params }) =>
    spellAllItems('raw_dataset_items', membersOf(tenantId, params.sliceId), toRawItem),
  );
  mountPieces(mount, exportEndpoints.exportRawJson, async ({ tenantId }, { params }) =>
    spellList(membersOf(tenantId, params.sliceId), (item) => ({ item })),
  );

  mountEndpoint(mount, exportEndpoints.exportItems, async (context, { params, body }) => {
    const jobId = await startExportItemsJob(db, projections, context, params.datasetId, body);
    afterEnqueue();
    return describeJob(db, context.tenantId, jobId, context.nowMs);
  });
  mountDownload(mount, exportEndpoints.downloadItems, async ({ tenantId }, { params, query }) => {
    const format = ExportFormat.parse(params.format);
    return downloadItems(db, projections, tenantId, params.datasetId, { format, query: query.query });
  });
}
