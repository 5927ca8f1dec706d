import { sql } from 'kysely';
import { inChunks } from '../database/in-chunks.ts';
import { insertRows, isAmong } from '../database/insert-rows.ts';
import type { Database } from '../database/open-database.ts';
import type { ItemsTable } from '../database/tables.ts';
import { itemColumns } from './item-columns.ts';
import type { PlacedItem } from './rules.ts';

const answerColumns = [
  'id as itemId',
  'reference_id as referenceId',
  'kind',
  'image_url as imageUrl',
  'width',
  'height',
  'phash',
  'user_metadata as userMetadata',
  'agent_metadata as agentMetadata',
  'seq',
] as const;

// The literal lets both databases use the partial index items_live_by_seq.
const isLive = sql<boolean>`state = 'live'`;
const isHidden = sql<boolean>`state <> 'live'`;

const selectLive = (db: Database, tenantId: string, datasetId: string) =>
  db
    .selectFrom('items')
    .select(answerColumns)
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where(isLive)
    .$narrowType<{ referenceId: string }>();

export async function findItemByRefKey(
  db: Database,
  tenantId: string,
  datasetId: string,
  key: string,
): Promise<PlacedItem | undefined> {
  return selectLive(db, tenantId, datasetId).where('ref_key', '=', key).executeTakeFirst();
}

export async function findItemById(
  db: Database,
  tenantId: string,
  datasetId: string,
  itemId: string,
): Promise<PlacedItem | undefined> {
  return selectLive(db, tenantId, datasetId).where('id', '=', itemId).executeTakeFirst();
}

export async function findItemStand(
  db: Database,
  tenantId: string,
  datasetId: string,
  itemId: string,
): Promise<{ seq: number; createdAtMs: number } | undefined> {
  return db
    .selectFrom('items')
    .select(['seq', 'created_at as createdAtMs'])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('id', '=', itemId)
    .where(isLive)
    .executeTakeFirst();
}

/** Up to `limit` items whose place is at least `fromSeq`, in insertion order; walks items_live_by_seq. */
export async function listItemsFrom(
  db: Database,
  tenantId: string,
  datasetId: string,
  fromSeq: number,
  limit: number,
): Promise<PlacedItem[]> {
  return selectLive(db, tenantId, datasetId).where('seq', '>=', fromSeq).orderBy('seq').limit(limit).execute();
}

/** How many places after `afterSeq`, up to and including `uptoSeq`, hold no live item; walks items_hidden_by_seq. */
export async function countHidden(
  db: Database,
  tenantId: string,
  datasetId: string,
  afterSeq: number,
  uptoSeq: number,
): Promise<number> {
  const row = await db
    .selectFrom('items')
    .select((select) => select.fn.countAll<number>().as('hidden'))
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where(isHidden)
    .where('seq', '>', afterSeq)
    .where('seq', '<=', uptoSeq)
    .executeTakeFirstOrThrow();
  return row.hidden;
}

/** What an append must know about items that are there already. */
export interface KnownItem {
  itemId: string;
  refKey: string;
  state: string;
  seq: number;
  imageUrl: string;
  width: number | null;
  height: number | null;
  phash: string | null;
  userMetadata: string;
  agentMetadata: string | null;
  sourceId: string | null;
}

export async function listKnownItems(
  db: Database,
  tenantId: string,
  datasetId: string,
  keys: readonly string[],
): Promise<KnownItem[]> {
  if (keys.length === 0) return [];
  return db
    .selectFrom('items')
    .select([
      'id as itemId',
      'ref_key as refKey',
      'state',
      'seq',
      'image_url as imageUrl',
      'width',
      'height',
      'phash',
      'user_metadata as userMetadata',
      'agent_metadata as agentMetadata',
      'source_id as sourceId',
    ])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where(isAmong(db, 'ref_key', keys))
    .$narrowType<{ refKey: string }>()
    .execute();
}

export async function insertItems(db: Database, rows: readonly ItemsTable[]): Promise<void> {
  await insertRows(db, 'items', itemColumns, rows);
}

const updatesAtOnce = 200; // each row walks the cases before its own

/** Sets users' metadata (JSON) by item id; one statement for many, because each costs a way to the database and back. */
export async function updateUserMetadata(
  db: Database,
  tenantId: string,
  datasetId: string,
  metadata: ReadonlyMap<string, string>,
  change: { changeNo: number; nowMs: number },
): Promise<void> {
  const rows = [...metadata];
  for (let start = 0; start < rows.length; start += updatesAtOnce) {
    const chunk = rows.slice(start, start + updatesAtOnce);
    const cases = chunk.map(([itemId, json]) => sql`when ${itemId} then ${json}`);
    await db
      .updateTable('items')
      .set({
        user_metadata: sql<string>`case id ${sql.join(cases, sql` `)} else user_metadata end`,
        change_no: change.changeNo,
        updated_at: change.nowMs,
      })
      .where('tenant_id', '=', tenantId)
      .where('dataset_id', '=', datasetId)
      .where(
        'id',
        'in',
        chunk.map(([itemId]) => itemId),
      )
      .execute();
  }
}

/** Replaces users' metadata, and the picture when another one came. */
export async function updateItem(
  db: Database,
  tenantId: string,
  datasetId: string,
  itemId: string,
  change: {
    userMetadata: string;
    picture: Pick<ItemsTable, 'image_url' | 'width' | 'height' | 'phash'> | undefined;
    changeNo: number;
    nowMs: number;
  },
): Promise<void> {
  await db
    .updateTable('items')
    .set({
      ...change.picture,
      user_metadata: change.userMetadata,
      change_no: change.changeNo,
      updated_at: change.nowMs,
    })
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('id', '=', itemId)
    .execute();
}

/** The agent's source that fills a dataset, if one does. */
export async function findSourceOfDataset(
  db: Database,
  tenantId: string,
  datasetId: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('sources')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .executeTakeFirst();
  return row?.id;
}

/** Live items at the given places, in no order. */
export async function listItemsBySeq(
  db: Database,
  tenantId: string,
  datasetId: string,
  seqs: readonly number[],
): Promise<PlacedItem[]> {
  const found: PlacedItem[] = [];
  for (const chunk of inChunks(seqs, 1)) {
    found.push(...(await selectLive(db, tenantId, datasetId).where('seq', 'in', chunk).execute()));
  }
  return found;
}
