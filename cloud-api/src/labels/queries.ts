import { type BulkColumns, insertRows, isAmong, isAmongNumbers } from '../database/insert-rows.ts';
import type { LabelMasksTable, LabelsTable, LabelTotalsTable } from '../database/label-tables.ts';
import type { Database } from '../database/open-database.ts';
import { type LabelPlace, sceneTruth } from './rules.ts';

const labelColumns: BulkColumns<'labels'> = {
  tenant_id: 'text',
  dataset_id: 'text',
  run_id: 'text',
  seq: 'bigint',
  identity: 'text',
  id: 'text',
  kind: 'text',
  label: 'text',
  taxonomy: 'text',
  annotation_id: 'text',
  task_id: 'text',
  track_reference_id: 'text',
  body: 'text',
  change_no: 'bigint',
  created_at: 'bigint',
};
const totalColumns: BulkColumns<'label_totals'> = {
  tenant_id: 'text',
  dataset_id: 'text',
  run_id: 'text',
  seq: 'bigint',
  change_no: 'bigint',
  totals: 'text',
};
const maskColumns: BulkColumns<'label_masks'> = {
  tenant_id: 'text',
  dataset_id: 'text',
  run_id: 'text',
  seq: 'bigint',
  sha256: 'text',
};

/** What a write must know of labels that are there already. */
export type LabelHead = Pick<LabelsTable, 'seq' | 'identity' | 'id' | 'kind' | 'label' | 'taxonomy' | 'created_at'>;
/** What answering a label takes. */
export type LabelRow = Pick<
  LabelsTable,
  'seq' | 'id' | 'kind' | 'label' | 'annotation_id' | 'task_id' | 'body' | 'change_no' | 'created_at'
>;

const rowColumns = [
  'seq',
  'id',
  'kind',
  'label',
  'annotation_id',
  'task_id',
  'body',
  'change_no',
  'created_at',
] as const satisfies readonly (keyof LabelRow)[];

const selectAt = (db: Database, place: LabelPlace) =>
  db
    .selectFrom('labels')
    .where('tenant_id', '=', place.tenantId)
    .where('dataset_id', '=', place.datasetId)
    .where('run_id', '=', place.runId);

/** Labels of the items at some places. */
export function listHeads(db: Database, place: LabelPlace, seqs: readonly number[]): Promise<LabelHead[]> {
  return selectAt(db, place)
    .select(['seq', 'identity', 'id', 'kind', 'label', 'taxonomy', 'created_at'])
    .where(isAmongNumbers(db, 'seq', seqs))
    .execute();
}

