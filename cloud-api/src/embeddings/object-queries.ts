import { type SqlBool, sql } from 'kysely';
import type { ObjectVectorsTable } from '../database/embedding-tables.ts';
import { type BulkColumns, insertRows, isAmong, isAmongNumbers } from '../database/insert-rows.ts';
import { liveItemsAt } from '../database/live-items.ts';
import type { Database } from '../database/open-database.ts';

/** Labels of one dataset that one run made; the run is empty for annotations. */
export interface RunPlace {
  tenantId: string;
  datasetId: string;
  runId: string;
}

/** Where the vectors of an index of labels are. */
interface ObjectIndexPlace {
  tenantId: string;
  datasetId: string;
  indexId: string;
}

const columns: BulkColumns<'object_vectors'> = {
  tenant_id: 'text',
  dataset_id: 'text',
  run_id: 'text',
  seq: 'bigint',
  label_id: 'text',
  index_id: 'text',
  vector: 'text',
};

export function putObjectVectors(db: Database, rows: readonly ObjectVectorsTable[]): Promise<void> {
  const key = '(tenant_id, dataset_id, run_id, seq, label_id, index_id)';
  return insertRows(db, 'object_vectors', columns, rows, `${key} do update set vector = excluded.vector`);
}

const ofRun = ({ tenantId, datasetId, runId }: RunPlace) =>
  sql<SqlBool>`tenant_id = ${tenantId} and dataset_id = ${datasetId} and run_id = ${runId}`;

/** Removes the vectors of the labels of items, of all of them or of those with some ids. */
export async function removeObjectVectors(
  db: Database,
  place: RunPlace,
  seqs: readonly number[],
  labelIds?: readonly string[],
): Promise<void> {
  if (seqs.length === 0) return;
  let gone = db
    .deleteFrom('object_vectors')
    .where(ofRun(place))
    .where(isAmongNumbers(db, 'seq', seqs));
  if (labelIds !== undefined) gone = gone.where(isAmong(db, 'label_id', labelIds));
  await gone.execute();
}

/** Removes up to `most` vectors of an index; answers how many. */
export async function removeVectorsOfIndex(
  db: Database,
  { tenantId, datasetId, indexId }: ObjectIndexPlace,
  most: number,
): Promise<number> {
  const ofIndex = sql<SqlBool>`tenant_id = ${tenantId} and dataset_id = ${datasetId} and index_id = ${indexId}`;
  const rows = await db.selectFrom('object_vectors').select(['label_id', 'seq']).where(ofIndex).limit(most).execute();
  if (rows.length === 0) return 0;
  const labelIds = rows.map(({ label_id }) => label_id);
  const seqs = [...new Set(rows.map(({ seq }) => seq))];
  await db
    .deleteFrom('object_vectors')
    .where(ofIndex)
    .where(isAmongNumbers(db, 'seq', seqs))
    .where(isAmong(db, 'label_id', labelIds))
    .execute();
  return rows.length;
}

/** How many labels of live items that a run made have a vector in an index. */
export async function countObjectVectors(db: Database, place: ObjectIndexPlace & RunPlace): Promise<number> {
  const row = await db
    .selectFrom('object_vectors')
    .innerJoin('items', (join) => join.on(liveItemsAt('object_vectors')))
    .select((select) => select.fn.countAll<number>().as('vectors'))
    .where('object_vectors.tenant_id', '=', place.tenantId)
    .where('object_vectors.dataset_id', '=', place.datasetId)
    .where('object_vectors.run_id', '=', place.runId)
    .where('object_vectors.index_id', '=', place.indexId)
    .executeTakeFirstOrThrow();
  return row.vectors;
}

/** A stored picture of an item. */
export interface ItemPicture {
  seq: number;
  sha256: string;
  format: string;
  width: number;
  height: number;
}

/** Stored pictures of the live items at places; one that has none is left out. */
export function listPictures(
  db: Database,
  { tenantId, datasetId }: Omit<RunPlace, 'runId'>,
  seqs: readonly number[],
): Promise<ItemPicture[]> {
  return db
    .selectFrom('items')
    .innerJoin('item_assets', (join) =>
      join.onRef('item_assets.tenant_id', '=', 'items.tenant_id').onRef('item_assets.item_id', '=', 'items.id'),
    )
    .innerJoin('objects', (join) =>
      join.onRef('objects.tenant_id', '=', 'item_assets.tenant_id').onRef('objects.sha256', '=', 'item_assets.sha256'),
    )
    .select(['items.seq', 'objects.sha256', 'objects.format', 'objects.width', 'objects.height'])
    .where('items.tenant_id', '=', tenantId)
    .where('items.dataset_id', '=', datasetId)
    .where('items.state', '=', 'live')
    .where(isAmongNumbers(db, 'items.seq', seqs))
    .execute();
}
