import type { Database } from '../database/open-database.ts';

/** How an item last stood to a slice or tag of its dataset. */
export interface MembershipRow {
  name: string;
  /** `tag` for a tag. */
  type: string;
  isMember: number;
  changeNo: number;
}

/** Of every slice and tag that the item at a place is or was in; one probe of the primary key for each of them. */
export async function listMembershipRows(
  db: Database,
  tenantId: string,
  datasetId: string,
  seq: number,
): Promise<MembershipRow[]> {
  return db
    .selectFrom('slices')
    .innerJoin('slice_items', (join) =>
      join
        .onRef('slice_items.tenant_id', '=', 'slices.tenant_id')
        .onRef('slice_items.dataset_id', '=', 'slices.dataset_id')
        .onRef('slice_items.slice_id', '=', 'slices.id'),
    )
    .select(['slices.name', 'slices.type', 'slice_items.is_member as isMember', 'slice_items.change_no as changeNo'])
    .where('slices.tenant_id', '=', tenantId)
    .where('slices.dataset_id', '=', datasetId)
    .where('slices.deleted_at', 'is', null)
    .where('slice_items.seq', '=', seq)
    .execute();
}