/** Labels of the items at some places, by item and in the order in which they first came. */
export function listRows(db: Database, place: LabelPlace, seqs: readonly number[]): Promise<LabelRow[]> {
  return selectAt(db, place)
    .select(rowColumns)
    .where(isAmongNumbers(db, 'seq', seqs))
    .orderBy('seq')
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

/** Tracks that labels of the items at some places name, whichever run they are of. */
export async function listTrackNames(
  db: Database,
  { tenantId, datasetId }: Omit<LabelPlace, 'runId'>,
  seqs: readonly number[],
): Promise<string[]> {
  const rows = await db
    .selectFrom('labels')
    .select('track_reference_id as name')
    .distinct()
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('track_reference_id', 'is not', null)
    .where('run_id', '!=', sceneTruth)
    .where(isAmongNumbers(db, 'seq', seqs))
    .$narrowType<{ name: string }>()
    .execute();
  return rows.map(({ name }) => name);
}

/** Counts of up to `limit` items of a run that stand after a place; those without labels are among them. */
export function listLabelled(
  db: Database,
  place: LabelPlace,
  afterSeq: number,
  limit: number,
): Promise<{ seq: number; totals: string }[]> {
  return db
    .selectFrom('label_totals')
    .select(['seq', 'totals'])
    .where('tenant_id', '=', place.tenantId)
    .where('dataset_id', '=', place.datasetId)
    .where('run_id', '=', place.runId)
    .where('seq', '>', afterSeq)
    .orderBy('seq')
    .limit(limit)
    .execute();
}

/** Adds labels, or replaces what those of the same identity say; their ids and their first time stay. */
export async function putLabels(db: Database, rows: readonly LabelsTable[]): Promise<void> {
  const replaced = (
    ['kind', 'label', 'taxonomy', 'annotation_id', 'task_id', 'track_reference_id', 'body', 'change_no'] as const
  ).map((name) => `${name} = excluded.${name}`);
  const key = '(tenant_id, dataset_id, run_id, seq, identity)';
  await insertRows(db, 'labels', labelColumns, rows, `${key} do update set ${replaced.join(', ')}`);
}

export async function putTotals(db: Database, rows: readonly LabelTotalsTable[]): Promise<void> {
  const key = '(tenant_id, dataset_id, run_id, seq)';
  const replaced = 'change_no = excluded.change_no, totals = excluded.totals';
  await insertRows(db, 'label_totals', totalColumns, rows, `${key} do update set ${replaced}`);
}

export async function putMasks(db: Database, rows: readonly LabelMasksTable[]): Promise<void> {
  const key = '(tenant_id, dataset_id, run_id, seq)';
  await insertRows(db, 'label_masks', maskColumns, rows, `${key} do update set sha256 = excluded.sha256`);
}

/** Masks that no longer have a picture. */
export async function dropMasks(db: Database, place: LabelPlace, seqs: readonly number[]): Promise<void> {
  if (seqs.length === 0) return;
  await db
    .deleteFrom('label_masks')
    .where('tenant_id', '=', place.tenantId)
    .where('dataset_id', '=', place.datasetId)
    .where('run_id', '=', place.runId)
    .where(isAmongNumbers(db, 'seq', seqs))
    .execute();
}

/** Whole rows of the items at some places. */
export function listWhole(db: Database, place: LabelPlace, seqs: readonly number[]): Promise<LabelsTable[]> {
  return selectAt(db, place)
    .selectAll()
    .where(isAmongNumbers(db, 'seq', seqs))
    .execute();
}

export async function removeByIdentity(
  db: Database,
  place: LabelPlace,
  rows: readonly Pick<LabelsTable, 'seq' | 'identity'>[],
): Promise<void> {
  if (rows.length === 0) return;
  const seqs = rows.map(({ seq }) => seq);
  const identities = rows.map(({ identity }) => identity);
  await db
    .deleteFrom('labels')
    .where('tenant_id', '=', place.tenantId)
    .where('dataset_id', '=', place.datasetId)
    .where('run_id', '=', place.runId)
    .where(isAmongNumbers(db, 'seq', seqs))
    .where(isAmong(db, 'identity', identities))
    .execute();
}

/** Removes the labels of the items at some places; answers how many. */
export async function removeLabels(db: Database, place: LabelPlace, seqs: readonly number[]): Promise<number> {
  await dropMasks(db, place, seqs);
  const done = await db
    .deleteFrom('labels')
    .where('tenant_id', '=', place.tenantId)
    .where('dataset_id', '=', place.datasetId)
    .where('run_id', '=', place.runId)
    .where(isAmongNumbers(db, 'seq', seqs))
    .executeTakeFirst();
  return Number(done.numDeletedRows);
}

/** Up to `most` labels of a taxonomy, in whichever run. */
export function listOfTaxonomy(
  db: Database,
  { tenantId, datasetId }: Omit<LabelPlace, 'runId'>,
  taxonomy: string,
  most: number,
): Promise<{ runId: string; seq: number }[]> {
  return db
    .selectFrom('labels')
    .select(['run_id as runId', 'seq'])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('taxonomy', '=', taxonomy)
    .limit(most)
    .execute();
}

export async function removeOfTaxonomy(
  db: Database,
  place: LabelPlace,
  taxonomy: string,
  seqs: readonly number[],
): Promise<void> {
  await db
    .deleteFrom('labels')
    .where('tenant_id', '=', place.tenantId)
    .where('dataset_id', '=', place.datasetId)
    .where('run_id', '=', place.runId)
    .where('taxonomy', '=', taxonomy)
    .where(isAmongNumbers(db, 'seq', seqs))
    .execute();
}

/** The object that holds the picture of an item's mask. */
export function findMask(
  db: Database,
  place: LabelPlace,
  seq: number,
): Promise<{ sha256: string; format: string; width: number; height: number } | undefined> {
  return db
    .selectFrom('label_masks')
    .innerJoin('objects', (join) =>
      join.onRef('objects.tenant_id', '=', 'label_masks.tenant_id').onRef('objects.sha256', '=', 'label_masks.sha256'),
    )
    .select(['objects.sha256', 'objects.format', 'objects.width', 'objects.height'])
    .where('label_masks.tenant_id', '=', place.tenantId)
    .where('label_masks.dataset_id', '=', place.datasetId)
    .where('label_masks.run_id', '=', place.runId)
    .where('label_masks.seq', '=', seq)
    .executeTakeFirst();
}
