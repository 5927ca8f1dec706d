/**
 * Labels of items that get another reference id. The ids that clients make hold the item's (`class-x-y-width-height-REFERENCE`), and so may
 * addresses of masks: an item that becomes a pseudonym leaves its path in neither.
 */
import type { LabelsTable } from '../database/label-tables.ts';
import type { Database } from '../database/open-database.ts';
import { listRunIds } from '../models/find-model.ts';
import { listWhole, putLabels, removeByIdentity } from './queries.ts';
import { groundTruth, identityOfNamed, type LabelPlace } from './rules.ts';

export interface Rename {
  seq: number;
  from: string;
  to: string;
}

/** In the transaction that renames the items. */
export async function renameInLabels(
  tx: Database,
  dataset: Omit<LabelPlace, 'runId'>,
  renames: readonly Rename[],
): Promise<void> {
  if (renames.length === 0) return;
  const bySeq = new Map(renames.map((rename) => [rename.seq, rename]));
  for (const runId of [groundTruth, ...(await listRunIds(tx, dataset.tenantId, dataset.datasetId))]) {
    const place = { ...dataset, runId };
    const rows = await listWhole(tx, place, [...bySeq.keys()]);
    const changed = rows.flatMap((row) => {
      const renamed = renameRow(row, bySeq.get(row.seq));
      return renamed === undefined ? [] : [{ row, renamed }];
    });
    await removeByIdentity(
      tx,
      place,
      changed.map(({ row }) => row),
    );
    await putLabels(
      tx,
      changed.map(({ renamed }) => renamed),
    );
  }
}

function renameRow(row: LabelsTable, rename: Rename | undefined): LabelsTable | undefined {
  if (rename === undefined) return undefined;
  const body = JSON.parse(row.body) as Record<string, unknown>;
  const replaced = (name: string): Record<string, string> => {
    const value = body[name];
    return typeof value === 'string' && value.includes(rename.from)
      ? { [name]: value.replaceAll(rename.from, rename.to) }
      : {};
  };
  const change: { annotation_id?: string } = { ...replaced('annotation_id'), ...replaced('mask_url') };
  if (Object.keys(change).length === 0) return undefined;
  const { annotation_id: id } = change;
  return {
    ...row,
    ...(id === undefined ? {} : { annotation_id: id }),
    ...(id === undefined || row.kind === 'segmentation' ? {} : { identity: identityOfNamed(id, row.task_id) }),
    body: JSON.stringify({ ...body, ...change }),
  };
}
