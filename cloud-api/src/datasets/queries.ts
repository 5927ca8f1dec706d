import type { Database } from '../database/open-database.ts';
import type { DatasetWritesTable } from '../database/tables.ts';

export interface DatasetRow {
  datasetId: string;
  name: string;
  isScene: boolean;
  isPrivate: boolean;
  annotationMetadataSchema: string | null;
  itemMetadataSchema: string | null;
  createdAt: number;
  liveCount: number;
  /** Whether one in privacy mode takes the files of masks. */
  acceptsMasks: boolean;
  /** Number of the last committed write. */
  changeNo: number;
}

const columns = [
  'id',
  'name',
  'is_scene',
  'privacy_mode',
  'annotation_metadata_schema',
  'item_metadata_schema',
  'created_at',
  'live_count',
  'change_no',
  'accepts_masks',
] as const;

const selectDatasets = (db: Database, tenantId: string) =>
  db.selectFrom('datasets').select(columns).where('tenant_id', '=', tenantId).where('deleted_at', 'is', null);

type Row = Awaited<ReturnType<ReturnType<typeof selectDatasets>['executeTakeFirstOrThrow']>>;

function toDataset(row: Row): DatasetRow {
  return {
    datasetId: row.id,
    name: row.name,
    isScene: row.is_scene === 1,
    isPrivate: row.privacy_mode === 1,
    annotationMetadataSchema: row.annotation_metadata_schema,
    itemMetadataSchema: row.item_metadata_schema,
    createdAt: row.created_at,
    liveCount: row.live_count,
    changeNo: row.change_no,
    acceptsMasks: row.accepts_masks === 1,
  };
}

export async function findDataset(db: Database, tenantId: string, datasetId: string): Promise<DatasetRow | undefined> {
  const row = await selectDatasets(db, tenantId).where('id', '=', datasetId).executeTakeFirst();
  return row && toDataset(row);
}

/** Oldest first. */
export async function listDatasetRows(db: Database, tenantId: string): Promise<DatasetRow[]> {
  const rows = await selectDatasets(db, tenantId).orderBy('created_at').orderBy('id').execute();
  return rows.map(toDataset);
}

export async function insertDataset(
  db: Database,
  tenantId: string,
  dataset: Omit<DatasetRow, 'liveCount' | 'changeNo' | 'acceptsMasks'>,
): Promise<void> {
  await db
    .insertInto('datasets')
    .values({
      tenant_id: tenantId,
      id: dataset.datasetId,
      name: dataset.name,
      is_scene: dataset.isScene ? 1 : 0,
      privacy_mode: dataset.isPrivate ? 1 : 0,
      annotation_metadata_schema: dataset.annotationMetadataSchema,
      item_metadata_schema: dataset.itemMetadataSchema,
      created_at: dataset.createdAt,
      deleted_at: null,
      change_no: 1,
      next_seq: 0,
      live_count: 0,
      accepts_masks: 0,
    })
    .execute();
}

/** Answers how many datasets it ended, 0 or 1. */
export async function markDatasetDeleted(
  db: Database,
  tenantId: string,
  datasetId: string,
  atMs: number,
): Promise<number> {
  const done = await db
    .updateTable('datasets')
    .set((set) => ({ deleted_at: atMs, change_no: set('change_no', '+', 1) }))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', datasetId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return Number(done.numUpdatedRows);
}

/** Answers how many datasets it changed, 0 or 1. */
export async function markAcceptsMasks(
  db: Database,
  tenantId: string,
  datasetId: string,
  accepted: boolean,
): Promise<number> {
  const done = await db
    .updateTable('datasets')
    .set({ accepts_masks: accepted ? 1 : 0 })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', datasetId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return Number(done.numUpdatedRows);
}

export async function listTags(db: Database, tenantId: string, datasetId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('dataset_tags')
    .select('tag')
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .orderBy('tag')
    .execute();
  return rows.map(({ tag }) => tag);
}

export async function insertTags(
  db: Database,
  tenantId: string,
  datasetId: string,
  tags: readonly string[],
): Promise<void> {
  await db
    .insertInto('dataset_tags')
    .values(tags.map((tag) => ({ tenant_id: tenantId, dataset_id: datasetId, tag })))
    .onConflict((conflict) => conflict.columns(['tenant_id', 'dataset_id', 'tag']).doNothing())
    .execute();
}

export async function deleteTags(
  db: Database,
  tenantId: string,
  datasetId: string,
  tags: readonly string[],
): Promise<void> {
  await db
    .deleteFrom('dataset_tags')
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('tag', 'in', [...tags])
    .execute();
}

/** Removes up to `most` rows of items of datasets that are deleted; answers how many. */
export async function purgeItems(db: Database, most: number): Promise<number> {
  const gone = await db
    .selectFrom('datasets')
    .innerJoin('items', (join) =>
      join.onRef('items.tenant_id', '=', 'datasets.tenant_id').onRef('items.dataset_id', '=', 'datasets.id'),
    )
    .select(['items.tenant_id', 'items.dataset_id', 'items.id'])
    .where('datasets.deleted_at', 'is not', null)
    .limit(most)
    .execute();
  const first = gone[0];
  if (first === undefined) return 0;
  const ofOne = gone.filter((row) => row.tenant_id === first.tenant_id && row.dataset_id === first.dataset_id);
  for (const table of ['item_assets', 'item_fetches', 'item_events'] as const) {
    await db
      .deleteFrom(table)
      .where('tenant_id', '=', first.tenant_id)
      .where('dataset_id', '=', first.dataset_id)
      .where(
        'item_id',
        'in',
        ofOne.map(({ id }) => id),
      )
      .execute();
  }
  await db
    .deleteFrom('items')
    .where('tenant_id', '=', first.tenant_id)
    .where('dataset_id', '=', first.dataset_id)
    .where(
      'id',
      'in',
      ofOne.map(({ id }) => id),
    )
    .execute();
  return ofOne.length;
}

/** Who made writes of a dataset and when, by their numbers; those from before this was kept are left out. */
export async function listWriteRows(
  db: Database,
  tenantId: string,
  datasetId: string,
  changeNos: readonly number[],
): Promise<DatasetWritesTable[]> {
  return db
    .selectFrom('dataset_writes')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('change_no', 'in', [...changeNos])
    .execute();
}

/** Removes up to `most` writes of a dataset that is deleted; answers how many. */
export async function purgeWriteRows(db: Database, most: number): Promise<number> {
  const gone = await db
    .selectFrom('datasets')
    .innerJoin('dataset_writes', (join) =>
      join
        .onRef('dataset_writes.tenant_id', '=', 'datasets.tenant_id')
        .onRef('dataset_writes.dataset_id', '=', 'datasets.id'),
    )
    .select(['dataset_writes.tenant_id', 'dataset_writes.dataset_id', 'dataset_writes.change_no'])
    .where('datasets.deleted_at', 'is not', null)
    .limit(most)
    .execute();
  const first = gone[0];
  if (first === undefined) return 0;
  const ofOne = gone.filter((row) => row.tenant_id === first.tenant_id && row.dataset_id === first.dataset_id);
  await db
    .deleteFrom('dataset_writes')
    .where('tenant_id', '=', first.tenant_id)
    .where('dataset_id', '=', first.dataset_id)
    .where(
      'change_no',
      'in',
      ofOne.map(({ change_no }) => change_no),
    )
    .execute();
  return ofOne.length;
}
