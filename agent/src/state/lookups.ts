import type { NoPixelsCode } from '../record/exceptions.ts';
import type { SidecarFault } from '../record/sidecar.ts';
import type { State } from './open-state.ts';
import type { SourceReason, SourceState } from './rows.ts';

/** What serving needs to know of one catalogued, live file. */
export interface ServableFile {
  itemKey: Buffer;
  sourceNo: number;
  /** Relative to the source, as bytes. */
  path: Buffer;
  dev: number;
  ino: number;
  byteSize: number;
  mtimeMs: number;
  ctimeMs: number;
  generation: number;
  format: string | null;
  longestEdgePx: number;
  /** Why nothing was made from its pixels, if nothing was. */
  noPixels: NoPixelsCode | null;
  sourceState: SourceState;
  sourceReason: SourceReason;
  /** Of the file system that the source is on, as statfs(2) numbers them. */
  fsType: number | null;
}

/** A catalogued file as a page of the viewer lists it. */
export interface PlacedItem {
  item_key: Buffer;
  source_no: number;
  reference_id: string;
  path: Buffer;
  byte_size: number;
  presence: 'live' | 'missing' | 'tombstone';
  status: 'pending' | 'catalogued' | 'exception';
  exception_code: string | null;
  /** Null unless catalogued. */
  facts: string | null;
  sidecar_fault: SidecarFault | null;
  revision: number;
  acked_revision: number;
  is_queued: 0 | 1;
  is_dead: 0 | 1;
}

/** A file with all that its own page shows. */
export interface FileItem extends PlacedItem {
  dev: number;
  ino: number;
  mtime_ms: number;
  ctime_ms: number;
  generation: number;
  ingest_day: string;
}

export interface ExceptionItem {
  item_key: Buffer;
  source_no: number;
  path: Buffer;
  code: string;
  sentence: string;
  byte_size: number;
  strikes: number;
}

/** Prepared questions to the catalogue that the proxy and the viewer ask. All of them only read. */
export interface Lookups {
  /** The file behind a media link: this item at this generation, still live and catalogued. */
  findByKey(sourceNo: number, itemKey: Uint8Array, generation: number): ServableFile | undefined;
  /** Whether {@link findByKey} would find it in a source that is not suspended, at a third of the price. */
  isServable(sourceNo: number, itemKey: Uint8Array, generation: number): boolean;
  findByReference(sourceNo: number, referenceId: string): ServableFile | undefined;
  findByPath(sourceNo: number, path: Uint8Array): ServableFile | undefined;
  /** Whether an item of this key exists, whatever its state. */
  hasItem(itemKey: Uint8Array): boolean;
  /** Catalogued files of a source in order of path, from the first path >= `from`, after skipping `skip`. */
  listFrom(sourceNo: number, from: Uint8Array, skip: number, limit: number): PlacedItem[];
  /** The path `skip` places after `from`, or undefined at the end. Reads the index alone. */
  pathAfter(sourceNo: number, from: Uint8Array, skip: number): Buffer | undefined;
  /** How many catalogued files stand at or after `from`. Reads the index alone. */
  countFrom(sourceNo: number, from: Uint8Array): number;
  /** The items of these rowids in their order; a row that is not there any more is left out. */
  listRows(rowids: Iterable<number>): PlacedItem[];
  /** The one of an item key, whatever its state. */
  findItem(itemKey: Uint8Array): PlacedItem | undefined;
  /** The same with what identifies the file. */
  findFile(itemKey: Uint8Array): FileItem | undefined;
  isSuspended(sourceNo: number): boolean;
  /** Whether all of these rowids have the same content hash. */
  isOneContent(rowids: Iterable<number>): boolean;
  listExceptions(offset: number, limit: number): ExceptionItem[];
  /** Of one source, or of all. */
  countExceptions(sourceNo?: number): number;
  /** Changes whenever anything in the catalogue may have changed, by this connection or another. */
  changeStamp(): string;
}

const servable = `
  select i.item_key as itemKey, i.source_no as sourceNo, i.path, i.dev, i.ino, i.byte_size as byteSize,
    i.mtime_ms as mtimeMs, i.ctime_ms as ctimeMs, i.generation,
    i.facts ->> '$.fields.format' as format, max(i.facts ->> '$.width', i.facts ->> '$.height') as longestEdgePx,
    i.facts ->> '$.noPixels' as noPixels,
    s.state as sourceState, s.reason as sourceReason, s.root_fs_type as fsType
  from items i cross join sources s on s.source_no = i.source_no
  where i.presence = 'live' and i.status = 'catalogued'`;

const placed = `from items indexed by items_by_place
  where presence = 'live' and status = 'catalogued' and source_no = ? and path >= ?`;

