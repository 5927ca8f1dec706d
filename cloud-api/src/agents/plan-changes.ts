/**
 * Decides what a batch of an agent's changes does to the rows of its dataset, before anything is written. Pure but for fresh ids.
 *
 * A row knows the revision of the last change that was applied. A newer revision is applied; the same one with the same digest is
 * a duplicate; everything else is stale and is told what stands. A tombstone keeps its key and revision, so that an old put
 * cannot bring it back; an item that a user removed follows the agent's puts but stays hidden.
 */
import { hash } from 'node:crypto';
import { canonicalJson } from '@nucleus/shared/record/canonical-json';
import type { ItemRecord } from '@nucleus/shared/record/record';
import type { Ack, Change } from '@nucleus/shared/wire/agents';
import type { ItemsTable } from '../database/tables.ts';
import { newId } from '../ids/new-id.ts';
import type { ItemEvent } from '../items/keep-events.ts';
import type { FieldTypes } from '../items/lock-field-types.ts';
import { refKey } from '../items/rules.ts';
import type { Rename } from '../labels/rename-item.ts';
import type { SourceRow } from './queries.ts';
import type { BatchLine } from './read-batch.ts';
import { isOverLevel, rekeyAddress } from './rules.ts';

type PutChange = Extract<Change, { op: 'put' }>;
type RekeyChange = Extract<Change, { op: 'rekey' }>;

export interface ChangeFacts {
  lines: readonly BatchLine[];
  /** Keys of the reference ids that the batch names. */
  keys: ReadonlyMap<string, string>;
  /** Rows of the dataset that the batch names, by key. */
  rows: readonly ItemsTable[];
  source: SourceRow;
  tenantId: string;
  changeNo: number;
  nextSeq: number;
  nowMs: number;
  fieldTypes: FieldTypes;
}

export interface ChangePlan {
  acks: Ack[];
  /** Rows to write, new ones included. */
  writes: ItemsTable[];
  /** What happened to rows that were there before. */
  events: ItemEvent[];
  /** Ids of rows whose key changes. */
  rekeyed: string[];
  /** Reference ids that change, by the item's place. */
  renames: Rename[];
  nextSeq: number;
  liveDelta: number;
  highRev: number;
  fieldTypes: FieldTypes;
}

/** Keys of the reference ids that a batch names, by reference id. */
export function keysOfBatch(lines: readonly BatchLine[]): Map<string, string> {
  const keys = new Map<string, string>();
  for (const line of lines) {
    if (!('change' in line)) continue;
    keys.set(line.change.ref, refKey(line.change.ref));
    if (line.change.op === 'rekey') keys.set(line.change.new_ref, refKey(line.change.new_ref));
  }
  return keys;
}

/** Plans a batch, change by change in its order; later ones see what earlier ones did. */
export function planChanges(facts: ChangeFacts): ChangePlan {
  const work = new Work(facts);
  const acks = facts.lines.map((line): Ack => {
    if (!('change' in line)) return { ...line.refused, status: 'rejected', code: 'invalid-item' };
    const { change } = line;
    const verdict = decide(work, facts, change, line.item);
    return { ref: change.ref, rev: change.rev, ...verdict };
  });
  return work.finish(acks);
}

type Verdict = Pick<Ack, 'status' | 'current' | 'code'>;

const applied: Verdict = { status: 'applied' };
const duplicate: Verdict = { status: 'duplicate' };
const rejected = (code: NonNullable<Ack['code']>): Verdict => ({ status: 'rejected', code });
const stale = (row: ItemsTable): Verdict => ({ status: 'stale', current: { rev: row.rev, digest: row.digest } });

function decide(work: Work, facts: ChangeFacts, change: Change, sentItem: unknown): Verdict {
  if (change.op === 'put') return decidePut(work, facts, change, sentItem);
  if (change.op === 'delete') return decideDelete(work, change.ref, change.rev);
  return decideRekey(work, facts, change);
}

