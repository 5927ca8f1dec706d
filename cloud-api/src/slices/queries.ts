import { inChunks } from '../database/in-chunks.ts';
import { liveItemsAt } from '../database/live-items.ts';
import type { Database } from '../database/open-database.ts';
import type { SlicesTable } from '../database/slice-tables.ts';

/** A slice of a dataset that is there. */
export interface SliceRow {
  sliceId: string;
  datasetId: string;
  name: string;
  type: string;
  /** What the members of a live slice meet; null when they are rows. */
  query: string | null;
  description: string | null;
  tags: string;
  pendingJobs: number;
  createdAt: number;
}

const columns = [
  'slices.id as sliceId',
  'slices.dataset_id as datasetId',
  'slices.name',
  'slices.type',
  'slices.query',
  'slices.description',
  'slices.tags',
  'slices.pending_jobs as pendingJobs',
  'slices.created_at as createdAt',
] as const;

const selectSlices = (db: Database, tenantId: string) =>
  db
    .selectFrom('slices')
    .innerJoin('datasets', (join) =>
      join.onRef('datasets.tenant_id', '=', 'slices.tenant_id').onRef('datasets.id', '=', 'slices.dataset_id'),
    )
    .select(columns)
    .where('slices.tenant_id', '=', tenantId)
    .where('slices.deleted_at', 'is', null)
    .where('datasets.deleted_at', 'is', null);

export async function findSliceRow(db: Database, tenantId: string, sliceId: string): Promise<SliceRow | undefined> {
  return selectSlices(db, tenantId).where('slices.id', '=', sliceId).executeTakeFirst();
}

/** Oldest first; of one dataset, or of all that are there. Tags are none of them. */
export async function listSliceRows(db: Database, tenantId: string, datasetId?: string): Promise<SliceRow[]> {
  const slices = selectSlices(db, tenantId)
    .where('slices.type', '!=', 'tag')
    .orderBy('slices.created_at')
    .orderBy('slices.id');
  return datasetId === undefined ? slices.execute() : slices.where('slices.dataset_id', '=', datasetId).execute();
}

/** The tags of a dataset by name. */
export async function listTagRows(db: Database, tenantId: string, datasetId: string): Promise<SliceRow[]> {
  return selectSlices(db, tenantId)
    .where('slices.dataset_id', '=', datasetId)
    .where('slices.type', '=', 'tag')
    .orderBy('slices.name')
    .execute();
}

export async function insertSlice(db: Database, row: SlicesTable): Promise<void> {
  await db.insertInto('slices').values(row).execute();
}

/** Which of the places are members already. */
export async function listMembersAmong(
  db: Database,
  tenantId: string,
  slice: { datasetId: string; sliceId: string },
  seqs: readonly number[],
): Promise<Set<number>> {
  const members = new Set<number>();
  for (const chunk of inChunks(seqs, 1)) {
    const rows = await selectMembers(db, tenantId, slice)
      .where('is_member', '=', 1)
      .where('seq', 'in', chunk)
      .execute();
    for (const { seq } of rows) members.add(seq);
  }
  return members;
}

const selectMembers = (db: Database, tenantId: string, slice: { datasetId: string; sliceId: string }) =>
  db
    .selectFrom('slice_items')
    .select('seq')
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', slice.datasetId)
    .where('slice_id', '=', slice.sliceId);

/** Places that are no members yet; one that left comes back. */
export async function insertMembers(
  db: Database,
  tenantId: string,
  slice: { datasetId: string; sliceId: string },
  seqs: readonly number[],
  changeNo: number,
): Promise<void> {
  for (const chunk of inChunks(seqs, 6)) {
    await db
      .insertInto('slice_items')
      .values(
        chunk.map((seq) => ({
          tenant_id: tenantId,
          dataset_id: slice.datasetId,
          slice_id: slice.sliceId,
          seq,
          is_member: 1,
          change_no: changeNo,
        })),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['tenant_id', 'dataset_id', 'slice_id', 'seq'])
          .doUpdateSet({ is_member: 1, change_no: changeNo }),
      )
      .execute();
  }
}

/** Lets members leave. */
export async function removeMembers(
  db: Database,
  tenantId: string,
  slice: { datasetId: string; sliceId: string },
  seqs: readonly number[],
  changeNo: number,
): Promise<void> {
  for (const chunk of inChunks(seqs, 1)) {
    await db
      .updateTable('slice_items')
      .set({ is_member: 0, change_no: changeNo })
      .where('tenant_id', '=', tenantId)
      .where('dataset_id', '=', slice.datasetId)
      .where('slice_id', '=', slice.sliceId)
      .where('seq', 'in', chunk)
      .execute();
  }
}

