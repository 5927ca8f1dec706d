import { prepareEnqueue } from './enqueue.ts';
import type { State } from './open-state.ts';
import type { ItemRow, SourceRow } from './rows.ts';

/** More deletions at once than this many, or this share of the source, wait for a person. */
const freeDeletions = 50;
const freeShare = 0.1;
/** Deletions of so long count together: a slow `rm -r` is one act, however many looks it takes. */
const oneActMs = 60_000;

function deletionAllowance(items: number): number {
  return Math.max(freeDeletions, Math.floor(items * freeShare));
}

/** Marks live items as missing: their path was found gone on a verified root. */
export function markMissing(state: State, sourceNo: number, paths: readonly Uint8Array[], nowMs: number): void {
  const mark = state.prepare<[number, number, Uint8Array]>(
    `update items set presence = 'missing', missing_since_ms = ?, missing_scans = 0
     where source_no = ? and path = ? and presence = 'live'`,
  );
  state.transaction(() => {
    for (const path of paths) mark.run(nowMs, sourceNo, path);
  })();
}

/** Counts one more complete look at which the missing items were not there. */
export function countMissingScan(state: State, sourceNo: number): void {
  state
    .prepare(`update items set missing_scans = missing_scans + 1 where source_no = ? and presence = 'missing'`)
    .run(sourceNo);
}

/** Paths of missing items that are not held, up to a limit. */
export function missingPaths(state: State, sourceNo: number, limit: number): Buffer[] {
  return state
    .prepare<[number, number], Buffer>(
      `select path from items where source_no = ? and presence = 'missing'
       and item_key not in (select item_key from held_deletions) limit ?`,
    )
    .pluck()
    .all(sourceNo, limit);
}

/**
 * Turns missing items into tombstones once they were missing for two complete looks or since before `goneBeforeMs`, and in either case since
 * before `missedBeforeMs`. When more
 * went missing within a minute than the allowance, all that are not told yet are held until confirmed instead.
 */
export function buryMissing(
  state: State,
  sourceNo: number,
  when: { goneBeforeMs: number; missedBeforeMs: number; nowMs: number },
): { buried: number; held: number } {
  return state.transaction(() => {
    const fresh = `source_no = ? and presence = 'missing' and item_key not in (select item_key from held_deletions)`;
    const missing =
      state.prepare<[number], number>(`select count(*) from items where ${fresh}`).pluck().get(sourceNo) ?? 0;
    if (missing === 0) return { buried: 0, held: 0 };
    const live = state
      .prepare<[number], number>(`select count(*) from items where source_no = ? and presence = 'live'`)
      .pluck()
      .get(sourceNo);
    const justBuried = state
      .prepare<[number, number], number>(
        `select count(*) from items where source_no = ? and presence = 'tombstone' and deleted_ms > ?
         and missing_since_ms is not null`,
      )
      .pluck()
      .get(sourceNo, when.nowMs - oneActMs);
    const recent = missing + (justBuried ?? 0);
    if (recent > deletionAllowance((live ?? 0) + recent)) {
      state
        .prepare(
          `insert into held_deletions (source_no, item_key, since_ms) select source_no, item_key, ? from items where ${fresh}`,
        )
        .run(when.nowMs, sourceNo);
      return { buried: 0, held: missing };
    }
    const due = state
      .prepare<[number, number, number], ItemRow>(
        `select * from items where ${fresh} and (missing_scans >= 2 or missing_since_ms <= ?) and missing_since_ms <= ?`,
      )
      .all(sourceNo, when.goneBeforeMs, when.missedBeforeMs);
    const bury = prepareBury(state);
    for (const item of due) bury(item, when.nowMs);
    return { buried: due.length, held: 0 };
  })();
}

/**
 * Lets the held deletions of a source happen. Files that came back meanwhile are not held any more.
 * @returns how many items are now told as deleted.
 */
export function confirmHeldDeletions(state: State, alias: string, nowMs: number = Date.now()): number {
  return state.transaction(() => {
    const source = state.prepare<[string], SourceRow>('select * from sources where alias = ?').get(alias);
    if (!source) return 0;
    const held = state
      .prepare<[number], ItemRow>(
        `select items.* from items join held_deletions using (item_key)
         where items.source_no = ? and presence = 'missing'`,
      )
      .all(source.source_no);
    const bury = prepareBury(state);
    const answerFor = state.prepare<[Buffer]>('update items set missing_since_ms = null where item_key = ?');
    for (const item of held) {
      bury(item, nowMs);
      // a person has answered for these: they do not count against the next ones
      answerFor.run(item.item_key);
    }
    state.prepare('delete from held_deletions where source_no = ?').run(source.source_no);
    return held.length;
  })();
}

/** A deletion that waits for a person. */
export interface HeldDeletion {
  path: Buffer;
  reference_id: string;
  since_ms: number;
}

/** Held deletions of a source by path, and how many there are. */
export function pageHeldDeletions(
  state: State,
  alias: string,
  offset: number,
  limit: number,
): { total: number; held: HeldDeletion[] } {
  const among = `from held_deletions h join items i using (item_key) join sources s on s.source_no = h.source_no
    where s.alias = ? and i.presence = 'missing'`;
  return {
    total: state.prepare<[string], number>(`select count(*) ${among}`).pluck().get(alias) ?? 0,
    held: state
      .prepare<[string, number, number], HeldDeletion>(
        `select i.path, i.reference_id, h.since_ms ${among} order by i.path limit ? offset ?`,
      )
      .all(alias, limit, offset),
  };
}

/** Forgets tombstones whose time is over, and whose deletion the cloud knows. */
export function forgetTombstones(state: State, sourceNo: number, deletedBeforeMs: number): void {
  state
    .prepare(
      `delete from items where source_no = ? and presence <> 'live' and presence = 'tombstone' and deleted_ms < ?
       and acked_revision >= revision`,
    )
    .run(sourceNo, deletedBeforeMs);
}

function prepareBury(state: State): (item: ItemRow, nowMs: number) => void {
  const enqueue = prepareEnqueue(state);
  const bury = state.prepare<{ item_key: Buffer; revision: number; digest: string | null; nowMs: number }>(
    `update items set presence = 'tombstone', deleted_ms = @nowMs, revision = @revision, digest = @digest where item_key = @item_key`,
  );
  const forget = state.prepare<[Buffer]>('delete from items where item_key = ?');
  return (item, nowMs) => {
    // nothing was ever told of it, and an exception has no labels to keep
    if (item.revision === 0) {
      forget.run(item.item_key);
      return;
    }
    const isTold = item.digest === 'deleted';
    const revision = isTold ? item.revision : item.revision + 1;
    bury.run({ item_key: item.item_key, revision, digest: 'deleted', nowMs });
    if (isTold) return;
    enqueue({
      source_no: item.source_no,
      reference_id: item.reference_id,
      item_key: item.item_key,
      revision,
      op: 'delete',
      new_reference_id: null,
    });
  };
}
