import { isAmong, isAmongNumbers } from '../database/insert-rows.ts';
import type { Database } from '../database/open-database.ts';
import type { LabelPlace } from './rules.ts';

export interface FoundLabel {
  labelId: string;
  runId: string;
  kind: string;
  /** Place of its item. */
  seq: number;
}

/** Those labels of live items at some places that have one of some ids. */
export function listLabelsById(
  db: Database,
  { tenantId, datasetId, runId }: LabelPlace,
  ids: readonly string[],
  seqs: readonly number[],
): Promise<FoundLabel[]> {
  return db
    .selectFrom('labels')
    .innerJoin('items', (join) =>
      join
        .onRef('items.tenant_id', '=', 'labels.tenant_id')
        .onRef('items.dataset_id', '=', 'labels.dataset_id')
        .onRef('items.seq', '=', 'labels.seq'),
    )
    .select(['labels.id as labelId', 'labels.run_id as runId', 'labels.kind', 'labels.seq'])
    .where('labels.tenant_id', '=', tenantId)
    .where('labels.dataset_id', '=', datasetId)
    .where('labels.run_id', '=', runId)
    .where(isAmongNumbers(db, 'labels.seq', seqs))
    .where(isAmong(db, 'labels.id', ids))
    .where('items.state', '=', 'live')
    .orderBy('labels.seq')
    .orderBy('labels.id')
    .execute();
}
