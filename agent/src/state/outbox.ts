/** What is owed to the cloud: read in order, settled change by change. The inserting side is the catalogue's. */
import type { Ack } from '@nucleus/shared/wire/agents';
import type { State } from './open-state.ts';
import type { ItemRow, OutboxRow } from './rows.ts';

/** A change that is owed, with all of its item that a record needs. */
export type OwedChange = OutboxRow &
  Pick<ItemRow, 'path' | 'byte_size' | 'content_hash' | 'ingest_day' | 'facts' | 'sidecar'>;

/** A change as it was sent, for matching with its answer. */
export interface SentChange {
  ref: string;
  rev: number;
  /** Digest of the item, `deleted`, or null for a rekey. */
  digest: string | null;
}

export interface Settled {
  acknowledged: number;
  requeued: number;
  rejected: number;
}

export interface Outbox {
  /** Up to `limit` owed changes of a source with a reference id above `after`, by reference id. Rekeys and the rest never mix. */
  read(sourceNo: number, which: 'rekeys' | 'others', after: string, limit: number): OwedChange[];
  hasRekeys(sourceNo: number): boolean;
  /** Applies the answers to a batch in one transaction. `acks` answer `sent` line by line; changes newer than what was sent stay owed. */
  settle(sourceNo: number, sent: readonly SentChange[], acks: readonly Ack[]): Settled;
  /** Moves a change out of the way with a reason; it comes back when its item changes. */
  bury(sourceNo: number, ref: string, rev: number, code: string): void;
  /** Makes an item's present state owed again at `rev` or its own revision, whichever is higher. False when there is nothing to say. */
  owe(sourceNo: number, ref: string, rev: number): boolean;
  /** Makes everything that the cloud was ever told owed again. Returns how many. */
  oweAll(sourceNo: number): number;
  queued(sourceNo: number): number;
  deadLetters(sourceNo: number): number;
}

