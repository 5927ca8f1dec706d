import { type SqlBool, sql } from 'kysely';
import type { ItemVectorsTable } from '../database/embedding-tables.ts';
import { inChunks } from '../database/in-chunks.ts';
import { liveItemsAt } from '../database/live-items.ts';
import type { Database } from '../database/open-database.ts';
import type { IndexPlace, IndexRow } from './rules.ts';

/** The living indexes of a dataset's items, or of its labels, oldest first. */
export async function listIndexes(
  db: Database,
  tenantId: string,
  datasetId: string,
  level: IndexRow['level'] = 'image',
): Promise<IndexRow[]> {
  const rows = await db
    .selectFrom('embedding_indexes')
    .select(['id', 'kind', 'dimension', 'state', 'is_primary', 'is_continuous', 'change_no'])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('level', '=', level)
    .where('deleted_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    indexId: row.id,
    level,
    kind: row.kind as IndexRow['kind'],
    dimension: row.dimension,
    state: row.state as IndexRow['state'],
    isPrimary: row.is_primary === 1,
    isContinuous: row.is_continuous === 1,
    bornAt: row.change_no,
  }));
}

/** Adds an index, or brings a deleted one of that id back to life. */
export async function putIndex(
  db: Database,
  place: { tenantId: string; datasetId: string },
  index: Pick<IndexRow, 'indexId' | 'level' | 'kind' | 'dimension' | 'state'>,
  change: { changeNo: number; nowMs: number },
): Promise<void> {
  const values = {
    level: index.level,
    kind: index.kind,
    dimension: index.dimension,
    state: index.state,
    is_primary: 0,
    is_continuous: 0,
    change_no: change.changeNo,
    created_at: change.nowMs,
    deleted_at: null,
  };
  await db
    .insertInto('embedding_indexes')
    .values({ tenant_id: place.tenantId, dataset_id: place.datasetId, id: index.indexId, ...values })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'dataset_id', 'id']).doUpdateSet(values))
    .execute();
}

export async function changeIndex(
  db: Database,
  place: { tenantId: string; datasetId: string; indexId: string },
  change: Partial<{ state: IndexRow['state']; is_primary: number; is_continuous: number; deleted_at: number }> & {
    change_no?: number;
  },
): Promise<void> {
  await db
    .updateTable('embedding_indexes')
    .set(change)
    .where('tenant_id', '=', place.tenantId)
    .where('dataset_id', '=', place.datasetId)
    .where('id', '=', place.indexId)
    .execute();
}

export async function clearPrimary(
  db: Database,
  tenantId: string,
  datasetId: string,
  level: IndexRow['level'],
): Promise<void> {
  await db
    .updateTable('embedding_indexes')
    .set({ is_primary: 0 })
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('level', '=', level)
    .execute();
}

export async function putVectors(db: Database, rows: readonly ItemVectorsTable[]): Promise<void> {
  for (const chunk of inChunks(rows, 6)) {
    await db
      .insertInto('item_vectors')
      .values(chunk)
      .onConflict((conflict) =>
        conflict
          .columns(['tenant_id', 'dataset_id', 'index_id', 'seq'])
          .doUpdateSet((set) => ({ vector: set.ref('excluded.vector'), change_no: set.ref('excluded.change_no') })),
      )
      .execute();
  }
}

/** Takes the vectors at places away, of all indexes or of one. */
export async function emptyVectors(
  db: Database,
  place: { tenantId: string; datasetId: string; indexId?: string },
  seqs: readonly number[],
  changeNo: number,
): Promise<void> {
  for (const chunk of inChunks(seqs, 1)) {
    let update = db
      .updateTable('item_vectors')
      .set({ vector: null, change_no: changeNo })
      .where('tenant_id', '=', place.tenantId)
      .where('dataset_id', '=', place.datasetId)
      .where('vector', 'is not', null)
      .where('seq', 'in', chunk);
    if (place.indexId !== undefined) update = update.where('index_id', '=', place.indexId);
    await update.execute();
  }
}

/** Removes up to `most` rows that writes up to `uptoChange` left in an index; answers how many. */
export async function removeVectors(
  db: Database,
  place: Omit<IndexPlace, 'bornAt'>,
  uptoChange: number,
  most: number,
): Promise<number> {
  const rows = await ofIndex(db, { ...place, bornAt: 0 })
    .select('seq')
    .where('change_no', '<=', uptoChange)
    .orderBy('seq')
    .limit(most)
    .execute();
  const last = rows.at(-1);
  if (last === undefined) return 0;
  await db
    .deleteFrom('item_vectors')
    .where('tenant_id', '=', place.tenantId)
    .where('dataset_id', '=', place.datasetId)
    .where('index_id', '=', place.indexId)
    .where('change_no', '<=', uptoChange)
    .where('seq', '<=', last.seq)
    .execute();
  return rows.length;
}

