import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import type { RawItem } from '@nucleus/shared/wire/exports';
import { addressOf } from '../items/rules.ts';

/**
 * Labels without those of earlier tasks: a label of no task stays, and of the others those of the task that was written last. Tasks that
 * came in one write count as one.
 */
export function ofMostRecentTask<Row extends { task_id: string | null; change_no: number }>(
  rows: readonly Row[],
): readonly Row[] {
  const last = Math.max(...rows.map((row) => (row.task_id === null ? -1 : row.change_no)));
  const recent = new Set(rows.flatMap((row) => (row.change_no === last ? [row.task_id] : [])));
  return rows.filter(({ task_id: taskId }) => taskId === null || recent.has(taskId));
}

/** Where the bytes of an item are. Nothing is fetched: in privacy mode both are the agent's address. */
export function toRawItem(item: DatasetItem): RawItem {
  return {
    id: item.id,
    ref_id: item.ref_id,
    metadata: item.metadata,
    original_url: addressOf(item),
    scale_url: addressOf(item),
  };
}