function decidePut(work: Work, facts: ChangeFacts, change: PutChange, sentItem: unknown): Verdict {
  const { item } = change;
  if (item.reference_id !== change.ref) return rejected('reference-mismatch');
  if (item.metadata.source !== facts.source.alias) return rejected('invalid-item');
  if (isOverLevel(item, facts.source.level, work.fieldsOff)) return rejected('over-level');
  if (digestOf(sentItem) !== change.digest) return rejected('digest-mismatch');
  const row = work.find(change.ref);
  if (row !== undefined && row.source_id !== null && change.rev <= row.rev) {
    return change.rev === row.rev && change.digest === row.digest ? duplicate : stale(row);
  }
  if (facts.fieldTypes.findConflict(item.metadata) !== undefined) return rejected('field-type-conflict');
  const content = contentOf(item);
  if (row === undefined) work.add(change.ref, { ...content, rev: change.rev, digest: change.digest, state: 'live' });
  else {
    const state = row.state === 'removed_by_user' ? row.state : 'live';
    work.change(row, row.state === 'deleted' ? 'returned' : 'described', {
      ...content,
      reference_id: change.ref,
      source_id: facts.source.sourceId,
      rev: change.rev,
      digest: change.digest,
      state,
    });
  }
  return applied;
}

function decideDelete(work: Work, ref: string, rev: number): Verdict {
  const row = work.find(ref);
  // A reference that never came still leaves a tombstone: an older put that is still under way must not win.
  if (row === undefined) {
    work.add(ref, { ...emptyContent, rev, digest: 'deleted', state: 'deleted' });
    return applied;
  }
  if (row.source_id === null) return duplicate; // a user's own item: nothing of the agent's is there
  if (rev <= row.rev) return rev === row.rev && row.digest === 'deleted' ? duplicate : stale(row);
  work.change(row, 'gone', { ...emptyContent, reference_id: null, rev, digest: 'deleted', state: 'deleted' });
  return applied;
}

/**
 * Gives an item another reference id in place: ids, labels and tags stay, and no path stays (address and name go with it).
 * Only lowering to pseudonyms re-keys. A batch that comes again finds the new id and is a duplicate.
 */
function decideRekey(work: Work, facts: ChangeFacts, change: RekeyChange): Verdict {
  const row = work.find(change.ref);
  const taken = work.find(change.new_ref);
  if (row === undefined || row.source_id === null) {
    if (taken === undefined || taken.rev <= change.rev) return duplicate;
    return stale(taken);
  }
  if (change.rev <= row.rev) return stale(row);
  if (taken !== undefined) return rejected('reference-taken');
  if (row.reference_id === null) {
    work.rekey(row, change.new_ref, { rev: change.rev });
    return applied;
  }
  const metadata = JSON.parse(row.agent_metadata ?? '{}') as Record<string, unknown>;
  delete metadata.name;
  const imageUrl = rekeyAddress(row.image_url, facts.source.alias, change.new_ref);
  const content = { reference_id: change.new_ref, image_url: imageUrl, agent_metadata: JSON.stringify(metadata) };
  work.rekey(row, change.new_ref, { ...content, rev: change.rev, digest: digestOf(recordOf({ ...row, ...content })) });
  return applied;
}

/** First 32 hex of SHA-256 over the canonical JSON of an item. */
function digestOf(item: unknown): string {
  return hash('sha256', canonicalJson(item)).slice(0, 32);
}

/** What an agent's record puts into a row. */
type Content = Pick<ItemsTable, 'image_url' | 'width' | 'height' | 'phash' | 'agent_metadata' | 'embedding_info'>;

const emptyContent: Content = {
  image_url: '',
  width: null,
  height: null,
  phash: null,
  agent_metadata: null,
  embedding_info: null,
};

function contentOf(item: ItemRecord): Content {
  return {
    image_url: item.image_url,
    width: item.width,
    height: item.height,
    phash: item.phash ?? null,
    agent_metadata: JSON.stringify(item.metadata),
    embedding_info: item.embedding_info === undefined ? null : JSON.stringify(item.embedding_info),
  };
}

