import { type SqlBool, sql } from 'kysely';
import { type BulkColumns, insertRows } from '../database/insert-rows.ts';
import { liveItemsAt } from '../database/live-items.ts';
import type { Database } from '../database/open-database.ts';

/** A slice of a tenant. */
export interface SlicePlace {
  tenantId: string;
  datasetId: string;
  sliceId: string;
}

/** A label as a member of a slice. */
export interface ObjectMember {
  labelId: string;
  runId: string;
  /** Place of its item. */
  seq: number;
}

const columns: BulkColumns<'slice_objects'> = {
  tenant_id: 'text',
  dataset_id: 'text',
  slice_id: 'text',
  seq: 'bigint',
  label_id: 'text',
  run_id: 'text',
};

export function insertObjects(db: Database, slice: SlicePlace, objects: readonly ObjectMember[]): Promise<void> {
  const rows = objects.map(({ seq, labelId, runId }) => ({
    tenant_id: slice.tenantId,
    dataset_id: slice.datasetId,
    slice_id: slice.sliceId,
    seq,
    label_id: labelId,
    run_id: runId,
  }));
  return insertRows(db, 'slice_objects', columns, rows, '(tenant_id, dataset_id, slice_id, seq, label_id) do nothing');
}

/** Labels of a slice behind a row, in order of their items, which are live members still. A label itself may be gone. */
export function listObjectsAfter(
  db: Database,
  { tenantId, datasetId, sliceId }: SlicePlace,
  after: Pick<ObjectMember, 'seq' | 'labelId'>,
  limit: number,
): Promise<(ObjectMember & { referenceId: string })[]> {
  return db
    .selectFrom('slice_objects')
    .innerJoin('slice_items', (join) =>
      join
        .onRef('slice_items.tenant_id', '=', 'slice_objects.tenant_id')
        .onRef('slice_items.dataset_id', '=', 'slice_objects.dataset_id')
        .onRef('slice_items.slice_id', '=', 'slice_objects.slice_id')
        .onRef('slice_items.seq', '=', 'slice_objects.seq'),
    )
    .innerJoin('items', (join) => join.on(liveItemsAt('slice_objects')))
    .select([
      'slice_objects.label_id as labelId',
      'slice_objects.run_id as runId',
      'slice_objects.seq',
      'items.reference_id as referenceId',
    ])
    .where('slice_objects.tenant_id', '=', tenantId)
    .where('slice_objects.dataset_id', '=', datasetId)
    .where('slice_objects.slice_id', '=', sliceId)
    .where('slice_items.is_member', '=', 1)
    .where(sql<SqlBool>`(slice_objects.seq, slice_objects.label_id) > (${after.seq}, ${after.labelId})`)
    .orderBy('slice_objects.seq')
    .orderBy('slice_objects.label_id')
    .limit(limit)
    .$narrowType<{ referenceId: string }>()
    .execute();
}

/** Forgets which labels a slice holds. */
export async function removeObjects(db: Database, { tenantId, datasetId, sliceId }: SlicePlace): Promise<void> {
  await db
    .deleteFrom('slice_objects')
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('slice_id', '=', sliceId)
    .execute();
}
