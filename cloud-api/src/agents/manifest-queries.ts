import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';

/** A source and the dataset that it fills. */
export interface ManifestPlace {
  tenantId: string;
  datasetId: string;
  sourceId: string;
}

/** Number of a dataset's last committed write; 0 when there is none. */
export async function readChangeNo(db: Database, tenantId: string, datasetId: string): Promise<number> {
  const row = await db
    .selectFrom('datasets')
    .select('change_no')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', datasetId)
    .executeTakeFirst();
  return row?.change_no ?? 0;
}

/** Where a page of rows in the order of the writes ended. */
export interface ManifestPosition {
  changeNo: number;
  seq: number;
}

/** A row as the manifests of its dataset's sources see it. */
export interface ChangedRow extends ManifestPosition {
  /** Null when it is no item of any source any more. */
  k: string | null;
  digest: string;
  state: string;
  sourceId: string | null;
}

/** The next rows of a dataset in the order in which they were written, whoever owns them, at most `limit`. */
export function listChangedRows(
  db: Database,
  { tenantId, datasetId }: ManifestPlace,
  after: ManifestPosition,
  limit: number,
): Promise<ChangedRow[]> {
  return rowsAfter(db, { tenantId, datasetId }, after)
    .select(['ref_key as k', 'digest', 'state', 'source_id as sourceId', 'change_no as changeNo', 'seq'])
    .limit(limit)
    .execute();
}

/** A row value, so that both databases start in the index where the last page ended. */
function rowsAfter(db: Database, { tenantId, datasetId }: Omit<ManifestPlace, 'sourceId'>, after: ManifestPosition) {
  return db
    .selectFrom('items')
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where(sql<boolean>`(change_no, seq) > (${after.changeNo}, ${after.seq})`)
    .orderBy('change_no')
    .orderBy('seq');
}

/**
 * Lines `k digest state seq` of the next `limit` rows in the order in which they were written, by bucket and in no order within it. Put
 * together by the database: as rows they would cost this process ten times as much. A whole dataset is read four times as fast this way as
 * by its keys, which lie all over the table.
 * @returns no `end` behind the last page
 */
export async function readManifestPage(
  db: Database,
  place: ManifestPlace,
  after: ManifestPosition,
  upTo: number,
  limit: number,
): Promise<{ parts: { prefix: string; lines: string }[]; end: ManifestPosition | undefined }> {
  const rows = rowsAfter(db, place, after).where('change_no', '<=', upTo);
  const end = await rows
    .select(['change_no as changeNo', 'seq'])
    .offset(limit - 1)
    .limit(1)
    .executeTakeFirst();
  // Up to that row and not so many: when some are written anew meanwhile, those behind it would move up, and come again with the next page.
  const page = end === undefined ? rows : rows.where(sql<boolean>`(change_no, seq) <= (${end.changeNo}, ${end.seq})`);
  const parts = await db
    .selectFrom(page.select(['ref_key', 'digest', 'state', 'seq', 'source_id']).as('page'))
    .select([
      sql<string>`substr(ref_key, 1, 2)`.as('prefix'),
      sql<string>`string_agg(ref_key || ' ' || digest || ' ' || state || ' ' || seq, ${'\n'})`.as('lines'),
    ])
    .where('source_id', '=', place.sourceId)
    .where('ref_key', 'is not', null)
    .groupBy(sql`1`)
    .execute();
  return { parts, end };
}