const placedColumns = `select i.item_key, i.source_no, i.reference_id, i.path, i.byte_size, i.presence, i.status, i.exception_code, i.facts,
      i.sidecar ->> '$.fault' as sidecar_fault,
      i.revision, i.acked_revision,
      exists (select 1 from outbox o where o.source_no = i.source_no and o.reference_id = i.reference_id) as is_queued,
      exists (select 1 from dead_letters d where d.source_no = i.source_no and d.reference_id = i.reference_id) as is_dead`;

/** Prepares every statement once; the state must stay open. */
export function prepareLookups(state: State): Lookups {
  const byKey = state.prepare<[Uint8Array, number, number], ServableFile>(
    `${servable} and i.item_key = ? and i.source_no = ? and i.generation = ?`,
  );
  const servableNow = state
    .prepare<[Uint8Array, number, number], number>(`
      select 1 from items i cross join sources s on s.source_no = i.source_no
      where i.presence = 'live' and i.status = 'catalogued' and s.state <> 'suspended'
        and i.item_key = ? and i.source_no = ? and i.generation = ?`)
    .pluck();
  const byReference = state.prepare<[number, string], ServableFile>(
    `${servable} and i.source_no = ? and i.reference_id = ?`,
  );
  const byPath = state.prepare<[number, Uint8Array], ServableFile>(`${servable} and i.source_no = ? and i.path = ?`);
  const hasItem = state.prepare<[Uint8Array], number>('select 1 from items where item_key = ?').pluck();
  // the inner select walks items_by_place alone; rows are fetched for the page only
  const page = state.prepare<[number, Uint8Array, number, number], PlacedItem>(`
    ${placedColumns}
    from (select rowid as place ${placed} order by path limit ? offset ?) p cross join items i on i.rowid = p.place
    order by i.path`);
  const byRow = state.prepare<[number], PlacedItem>(`${placedColumns} from items i where i.rowid = ?`);
  const whole = state.prepare<[Uint8Array], PlacedItem>(`${placedColumns} from items i where i.item_key = ?`);
  const withStat = state.prepare<[Uint8Array], FileItem>(
    `${placedColumns}, i.dev, i.ino, i.mtime_ms, i.ctime_ms, i.generation, i.ingest_day from items i where i.item_key = ?`,
  );
  const sourceState = state.prepare<[number], string>('select state from sources where source_no = ?').pluck();
  const hashOf = state.prepare<[number], Buffer | null>('select content_hash from items where rowid = ?').pluck();
  const after = state
    .prepare<[number, Uint8Array, number], Buffer>(`select path ${placed} order by path limit 1 offset ?`)
    .pluck();
  const count = state.prepare<[number, Uint8Array], number>(`select count(*) ${placed}`).pluck();
  const exceptions = state.prepare<[number, number], ExceptionItem>(`
    select item_key, source_no, path, coalesce(exception_code, 'unknown') as code, coalesce(exception_sentence, '') as sentence,
      byte_size, strikes
    from items indexed by items_by_status
    where presence = 'live' and status <> 'catalogued' and status = 'exception' and source_no in (select source_no from sources)
    order by source_no, rowid limit ? offset ?`);
  const exceptionCount = state
    .prepare<[number | null], number>(`
      select count(*) from items indexed by items_by_status
      where presence = 'live' and status <> 'catalogued' and status = 'exception'
        and source_no in (select source_no from sources where source_no = coalesce(?, source_no))`)
    .pluck();
  const ownChanges = state.prepare<[], number>('select total_changes()').pluck();
  const othersChanges = state.prepare<[], number>('pragma data_version').pluck();

  return {
    findByKey: (sourceNo, itemKey, generation) => byKey.get(itemKey, sourceNo, generation),
    isServable: (sourceNo, itemKey, generation) => servableNow.get(itemKey, sourceNo, generation) !== undefined,
    findByReference: (sourceNo, referenceId) => byReference.get(sourceNo, referenceId),
    findByPath: (sourceNo, path) => byPath.get(sourceNo, path),
    hasItem: (itemKey) => hasItem.get(itemKey) !== undefined,
    listFrom: (sourceNo, from, skip, limit) => page.all(sourceNo, from, limit, skip),
    listRows: (rowids) => Array.from(rowids, (rowid) => byRow.get(rowid)).filter((row) => row !== undefined),
    findItem: (itemKey) => whole.get(itemKey),
    findFile: (itemKey) => withStat.get(itemKey),
    isSuspended: (sourceNo) => sourceState.get(sourceNo) === 'suspended',
    isOneContent: (rowids) => new Set(Array.from(rowids, (rowid) => hashOf.get(rowid)?.toString('hex'))).size === 1,
    pathAfter: (sourceNo, from, skip) => after.get(sourceNo, from, skip),
    countFrom: (sourceNo, from) => count.get(sourceNo, from) ?? 0,
    listExceptions: (offset, limit) => exceptions.all(limit, offset),
    countExceptions: (sourceNo) => exceptionCount.get(sourceNo ?? null) ?? 0,
    changeStamp: () => `${ownChanges.get()} ${othersChanges.get()}`,
  };
}
