import { referenceId } from '../identity/reference-id.ts';
import type { RecordPolicy } from '../record/build-record.ts';
import type { Facts } from '../record/facts.ts';
import { prepareEnqueue } from '../state/enqueue.ts';
import { oweFor } from '../state/files.ts';
import type { State } from '../state/open-state.ts';
import type { ItemRow } from '../state/rows.ts';

const batchItems = 500;

export interface PolicyPass {
  state: State;
  sourceNo: number;
  policy: RecordPolicy;
  namesKey: Uint8Array;
  signal: AbortSignal;
}

/**
 * Brings every record of a source under the configured policy: what the new one lets through or keeps back is owed to the
 * cloud as a put, and lowering to pseudonyms as a rekey with a put under the new id, which syncing sends after all rekeys. Works
 * in batches and goes on where it stopped. @returns whether all is done.
 */
export async function applyPolicy(pass: PolicyPass): Promise<boolean> {
  const { state, sourceNo, policy } = pass;
  const wanted = JSON.stringify(policy);
  const before = state
    .prepare<[number], string | null>('select policy from sources where source_no = ?')
    .pluck()
    .get(sourceNo);
  const cursorKey = `policy-pass:${sourceNo}`;
  if (before === wanted) return true;
  const previous = before ? (JSON.parse(before) as RecordPolicy) : undefined;
  // raising to paths never re-keys: an id is for life
  const isRekey = previous?.names === 'relative-path' && policy.names === 'pseudonym';
  const cursor = readCursor(state, cursorKey, wanted);
  for (let after = cursor; !pass.signal.aborted; ) {
    const rows = state
      .prepare<[number, Buffer], ItemRow>(
        `select * from items where source_no = ? and item_key > ? order by item_key limit ${batchItems}`,
      )
      .all(sourceNo, after);
    const last = rows.at(-1);
    state.transaction(() => {
      for (const row of rows) {
        if (isRekey) rekey(pass, row);
        owePut(pass, row);
      }
      if (last) writeMeta(state, cursorKey, JSON.stringify({ wanted, after: last.item_key.toString('hex') }));
      else {
        state.prepare('update sources set policy = ? where source_no = ?').run(wanted, sourceNo);
        state.prepare('delete from meta where key = ?').run(cursorKey);
      }
    })();
    if (!last) return true;
    after = last.item_key;
    await new Promise(setImmediate);
  }
  return false;
}

/** Gives an item, and `item` with it, its pseudonym, and owes the cloud the change of name. */
function rekey(pass: PolicyPass, item: ItemRow): void {
  const { state, sourceNo, policy } = pass;
  const isTaken = state
    .prepare<[number, string], number>('select 1 from items where source_no = ? and reference_id = ?')
    .pluck();
  const newId = referenceId(
    item.path,
    { alias: policy.alias, names: 'pseudonym', namesKey: pass.namesKey },
    (id) => isTaken.get(sourceNo, id) === 1,
  );
  const oldId = item.reference_id;
  const isTold = item.revision > 0;
  item.reference_id = newId;
  if (isTold) item.revision++;
  if (item.digest !== 'deleted') item.digest = null;
  state
    .prepare('update items set reference_id = ?, revision = ?, digest = ? where item_key = ?')
    .run(newId, item.revision, item.digest, item.item_key);
  if (!isTold) return;
  prepareEnqueue(state)({
    source_no: sourceNo,
    reference_id: oldId,
    item_key: item.item_key,
    revision: item.revision,
    op: 'rekey',
    new_reference_id: newId,
  });
}

function owePut(pass: PolicyPass, item: ItemRow): void {
  // what is missing may be held for long, and the cloud has it until then
  if (
    item.presence === 'tombstone' ||
    item.status !== 'catalogued' ||
    item.facts === null ||
    item.content_hash === null
  )
    return;
  const facts = JSON.parse(item.facts) as Facts;
  const owed = oweFor(item, { kind: 'facts', contentHash: item.content_hash, facts }, pass.policy);
  if (!owed) return;
  item.revision++;
  pass.state
    .prepare('update items set revision = ?, digest = ? where item_key = ?')
    .run(item.revision, item.digest, item.item_key);
  prepareEnqueue(pass.state)({
    source_no: item.source_no,
    reference_id: item.reference_id,
    item_key: item.item_key,
    revision: item.revision,
    op: owed,
    new_reference_id: null,
  });
}

function readCursor(state: State, key: string, wanted: string): Buffer {
  const text = state.prepare<[string], string>('select value from meta where key = ?').pluck().get(key);
  const saved = text ? (JSON.parse(text) as { wanted: string; after: string }) : undefined;
  // a pass towards another policy starts over; what it already re-keyed is re-keyed
  return saved?.wanted === wanted ? Buffer.from(saved.after, 'hex') : Buffer.alloc(0);
}

function writeMeta(state: State, key: string, value: string): void {
  state
    .prepare('insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value')
    .run(key, value);
}
