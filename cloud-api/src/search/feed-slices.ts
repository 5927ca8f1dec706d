import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import type { MemberRow, SliceRow } from './truth-feed.ts';

/** Slices of a dataset that were made or deleted by the writes after `after`, up to and including `upTo`. */
export function listChangedSlices(
  db: Database,
  tenantId: string,
  datasetId: string,
  after: number,
  upTo: number,
): Promise<SliceRow[]> {
  return db
    .selectFrom('slices')
    .select(['id as sliceId', 'deleted_at as deletedAt', 'query', 'type', 'name'])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('change_no', '>', after)
    .where('change_no', '<=', upTo)
    .execute()
    .then((rows) =>
      rows.map(({ sliceId, deletedAt, query, type, name }) => ({
        sliceId,
        isLive: deletedAt === null,
        query,
        tag: type === 'tag' ? name : null,
      })),
    );
}

/** Members that came or left after the row `after`, by writes up to and including `upTo`; walks slice_items_by_change. */
export async function listChangedMembers(
  db: Database,
  tenantId: string,
  datasetId: string,
  after: Omit<MemberRow, 'isMember'>,
  upTo: number,
  limit: number,
): Promise<MemberRow[]> {
  const rows = await db
    .selectFrom('slice_items')
    .select(['change_no as changeNo', 'slice_id as sliceId', 'seq', 'is_member as isMember'])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    // a row value, so that both databases start in the index where the last page ended
    .where(sql<boolean>`(change_no, slice_id, seq) > (${after.changeNo}, ${after.sliceId}, ${after.seq})`)
    .where('change_no', '<=', upTo)
    .orderBy('change_no')
    .orderBy('slice_id')
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...row, isMember: row.isMember === 1 }));
}