/** The record that a row was made from. */
function recordOf(row: ItemsTable): Record<string, unknown> {
  return {
    reference_id: row.reference_id,
    image_url: row.image_url,
    width: row.width,
    height: row.height,
    phash: row.phash ?? undefined,
    embedding_info: row.embedding_info === null ? undefined : JSON.parse(row.embedding_info),
    metadata: JSON.parse(row.agent_metadata ?? '{}'),
  };
}

/** The rows of a batch while it is planned: found by reference id, changed in memory, written once at the end. */
class Work {
  readonly fieldsOff: ReadonlySet<string>;
  readonly #facts: ChangeFacts;
  readonly #byKey: Map<string, ItemsTable>;
  readonly #writes = new Map<string, ItemsTable>();
  readonly #events = new Map<string, ItemEvent>();
  readonly #rekeyed = new Set<string>();
  readonly #renames: Rename[] = [];
  #nextSeq: number;
  #liveDelta = 0;

  constructor(facts: ChangeFacts) {
    this.#facts = facts;
    this.fieldsOff = new Set(facts.source.fieldsOff);
    this.#byKey = new Map(facts.rows.map((row) => [row.ref_key ?? '', row]));
    this.#nextSeq = facts.nextSeq;
  }

  find(ref: string): ItemsTable | undefined {
    return this.#byKey.get(this.#keyOf(ref));
  }

  add(ref: string, content: Content & Pick<ItemsTable, 'rev' | 'digest' | 'state'>): void {
    const { tenantId, source, changeNo, nowMs } = this.#facts;
    const row: ItemsTable = {
      ...content,
      kind: 'image',
      tenant_id: tenantId,
      dataset_id: source.datasetId,
      id: newId('item'),
      ref_key: this.#keyOf(ref),
      reference_id: content.state === 'deleted' ? null : ref,
      seq: this.#nextSeq,
      change_no: changeNo,
      user_metadata: '{}',
      source_id: source.sourceId,
      created_at: nowMs,
      updated_at: nowMs,
    };
    this.#nextSeq += 1;
    if (row.state === 'live') this.#liveDelta += 1;
    this.#byKey.set(row.ref_key ?? '', row);
    this.#writes.set(row.id, row);
  }

  change(row: ItemsTable, kind: ItemEvent['kind'], change: Partial<ItemsTable>): void {
    const next = { ...row, ...change, change_no: this.#facts.changeNo, updated_at: this.#facts.nowMs };
    this.#liveDelta += Number(next.state === 'live') - Number(row.state === 'live');
    this.#byKey.set(next.ref_key ?? '', next);
    this.#writes.set(next.id, next);
    const event = { itemId: next.id, kind, rev: next.rev };
    this.#events.set(`${event.itemId} ${kind}`, event);
  }

  rekey(row: ItemsTable, newRef: string, change: Partial<ItemsTable>): void {
    this.#byKey.delete(row.ref_key ?? '');
    this.#rekeyed.add(row.id);
    if (row.reference_id !== null) this.#renames.push({ seq: row.seq, from: row.reference_id, to: newRef });
    this.change(row, 'renamed', { ...change, ref_key: this.#keyOf(newRef) });
  }

  #keyOf(ref: string): string {
    return this.#facts.keys.get(ref) ?? refKey(ref);
  }

  finish(acks: Ack[]): ChangePlan {
    return {
      acks,
      writes: [...this.#writes.values()],
      events: [...this.#events.values()],
      rekeyed: [...this.#rekeyed],
      renames: this.#renames,
      nextSeq: this.#nextSeq,
      liveDelta: this.#liveDelta,
      highRev: acks.reduce((high, { rev, status }) => (status === 'rejected' ? high : Math.max(high, rev)), 0),
      fieldTypes: this.#facts.fieldTypes,
    };
  }
}