/** Which of the sets hold the items at some places, in the order of the sets. */
export async function listSetsAt(
  db: Database,
  tenantId: string,
  datasetId: string,
  sliceIds: readonly string[],
  seqs: readonly number[],
): Promise<{ sliceId: string; seq: number }[]> {
  const rows: { sliceId: string; seq: number }[] = [];
  for (const sliceId of sliceIds) {
    for (const chunk of inChunks(seqs, 1)) {
      const members = await selectMembers(db, tenantId, { datasetId, sliceId })
        .where('is_member', '=', 1)
        .where('seq', 'in', chunk)
        .execute();
      rows.push(...members.map(({ seq }) => ({ sliceId, seq })));
    }
  }
  return rows;
}

/** Places of up to `limit` live members from `fromSeq` on, ascending. */
export async function listMembersFrom(
  db: Database,
  tenantId: string,
  slice: { datasetId: string; sliceId: string },
  fromSeq: number,
  limit: number,
): Promise<number[]> {
  const rows = await db
    .selectFrom('slice_items')
    .innerJoin('items', (join) => join.on(liveItemsAt('slice_items')))
    .select('slice_items.seq')
    .where('slice_items.tenant_id', '=', tenantId)
    .where('slice_items.dataset_id', '=', slice.datasetId)
    .where('slice_items.slice_id', '=', slice.sliceId)
    .where('slice_items.is_member', '=', 1)
    .where('slice_items.seq', '>=', fromSeq)
    .orderBy('slice_items.seq')
    .limit(limit)
    .execute();
  return rows.map(({ seq }) => seq);
}

export async function renameSliceRow(
  db: Database,
  tenantId: string,
  sliceId: string,
  change: { name?: string; description?: string | null },
): Promise<void> {
  await db.updateTable('slices').set(change).where('tenant_id', '=', tenantId).where('id', '=', sliceId).execute();
}

export async function setSliceTags(db: Database, tenantId: string, sliceId: string, tags: string): Promise<void> {
  await db.updateTable('slices').set({ tags }).where('tenant_id', '=', tenantId).where('id', '=', sliceId).execute();
}

export async function setPendingJobs(db: Database, tenantId: string, sliceId: string, jobs: number): Promise<void> {
  await db
    .updateTable('slices')
    .set({ pending_jobs: jobs })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', sliceId)
    .execute();
}

/** Empties a slice's row down to what projections need to hear of its end, and removes its members. */
export async function removeSlice(
  db: Database,
  tenantId: string,
  slice: { datasetId: string; sliceId: string },
  change: { changeNo: number; nowMs: number },
): Promise<void> {
  await db
    .updateTable('slices')
    .set({ name: '', query: null, description: null, tags: '[]', change_no: change.changeNo, deleted_at: change.nowMs })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', slice.sliceId)
    .execute();
  await db
    .deleteFrom('slice_items')
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', slice.datasetId)
    .where('slice_id', '=', slice.sliceId)
    .execute();
}

/** A slice whose dataset is deleted, whoever's it is. */
export async function findOrphan(
  db: Database,
): Promise<{ tenantId: string; datasetId: string; sliceId: string } | undefined> {
  return db
    .selectFrom('slices')
    .innerJoin('datasets', (join) =>
      join.onRef('datasets.tenant_id', '=', 'slices.tenant_id').onRef('datasets.id', '=', 'slices.dataset_id'),
    )
    .select(['slices.tenant_id as tenantId', 'slices.dataset_id as datasetId', 'slices.id as sliceId'])
    .where('datasets.deleted_at', 'is not', null)
    .executeTakeFirst();
}

/** Removes up to `most` members and, once there are none, the slice itself; answers how many rows went. */
export async function purgeSlice(
  db: Database,
  slice: { tenantId: string; datasetId: string; sliceId: string },
  most: number,
): Promise<number> {
  const members = await selectMembers(db, slice.tenantId, slice).limit(most).execute();
  if (members.length === 0) {
    await db.deleteFrom('slices').where('tenant_id', '=', slice.tenantId).where('id', '=', slice.sliceId).execute();
    return 1;
  }
  await db
    .deleteFrom('slice_items')
    .where('tenant_id', '=', slice.tenantId)
    .where('dataset_id', '=', slice.datasetId)
    .where('slice_id', '=', slice.sliceId)
    .where(
      'seq',
      'in',
      members.map(({ seq }) => seq),
    )
    .execute();
  return members.length;
}
