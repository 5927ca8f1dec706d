import type { State } from './open-state.ts';
import type { OutboxRow } from './rows.ts';

/**
 * Owes the cloud one change. The newest change of an item replaces an older one that is still queued; to be called inside the
 * transaction that changes the item's row.
 */
export function prepareEnqueue(state: State): (change: OutboxRow) => void {
  const put = state.prepare<OutboxRow>(
    `insert into outbox (source_no, reference_id, item_key, revision, op, new_reference_id)
     values (@source_no, @reference_id, @item_key, @revision, @op, @new_reference_id)
     on conflict (source_no, reference_id) do update set
       item_key = excluded.item_key, revision = excluded.revision, op = excluded.op, new_reference_id = excluded.new_reference_id`,
  );
  const forgive = state.prepare<[number, string]>('delete from dead_letters where source_no = ? and reference_id = ?');
  return (change) => {
    put.run(change);
    // what was refused for good may be right now
    forgive.run(change.source_no, change.reference_id);
  };
}
