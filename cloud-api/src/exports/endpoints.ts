import { ExportFormat, exportEndpoints } from '@nucleus/shared/wire/exports';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { type Mount, mountDownload, mountEndpoint } from '../http/mount-endpoint.ts';
import { queryItems } from '../items/query-items.ts';
import { listAllItems, pageItemsOf } from '../items/read-items.ts';
import { describeJob } from '../jobs/read-jobs.ts';
import type { Projections } from '../search/projections.ts';
import { getSlice } from '../slices/find-slice.ts';
import { listSliceItems, pageSliceItems } from '../slices/read-slice.ts';
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
  mountEndpoint(mount, exportEndpoints.exportDatasetForTraining, async ({ tenantId }, { params }) => ({
    exportedRows: (await listAllItems(db, tenantId, params.datasetId)).map((item) => toTrainingRow(item, false)),
  }));
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

  mountEndpoint(mount, exportEndpoints.exportSliceForTraining, async ({ tenantId }, { params }) => ({
    exportedRows: (await listSliceItems(db, projections, tenantId, params.sliceId)).map((item) =>
      toTrainingRow(item, false),
    ),
  }));
  mountEndpoint(mount, exportEndpoints.pageSliceForTraining, async ({ tenantId }, { params, body }) => {
    const { items, nextPageToken } = await pageSliceItems(db, projections, tenantId, params.sliceId, body);
    return { data: items.map((item) => toTrainingRow(item, body.chip === true)), nextPageToken };
  });
  mountEndpoint(mount, exportEndpoints.listSliceClassLabels, async ({ tenantId }, { params }) => {
    await getSlice(db, tenantId, params.sliceId);
    return { data: [] };
  });

  mountEndpoint(mount, exportEndpoints.exportRawItems, async ({ tenantId }, { params }) => ({
    raw_dataset_items: (await listSliceItems(db, projections, tenantId, params.sliceId)).map(toRawItem),
  }));
  mountEndpoint(mount, exportEndpoints.exportRawJson, async ({ tenantId }, { params }) =>
    (await listSliceItems(db, projections, tenantId, params.sliceId)).map((item) => ({ item })),
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
