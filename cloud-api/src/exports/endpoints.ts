import type { ConditionNode } from '@nucleus/shared/query/query-tree';
import { ExportFormat, exportEndpoints } from '@nucleus/shared/wire/exports';
import { predictionEndpoints } from '@nucleus/shared/wire/predictions';
import type { Kysely } from 'kysely';
import type { StoredPictures } from '../attachments/decode/open-stored.ts';
import type { Tables } from '../database/tables.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { type Mount, mountDownload, mountEndpoint, mountPieces } from '../http/mount-endpoint.ts';
import { queryPlacedItems } from '../items/query-items.ts';
import { pagePlacedItems } from '../items/read-items.ts';
import type { PlacedItem } from '../items/rules.ts';
import { eachAs, type ItemPager, type Pager, spellAll, spellPage } from '../items/spell-items.ts';
import { describeJob } from '../jobs/read-jobs.ts';
import { groundTruth, type LabelPlace } from '../labels/rules.ts';
import { findLastRun } from '../models/find-model.ts';
import { listClasses } from '../search/count-labels.ts';
import type { Projections } from '../search/projections.ts';
import { getSlice } from '../slices/find-slice.ts';
import { listObjectClasses } from '../slices/read-objects.ts';
import { pagePlacedMembers, pageSliceItems } from '../slices/read-slice.ts';
import { downloadItems } from './download-items.ts';
import { startExportItemsJob } from './export-items-job.ts';
import { toRawItem } from './rules.ts';
import { findOnlyLabels, spellMembers } from './slice-contents.ts';
import { spellTrainingRows, type TrainingOptions } from './spell-training-rows.ts';

/** Rows of one page; fewer than asked for is allowed (wire contract 1). */
const mostRowsPerPage = 10_000;

/** Mounts the routes of wire contract 8.2, the class labels, downloads and exports by job. @param afterEnqueue told that a job waits. */
export function mountExports(
  mount: Mount,
  db: Kysely<Tables>,
  projections: Projections,
  pictures: Pick<StoredPictures, 'readMask'>,
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
    const { isScene } = await getDataset(db, tenantId, params.datasetId);
    const classes = await listClasses(projections.of(tenantId, params.datasetId), {});
    if (!isScene) return { data: classes };
    const ofScenes = await listClasses(projections.ofScenes(tenantId, params.datasetId), {});
    return { data: [...new Set([...classes, ...ofScenes])].toSorted() };
  });

  mountPieces(mount, exportEndpoints.exportSliceForTraining, async ({ tenantId }, { params: { sliceId } }) => {
    const { datasetId, only } = await findOnlyLabels(db, tenantId, sliceId);
    const pager: Pager<PlacedItem> = (page) => pagePlacedMembers(db, projections, tenantId, sliceId, page);
    return spellAll('exportedRows', pager, spelled(tenantId, datasetId, { ...everything, only }));
  });
  mountPieces(mount, exportEndpoints.pageSliceForTraining, async ({ tenantId }, { params: { sliceId }, body }) => {
    const { datasetId, only } = await findOnlyLabels(db, tenantId, sliceId);
    const pager: Pager<PlacedItem> = (page) => pagePlacedMembers(db, projections, tenantId, sliceId, page);
    const options = { chip: body.chip === true, onlyMostRecentTask: false, only };
    return spellPage('data', pager, sizedPage(body), spelled(tenantId, datasetId, options));
  });
  mountEndpoint(mount, exportEndpoints.listSliceClassLabels, async ({ tenantId }, { params: { sliceId } }) => {
    const { datasetId, type } = await getSlice(db, tenantId, sliceId);
    if (type === 'object') return { data: await listObjectClasses(db, { tenantId, datasetId, sliceId }) };
    return { data: await listClasses(projections.of(tenantId, datasetId), { condition: inSlice(sliceId) }) };
  });
  const ofModel = async (tenantId: string, sliceId: string, modelId: string) => {
    const { datasetId, only } = await findOnlyLabels(db, tenantId, sliceId);
    const run = await findLastRun(db, tenantId, datasetId, modelId);
    const place: LabelPlace = { tenantId, datasetId, runId: run?.runId ?? 'none' };
    return { place, only };
  };
  mountPieces(mount, predictionEndpoints.exportSlicePredictions, async ({ tenantId }, { params }) => {
    const { place, only } = await ofModel(tenantId, params.sliceId, params.modelId);
    const pager: Pager<PlacedItem> = (page) => pagePlacedMembers(db, projections, tenantId, params.sliceId, page);
    return spellAll('exportedRows', pager, (items) => spellTrainingRows(db, place, items, { ...everything, only }));
  });
  mountPieces(mount, predictionEndpoints.pageSlicePredictions, async ({ tenantId }, { params, body }) => {
    const { place, only } = await ofModel(tenantId, params.sliceId, params.modelId);
    const pager: Pager<PlacedItem> = (page) => pagePlacedMembers(db, projections, tenantId, params.sliceId, page);
    const options = { chip: body.chip === true, onlyMostRecentTask: false, only };
    return spellPage('data', pager, sizedPage(body), (items) => spellTrainingRows(db, place, items, options));
  });

  mountPieces(mount, exportEndpoints.exportRawItems, async ({ tenantId }, { params }) =>
    spellAll('raw_dataset_items', membersOf(tenantId, params.sliceId), eachAs(toRawItem)),
  );
  mountPieces(mount, exportEndpoints.exportRawJson, async ({ tenantId }, { params }) =>
    spellMembers(db, tenantId, params.sliceId, membersOf(tenantId, params.sliceId)),
  );

  mountEndpoint(mount, exportEndpoints.exportItems, async (context, { params, body }) => {
    const jobId = await startExportItemsJob(db, projections, context, params.datasetId, body);
    afterEnqueue();
    return describeJob(db, context.tenantId, jobId, context.nowMs);
  });
  mountDownload(mount, exportEndpoints.downloadItems, async ({ tenantId }, { params, query }) => {
    const format = ExportFormat.parse(params.format);
    return downloadItems(db, projections, pictures, tenantId, params.datasetId, { format, query: query.query });
  });
}

/** The condition that a slice's members meet, whether rows or a query decide it. */
function inSlice(sliceId: string): ConditionNode {
  const at = { start: 0, end: 0 };
  const left = { kind: 'field' as const, path: ['slice'], ...at };
  return { kind: 'compare', op: '=', left, right: { kind: 'text', value: sliceId, ...at }, ...at };
}

/** A page as it was asked for, no larger than pages are. */
function sizedPage(page: { pageToken?: string | null | undefined; pageSize: number }): {
  pageToken?: string | null | undefined;
  pageSize: number;
} {
  return { pageToken: page.pageToken, pageSize: Math.min(page.pageSize, mostRowsPerPage) };
}
