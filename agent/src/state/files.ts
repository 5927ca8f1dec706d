import { randomBytes } from 'node:crypto';
import { buildRecord, type RecordPolicy, recordDigest } from '../record/build-record.ts';
import { type ExceptionCode, exceptionSentences } from '../record/exceptions.ts';
import type { Facts } from '../record/facts.ts';
import type { FileStat } from '../source/file-stat.ts';
import { prepareEnqueue } from './enqueue.ts';
import type { State } from './open-state.ts';
import type { ItemRow } from './rows.ts';
import { readSidecar } from './sidecars.ts';

/** What extraction found in a file, ready to be kept. */
export type Found =
  | { kind: 'facts'; contentHash: Uint8Array; facts: Facts }
  | { kind: 'exception'; contentHash: Uint8Array | undefined; code: ExceptionCode };

/** One decision about one file, to be written. `itemKey` is undefined for a new item. */
export interface FileChange {
  kind: 'same' | 'moved' | 'replaced' | 'undeleted' | 'new';
  itemKey: Buffer | undefined;
  path: Buffer;
  stat: FileStat;
  found: Found;
}

export interface FileWriter {
  /**
   * Writes the items of one batch and the changes owed for them: both or neither.
   * @param displaced items whose path another one took: missing from now on.
   */
  write(changes: readonly FileChange[], displaced: readonly Buffer[], nowMs: number): void;
}

export interface FileWriterOptions {
  state: State;
  sourceNo: number;
  policy: RecordPolicy;
  extractVersion: number;
  /** What the sidecar file beside a path says, as JSON. */
  sidecarBeside: (path: Buffer) => string | null;
  /** Reference id of a new item. */
  nameItem: (path: Buffer, isTaken: (id: string) => boolean) => string;
}

/** Prepares the statements that write files of one source. */
export function prepareFileWriter({
  state,
  sourceNo,
  policy,
  extractVersion,
  sidecarBeside,
  nameItem,
}: FileWriterOptions): FileWriter {
  const find = state.prepare<[Buffer], ItemRow>('select * from items where item_key = ?');
  const isTaken = state
    .prepare<[number, string], number>('select 1 from items where source_no = ? and reference_id = ?')
    .pluck();
  const vacate = state.prepare<[number, Buffer]>(
    `update items set presence = 'missing', missing_since_ms = coalesce(missing_since_ms, ?) where item_key = ? and presence = 'live'`,
  );
  const release = state.prepare<[number, Buffer]>('delete from held_deletions where source_no = ? and item_key = ?');
  const insert = state.prepare<ItemRow>(insertItemSql);
  const update = state.prepare<ItemRow>(
    `update items set ${columns
      .filter((column) => column !== 'item_key')
      .map((column) => `${column} = @${column}`)
      .join(', ')}
     where item_key = @item_key`,
  );
  const enqueue = prepareEnqueue(state);

  const write = state.transaction((changes: readonly FileChange[], displaced: readonly Buffer[], nowMs: number) => {
    // paths are unique among live items: everything that changes its path leaves its old one first
    for (const itemKey of displaced) vacate.run(nowMs, itemKey);
    for (const { kind, itemKey } of changes) if (kind === 'moved' && itemKey) vacate.run(nowMs, itemKey);
    for (const change of changes) {
      const before = change.itemKey && find.get(change.itemKey);
      const item = settledRow(before, change, nowMs);
      const owed = oweFor(item, change.found, policy);
      if (owed) item.revision++;
      if (before) update.run(item);
      else insert.run(item);
      if (before && before.presence !== 'live') release.run(sourceNo, item.item_key);
      if (owed) {
        enqueue({
          source_no: sourceNo,
          reference_id: item.reference_id,
          item_key: item.item_key,
          revision: item.revision,
          op: owed,
          new_reference_id: null,
        });
      }
    }
  });
  return { write };

  function settledRow(before: ItemRow | undefined, change: FileChange, nowMs: number): ItemRow {
    const { found, stat } = change;
    const item: ItemRow = before ?? {
      ...emptyItem,
      item_key: randomBytes(16),
      source_no: sourceNo,
      reference_id: nameItem(change.path, (id) => isTaken.get(sourceNo, id) === 1),
      path: change.path,
      ingest_day: new Date(nowMs).toISOString().slice(0, 10),
    };
    const isSameContent = before !== undefined && isSameHash(before.content_hash, found.contentHash);
    const next: ItemRow = {
      ...item,
      presence: 'live',
      path: change.path,
      dev: stat.dev,
      ino: stat.ino,
      byte_size: stat.size,
      mtime_ms: stat.mtimeMs,
      ctime_ms: stat.ctimeMs,
      content_hash: found.contentHash ? Buffer.from(found.contentHash) : null,
      // links to the old bytes die, also when the new ones could not be read
      generation: item.generation + (before?.content_hash && !isSameContent ? 1 : 0),
      missing_since_ms: null,
      missing_scans: 0,
      deleted_ms: null,
      extract_version: extractVersion,
      sidecar: sidecarBeside(change.path),
    };
    if (found.kind === 'facts') {
      return {
        ...next,
        status: 'catalogued',
        facts: JSON.stringify(found.facts),
        exception_code: null,
        exception_sentence: null,
        strikes: 0,
      };
    }
    const isSameFile =
      before !== undefined &&
      before.status === 'exception' &&
      before.ctime_ms === stat.ctimeMs &&
      before.byte_size === stat.size;
    return {
      ...next,
      status: 'exception',
      facts: null,
      exception_code: found.code,
      exception_sentence: exceptionSentences[found.code],
      strikes: isSameFile && before.extract_version === extractVersion ? before.strikes + 1 : 1,
    };
  }
}

