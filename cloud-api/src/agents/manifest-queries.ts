import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';

/** A source and the dataset that it fills. */
export interface ManifestPlace {
  tenantId: string;
  datasetId: string;
  sourceId: string;
}

const afterEveryKey = '~'; // sorts behind all hex digits

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

/** Keys and places of the rows that writes after `changeNo` touched, whoever owns them, at most `limit`. */
export function listChangedKeys(
  db: Database,
  { tenantId, datasetId }: ManifestPlace,
  changeNo: number,
  limit: number,
): Promise<{ k: string | null; seq: number }[]> {
  return db
    .selectFrom('items')
    .select(['ref_key as k', 'seq'])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('change_no', '>', changeNo)
    .limit(limit)
    .execute();
}

/**
 * The lines `k digest state\n` of a source's items whose key begins with `prefix`, sorted by k, and their places in the same order.
 * Put together by the database: as rows they would cost this process ten times as much.
 */
export async function readManifestBucket(
  db: Database,
  { tenantId, datasetId, sourceId }: ManifestPlace,
  prefix: string,
): Promise<{ lines: string; seqs: number[] }> {
  const row = await db
    .selectFrom('items')
    .select([
      sql<string | null>`string_agg(ref_key || ' ' || digest || ' ' || state, ${'\n'} order by ref_key)`.as('lines'),
      sql<string | null>`string_agg(cast(seq as text), ',' order by ref_key)`.as('seqs'),
    ])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('source_id', '=', sourceId)
    .where('ref_key', '>', prefix)
    .where('ref_key', '<', prefix + afterEveryKey)
    .executeTakeFirst();
  if (row?.lines == null || row.seqs === null) return { lines: '', seqs: [] };
  return { lines: `${row.lines}\n`, seqs: row.seqs.split(',').map(Number) };
}
