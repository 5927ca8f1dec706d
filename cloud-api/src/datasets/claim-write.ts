/**
 * A write to a dataset's items starts by claiming its row: that gives the write its change number and, on PostgreSQL, makes
 * writers of one dataset wait for each other, so that change numbers are committed in order. Who wrote and when is kept beside the
 * number: rows carry the number alone. It ends by settling the counts.
 */
import type { Acting } from '../audit/acting.ts';
import type { Database } from '../database/open-database.ts';
import { together } from '../database/together.ts';
import { datasetNotFound } from './rules.ts';

export interface DatasetClaim {
  datasetId: string;
  changeNo: number;
  /** Place of the next new item. */
  nextSeq: number;
  isScene: boolean;
  isPrivate: boolean;
}

/**
 * First statement of a transaction that writes items.
 * @throws AppError `dataset-not-found` for one that is missing, deleted or another tenant's.
 */
export async function claimWrite(tx: Database, acting: Acting, datasetId: string): Promise<DatasetClaim> {
  const [[row]] = await together(tx, (tx) => [
    raiseChangeNo(tx, acting.tenantId, datasetId),
    noteWrite(tx, acting, datasetId),
  ]);
  if (row === undefined) throw datasetNotFound(datasetId);
  return {
    datasetId,
    changeNo: row.change_no,
    nextSeq: row.next_seq,
    isScene: row.is_scene === 1,
    isPrivate: row.privacy_mode === 1,
  };
}

function raiseChangeNo(tx: Database, tenantId: string, datasetId: string) {
  return tx
    .updateTable('datasets')
    .set((set) => ({ change_no: set('change_no', '+', 1) }))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', datasetId)
    .where('deleted_at', 'is', null)
    .returning(['change_no', 'next_seq', 'is_scene', 'privacy_mode'])
    .execute();
}

/** Who writes and when, under the number that the write was just given. */
function noteWrite(tx: Database, acting: Acting, datasetId: string) {
  return tx
    .insertInto('dataset_writes')
    .columns(['tenant_id', 'dataset_id', 'change_no', 'at', 'actor'])
    .expression((from) =>
      from
        .selectFrom('datasets')
        .select(({ val }) => [
          'tenant_id',
          'id',
          'change_no',
          val(acting.nowMs).as('at'),
          val(acting.actor).as('actor'),
        ])
        .where('tenant_id', '=', acting.tenantId)
        .where('id', '=', datasetId)
        .where('deleted_at', 'is', null),
    )
    .execute();
}

/** Last statement about the dataset in that transaction: how many places were taken and how many items became live. */
export async function settleWrite(
  tx: Database,
  tenantId: string,
  datasetId: string,
  counts: { nextSeq: number; liveDelta: number },
): Promise<void> {
  await tx
    .updateTable('datasets')
    .set((set) => ({ next_seq: counts.nextSeq, live_count: set('live_count', '+', counts.liveDelta) }))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', datasetId)
    .execute();
}
