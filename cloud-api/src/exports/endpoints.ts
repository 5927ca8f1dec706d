import { ExportFormat, exportEndpoints } from '@nucleus/shared/wire/exports';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { type Mount, mountDownload, mountEndpoint, mountPieces } from '../http/mount-endpoint.ts';
import { queryPlacedItems } from '../items/query-items.ts';
import { pagePlacedItems } from '../items/read-items.ts';
import type { PlacedItem } from '../items/rules.ts';
import { eachAs, type ItemPager, type Pager, spellAll, spellList, spellPage } from '../items/spell-items.ts';
import { describeJob } from '../jobs/read-jobs.ts';
import { groundTruth } from '../labels/rules.ts';
import type { Projections } from '../search/projections.ts';
import { getSlice } from '../slices/find-slice.ts';
import { pagePlacedMembers, pageSliceItems } from '../slices/read-slice.ts';
import { downloadItems } from './download-items.ts';
import { startExportItemsJob } from './export-items-job.ts';
import { toRawItem } from './rules.ts';
import { spellTrainingRows, type TrainingOptions } from './spell-training-rows.ts';

/** Rows of one page; fewer than asked for is allowed (wire contract 1). */
const mostRowsPerPage = 10_000;

/** Mounts the routes of wire contract 8.2, the class labels, downloads and exports by job. @param afterEnqueue told that a job waits. */
export function mountExports(
  mount: Mount,
  db: Kysely<Tables>,
  projections: Projections,
  afterEnqueue: () => void,
): void {
  const spelled =
    (tenantId: string, datasetId: string, options: TrainingOptions) =>
    (items: readonly PlacedItem[]): Promise<string> =>
      spellTrainingRows(db, { tenantId, datasetId, runId: groundTruth }, items, options);
  const membersOf =
    (tenantId: string, sliceId: string): ItemPager =>
    (page) =>
      pageSliceItems(db, projections, tenantId, sliceId, page);
  const everything = { chip: false, onlyMostRecentTask: false };
  mountPieces(mount, exportEndpoints.exportDatasetForTraining, async ({ tenantId }, { params: { datasetId } }) =>
    spellAll(
      'exportedRows',
      (page) => pagePlacedItems(db, tenantId, datasetId, page),
      spelled(tenantId, datasetId, everything),
    ),
  );
  mountPieces(mount, exportEndpoints.pageDatasetForTraining, async ({ tenantId }, { params: { datasetId }, body }) => {
    const pager: Pager<PlacedItem> = (page) =>
      body.query
        ? queryPlacedItems(db, projections, tenantId, datasetId, { query: body.query, ...page })
        : pagePlacedItems(db, tenantId, datasetId, page);
    return spellPage(
      'data',
      pager,
      sizedPage(body),
      spelled(tenantId, datasetId, {
        chip: body.chip === true,
        onlyMostRecentTask: body.onlyMostRecentTask === true,
      }),
    );
  });
  mountEndpoint(mount, exportEndpoints.listDatasetClassLabels, async ({ tenantId }, { params }) => {
    await getDataset(db, tenantId, params.datasetId);
    return { data: [] };
  });

  mountPieces(mount, exportEndpoints.exportSliceForTraining, async ({ tenantId }, { params: { sliceId } }) => {
    const { datasetId } = await getSlice(db, tenantId, sliceId);
    const pager: Pager<PlacedItem> = (page) => pagePlacedMembers(db, projections, tenantId, sliceId, page);
    return spellAll('exportedRows', pager, spelled(tenantId, datasetId, everything));
  });
  mountPieces(mount, exportEndpoints.pageSliceForTraining, async ({ tenantId }, { params: { sliceId }, body }) => {
    const { datasetId } = await getSlice(db, tenantId, sliceId);
    const pager: Pager<PlacedItem> = (page) => pagePlacedMembers(db, projections, tenantId, sliceId, page);
    const options = { chip: body.chip === true, onlyMostRecentTask: false };
    return spellPage('data', pager, sizedPage(body), spelled(tenantId, datasetId, options));
  });
  mountEndpoint(mount, exportEndpoints.listSliceClassLabels, async ({ tenantId }, { params }) => {
    await getSlice(db, tenantId, params.sliceId);
    return { data: [] };
  });

  mountPieces(mount, exportEndpoints.exportRawItems, async ({ tenantId }, { params }) =>
    spellAll('raw_dataset_items', membersOf(tenantId, params.sliceId), eachAs(toRawItem)),
  );
  mountPieces(mount, exportEndpoints.exportRawJson, async ({ tenantId }, { params }) =>
    spellList(
      membersOf(tenantId, params.sliceId),
      eachAs((item) => ({ item })),
    ),
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

/** A page as it was asked for, no larger than pages are. */
function sizedPage(page: { pageToken?: string | null | undefined; pageSize: number }): {
  pageToken?: string | null | undefined;
  pageSize: number;
} {
  return { pageToken: page.pageToken, pageSize: Math.min(page.pageSize, mostRowsPerPage) };
}