/** Prepares the statements once per open state. */
export function openOutbox(state: State, now: () => number = Date.now): Outbox {
  const columns = `o.source_no, o.reference_id, o.item_key, o.revision, o.op, o.new_reference_id,
    i.path, i.byte_size, i.content_hash, i.ingest_day, i.facts, i.sidecar`;
  const readWhere = (filter: string) =>
    state.prepare<[number, string, number], OwedChange>(
      `select ${columns} from outbox o join items i on i.item_key = o.item_key
       where o.source_no = ? and o.reference_id > ? and ${filter} order by o.reference_id limit ?`,
    );
  const readRekeys = readWhere(`o.op = 'rekey'`);
  const readOthers = readWhere(`o.op <> 'rekey'`);
  const anyRekey = state
    .prepare<[number], number>(`select 1 from outbox where source_no = ? and op = 'rekey' limit 1`)
    .pluck();
  const owed = state.prepare<[number, string], OutboxRow>(
    'select * from outbox where source_no = ? and reference_id = ?',
  );
  const take = state
    .prepare<[number, string, number], Buffer>(
      'delete from outbox where source_no = ? and reference_id = ? and revision = ? returning item_key',
    )
    .pluck();
  const drop = state.prepare('delete from outbox where source_no = ? and reference_id = ? and revision = ?');
  const acknowledge = state.prepare(
    `update items set acked_revision = max(acked_revision, @rev), acked_digest = coalesce(@digest, acked_digest), revision = max(revision, @rev)
     where item_key = @key`,
  );
  const raiseItem = state.prepare('update items set revision = max(revision, ?) where item_key = ?');
  const raiseOwed = state.prepare(
    'update outbox set revision = max(revision, ?) where source_no = ? and reference_id = ?',
  );
  const forgetDead = state.prepare('delete from dead_letters where source_no = ? and reference_id = ?');
  const anyDead = state.prepare<[number], number>('select 1 from dead_letters where source_no = ? limit 1').pluck();
  const insertDead = state.prepare(
    `insert or replace into dead_letters (source_no, reference_id, item_key, revision, code, at_ms) values (?, ?, ?, ?, ?, ?)`,
  );
  const findItem = state.prepare<[number, string], ItemRow>(
    'select * from items where source_no = ? and reference_id = ?',
  );
  const insertOwed = state.prepare(
    `insert into outbox (source_no, reference_id, item_key, revision, op) values (?, ?, ?, ?, ?)
     on conflict (source_no, reference_id) do update set revision = max(revision, excluded.revision)`,
  );
  const insertAll = state.prepare(
    `insert into outbox (source_no, reference_id, item_key, revision, op)
     select source_no, reference_id, item_key, revision, case presence when 'tombstone' then 'delete' else 'put' end
     from items where source_no = ? and revision > 0 and (presence = 'tombstone' or status = 'catalogued')
     on conflict (source_no, reference_id) do nothing`,
  );
  const countOwed = state.prepare<[number], number>('select count(*) from outbox where source_no = ?').pluck();
  const countDead = state.prepare<[number], number>('select count(*) from dead_letters where source_no = ?').pluck();

  function bury(sourceNo: number, ref: string, rev: number, code: string): boolean {
    const row = owed.get(sourceNo, ref);
    if (!row) return false;
    insertDead.run(sourceNo, ref, row.item_key, rev, code, now());
    drop.run(sourceNo, ref, rev);
    return true;
  }

  function settleOne(sourceNo: number, sent: SentChange, ack: Ack, settled: Settled, hasDead: boolean): void {
    if (ack.status === 'applied' || ack.status === 'duplicate') {
      // by far the most: nothing newer is owed, so one statement finds and takes the row
      const itemKey = take.get(sourceNo, sent.ref, sent.rev);
      if (itemKey) {
        acknowledge.run({ rev: sent.rev, digest: sent.digest, key: itemKey });
        if (hasDead) forgetDead.run(sourceNo, sent.ref);
        settled.acknowledged += 1;
        return;
      }
    }
    const row = owed.get(sourceNo, sent.ref);
    if (!row) return; // taken back while it was on its way
    const rev = ack.status === 'stale' && ack.current ? ack.current.rev : sent.rev;
    const isSame = ack.status === 'stale' && ack.current?.digest === sent.digest;
    if (ack.status === 'rejected') {
      bury(sourceNo, sent.ref, sent.rev, ack.code ?? 'rejected');
      settled.rejected += 1;
    } else if (ack.status === 'stale' && !isSame) {
      raiseOwed.run(rev + 1, sourceNo, sent.ref);
      raiseItem.run(rev + 1, row.item_key);
      settled.requeued += 1;
    } else {
      acknowledge.run({ rev, digest: sent.digest, key: row.item_key });
      drop.run(sourceNo, sent.ref, sent.rev);
      // a change made since is still owed, and must be newer than what the cloud holds
      if (row.revision !== sent.rev) raiseOwed.run(rev + 1, sourceNo, sent.ref);
      forgetDead.run(sourceNo, sent.ref);
      settled.acknowledged += 1;
    }
  }

  return {
    read: (sourceNo, which, after, limit) => (which === 'rekeys' ? readRekeys : readOthers).all(sourceNo, after, limit),
    hasRekeys: (sourceNo) => anyRekey.get(sourceNo) !== undefined,
    settle: state.transaction((sourceNo: number, sent: readonly SentChange[], acks: readonly Ack[]): Settled => {
      const settled: Settled = { acknowledged: 0, requeued: 0, rejected: 0 };
      // none is forgotten where there is none: most of the time
      const hasDead = anyDead.get(sourceNo) !== undefined;
      for (const [i, change] of sent.entries()) {
        const ack = acks[i];
        if (ack) settleOne(sourceNo, change, ack, settled, hasDead);
      }
      return settled;
    }).immediate,
    bury: state.transaction(
      (sourceNo: number, ref: string, rev: number, code: string) => void bury(sourceNo, ref, rev, code),
    ).immediate,
    owe: state.transaction((sourceNo: number, ref: string, rev: number): boolean => {
      const item = findItem.get(sourceNo, ref);
      const op = item?.presence === 'tombstone' || item?.digest === 'deleted' ? 'delete' : 'put';
      if (!item || (op === 'put' && item.status !== 'catalogued')) return false;
      const next = Math.max(item.revision, rev);
      raiseItem.run(next, item.item_key);
      insertOwed.run(sourceNo, ref, item.item_key, next, op);
      return true;
    }).immediate,
    oweAll: (sourceNo) => insertAll.run(sourceNo).changes,
    queued: (sourceNo) => countOwed.get(sourceNo) ?? 0,
    deadLetters: (sourceNo) => countDead.get(sourceNo) ?? 0,
  };
}
