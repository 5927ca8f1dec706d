import type { DatasetInfo } from '@nucleus/shared/wire/dataset';
import type { Database } from '../database/open-database.ts';
import { listRunIds } from '../models/find-model.ts';
import { listSliceIds } from '../slices/list-slice-ids.ts';
import { getDataset } from './find-dataset.ts';
import { listTags } from './queries.ts';
import { parseStored } from './rules.ts';

/**
 * What `GET dataset/{id}/info` answers (wire contract 2).
 * @throws AppError `dataset-not-found`
 */
export async function describeDataset(db: Database, tenantId: string, datasetId: string): Promise<DatasetInfo> {
  const dataset = await getDataset(db, tenantId, datasetId);
  return {
    dataset_id: dataset.datasetId,
    name: dataset.name,
    length: dataset.liveCount,
    model_run_ids: await listRunIds(db, tenantId, datasetId),
    slice_ids: await listSliceIds(db, tenantId, datasetId),
    annotation_metadata_schema: parseStored(dataset.annotationMetadataSchema),
    item_metadata_schema: parseStored(dataset.itemMetadataSchema),
    tags: await listTags(db, tenantId, datasetId),
  };
}

/** @throws AppError `dataset-not-found` */
export async function tagsOfDataset(db: Database, tenantId: string, datasetId: string): Promise<string[]> {
  await getDataset(db, tenantId, datasetId);
  return listTags(db, tenantId, datasetId);
}