/** Sets the item's digest; what is owed when that changes. */
export function oweFor(item: ItemRow, found: Found, policy: RecordPolicy): 'put' | 'delete' | undefined {
  const before = item.digest;
  if (found.kind === 'facts') {
    item.digest = recordDigest(recordOf(item, found.facts, policy));
    return item.digest === before ? undefined : 'put';
  }
  if (before === null || before === 'deleted') return undefined;
  item.digest = 'deleted';
  return 'delete';
}

/** The record of a row. */
export function recordOf(item: ItemRow, facts: Facts, policy: RecordPolicy): ReturnType<typeof buildRecord> {
  return buildRecord(
    {
      referenceId: item.reference_id,
      path: item.path,
      bytes: item.byte_size,
      contentHash: item.content_hash ?? new Uint8Array(),
      ingestDay: item.ingest_day,
      facts,
      sidecar: readSidecar(item.sidecar),
    },
    policy,
  );
}

function isSameHash(a: Uint8Array | null, b: Uint8Array | undefined): boolean {
  return a !== null && b !== undefined && Buffer.compare(a, b) === 0;
}

/** What an item is before anything is known of it. */
export const emptyItem: Omit<ItemRow, 'item_key' | 'source_no' | 'reference_id' | 'path' | 'ingest_day'> = {
  presence: 'live',
  status: 'pending',
  dev: 0,
  ino: 0,
  byte_size: 0,
  mtime_ms: 0,
  ctime_ms: 0,
  content_hash: null,
  generation: 1,
  revision: 0,
  digest: null,
  acked_revision: 0,
  acked_digest: null,
  facts: null,
  missing_since_ms: null,
  missing_scans: 0,
  deleted_ms: null,
  exception_code: null,
  exception_sentence: null,
  strikes: 0,
  extract_version: 0,
  sidecar: null,
};
const columns: (keyof ItemRow)[] = [
  'item_key',
  'source_no',
  'reference_id',
  'path',
  'ingest_day',
  ...(Object.keys(emptyItem) as (keyof ItemRow)[]),
];

/** Inserts one whole {@link ItemRow}. */
export const insertItemSql = `insert into items (${columns.join(', ')}) values (${columns.map((column) => `@${column}`).join(', ')})`;