const ofIndex = (db: Database, place: IndexPlace) =>
  db
    .selectFrom('item_vectors')
    .where('item_vectors.tenant_id', '=', place.tenantId)
    .where('item_vectors.dataset_id', '=', place.datasetId)
    .where('item_vectors.index_id', '=', place.indexId)
    .where('item_vectors.change_no', '>=', place.bornAt);

const ofLiveItems = (db: Database, place: IndexPlace) =>
  ofIndex(db, place)
    .innerJoin('items', (join) => join.on(liveItemsAt('item_vectors')))
    .where('item_vectors.vector', 'is not', null);

/** A vector of a live item. */
export interface VectorRow {
  seq: number;
  referenceId: string;
  vector: string;
}

/** Vectors of live items after a place, in insertion order; of the members of a slice alone when one is named. */
export async function listVectorsAfter(
  db: Database,
  place: IndexPlace & { sliceId?: string | undefined },
  afterSeq: number,
  limit: number,
): Promise<VectorRow[]> {
  let query = ofLiveItems(db, place)
    .select(['item_vectors.seq', 'items.reference_id as referenceId', 'item_vectors.vector'])
    .where('item_vectors.seq', '>', afterSeq);
  if (place.sliceId !== undefined) {
    const { sliceId } = place;
    query = query.where((where) =>
      where.exists(
        where
          .selectFrom('slice_items')
          .select('slice_items.seq')
          .whereRef('slice_items.tenant_id', '=', 'item_vectors.tenant_id')
          .whereRef('slice_items.dataset_id', '=', 'item_vectors.dataset_id')
          .whereRef('slice_items.seq', '=', 'item_vectors.seq')
          .where('slice_items.slice_id', '=', sliceId),
      ),
    );
  }
  return query
    .orderBy('item_vectors.seq')
    .limit(limit)
    .$narrowType<{ referenceId: string; vector: string }>()
    .execute();
}

export async function countVectors(db: Database, place: IndexPlace): Promise<number> {
  const row = await ofLiveItems(db, place)
    .select((select) => select.fn.countAll<number>().as('vectors'))
    .executeTakeFirstOrThrow();
  return row.vectors;
}

/** Vectors of an index at places, in no order. */
export async function listVectorsAt(
  db: Database,
  place: IndexPlace,
  seqs: readonly number[],
): Promise<{ seq: number; vector: string }[]> {
  const found: { seq: number; vector: string }[] = [];
  for (const chunk of inChunks(seqs, 1)) {
    found.push(
      ...(await ofIndex(db, place)
        .select(['seq', 'vector'])
        .where('vector', 'is not', null)
        .where('seq', 'in', chunk)
        .$narrowType<{ vector: string }>()
        .execute()),
    );
  }
  return found;
}

/** What an item's colour layout can be read off. */
export interface LayoutSource {
  seq: number;
  agentMetadata: string | null;
  blurhash: string | null;
}

/** Live items after a place with the blurhash of their stored picture, in insertion order. */
export async function listLayoutSources(
  db: Database,
  place: { tenantId: string; datasetId: string },
  afterSeq: number,
  limit: number,
): Promise<LayoutSource[]> {
  return db
    .selectFrom('items')
    .leftJoin('item_assets', (join) =>
      join.onRef('item_assets.tenant_id', '=', 'items.tenant_id').onRef('item_assets.item_id', '=', 'items.id'),
    )
    .leftJoin('objects', (join) =>
      join.onRef('objects.tenant_id', '=', 'item_assets.tenant_id').onRef('objects.sha256', '=', 'item_assets.sha256'),
    )
    .select(['items.seq', 'items.agent_metadata as agentMetadata', 'objects.blurhash'])
    .where('items.tenant_id', '=', place.tenantId)
    .where('items.dataset_id', '=', place.datasetId)
    .where(sql<SqlBool>`items.state = 'live'`)
    .where('items.seq', '>', afterSeq)
    .orderBy('items.seq')
    .limit(limit)
    .execute();
}

/** Removes up to `most` vectors of datasets that are deleted; answers how many. */
export async function purgeVectorRows(db: Database, most: number): Promise<number> {
  const [gone] = await db
    .selectFrom('datasets')
    .innerJoin('embedding_indexes', (join) =>
      join
        .onRef('embedding_indexes.tenant_id', '=', 'datasets.tenant_id')
        .onRef('embedding_indexes.dataset_id', '=', 'datasets.id'),
    )
    .select(['embedding_indexes.tenant_id as tenantId', 'datasets.id as datasetId', 'embedding_indexes.id as indexId'])
    .where('datasets.deleted_at', 'is not', null)
    .limit(1)
    .execute();
  if (gone === undefined) return 0;
  const removed = await removeVectors(db, gone, Number.MAX_SAFE_INTEGER, most);
  if (removed > 0) return removed;
  await db
    .deleteFrom('embedding_indexes')
    .where('tenant_id', '=', gone.tenantId)
    .where('dataset_id', '=', gone.datasetId)
    .where('id', '=', gone.indexId)
    .execute();
  return 1;
}
