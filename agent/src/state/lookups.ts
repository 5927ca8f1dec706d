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
  sourceState: SourceState;
  sourceReason: SourceReason;
}

/** A catalogued file as a page of the viewer lists it. */
export interface PlacedItem {
  item_key: Buffer;
  source_no: number;
  reference_id: string;
  path: Buffer;
  byte_size: number;
  facts: string;
  sidecar_fault: SidecarFault | null;
  revision: number;
  acked_revision: number;
  is_queued: 0 | 1;
  is_dead: 0 | 1;
}

export interface ExceptionItem {
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
  /**
   * The longest edge, pixels, of what {@link findByKey} would find, if its source is not suspended: all that a preview from memory
   * needs, at a third of the price.
   */
  findLongestEdge(sourceNo: number, itemKey: Uint8Array, generation: number): number | undefined;
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
  listExceptions(offset: number, limit: number): ExceptionItem[];
  countExceptions(): number;
  /** Changes whenever anything in the catalogue may have changed, by this connection or another. */
  changeStamp(): string;
}

const servable = `
  select i.item_key as itemKey, i.source_no as sourceNo, i.path, i.dev, i.ino, i.byte_size as byteSize,
    i.mtime_ms as mtimeMs, i.ctime_ms as ctimeMs, i.generation,
    i.facts ->> '$.fields.format' as format, max(i.facts ->> '$.width', i.facts ->> '$.height') as longestEdgePx,
    s.state as sourceState, s.reason as sourceReason
  from items i cross join sources s on s.source_no = i.source_no
  where i.presence = 'live' and i.status = 'catalogued'`;

const placed = `from items indexed by items_by_place
  where presence = 'live' and status = 'catalogued' and source_no = ? and path >= ?`;

/** Prepares every statement once; the state must stay open. */
export function prepareLookups(state: State): Lookups {
  const byKey = state.prepare<[Uint8Array, number, number], ServableFile>(
    `${servable} and i.item_key = ? and i.source_no = ? and i.generation = ?`,
  );
  const longestEdge = state
    .prepare<[Uint8Array, number, number], number>(`
      select max(i.facts ->> '$.width', i.facts ->> '$.height')
      from items i cross join sources s on s.source_no = i.source_no
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
    select i.item_key, i.source_no, i.reference_id, i.path, i.byte_size, i.facts, i.sidecar ->> '$.fault' as sidecar_fault, i.revision, i.acked_revision,
      exists (select 1 from outbox o where o.source_no = i.source_no and o.reference_id = i.reference_id) as is_queued,
      exists (select 1 from dead_letters d where d.source_no = i.source_no and d.reference_id = i.reference_id) as is_dead
    from (select rowid as place ${placed} order by path limit ? offset ?) p cross join items i on i.rowid = p.place
    order by i.path`);
  const after = state
    .prepare<[number, Uint8Array, number], Buffer>(`select path ${placed} order by path limit 1 offset ?`)
    .pluck();
  const count = state.prepare<[number, Uint8Array], number>(`select count(*) ${placed}`).pluck();
  const exceptions = state.prepare<[number, number], ExceptionItem>(`
    select source_no, path, coalesce(exception_code, 'unknown') as code, coalesce(exception_sentence, '') as sentence,
      byte_size, strikes
    from items indexed by items_by_status
    where presence = 'live' and status <> 'catalogued' and status = 'exception' and source_no in (select source_no from sources)
    order by source_no, rowid limit ? offset ?`);
  const exceptionCount = state
    .prepare<[], number>(`
      select count(*) from items indexed by items_by_status
      where presence = 'live' and status <> 'catalogued' and status = 'exception' and source_no in (select source_no from sources)`)
    .pluck();
  const ownChanges = state.prepare<[], number>('select total_changes()').pluck();

  return {
    findByKey: (sourceNo, itemKey, generation) => byKey.get(itemKey, sourceNo, generation),
    findLongestEdge: (sourceNo, itemKey, generation) => longestEdge.get(itemKey, sourceNo, generation),
    findByReference: (sourceNo, referenceId) => byReference.get(sourceNo, referenceId),
    findByPath: (sourceNo, path) => byPath.get(sourceNo, path),
    hasItem: (itemKey) => hasItem.get(itemKey) !== undefined,
    listFrom: (sourceNo, from, skip, limit) => page.all(sourceNo, from, limit, skip),
    pathAfter: (sourceNo, from, skip) => after.get(sourceNo, from, skip),
    countFrom: (sourceNo, from) => count.get(sourceNo, from) ?? 0,
    listExceptions: (offset, limit) => exceptions.all(limit, offset),
    countExceptions: () => exceptionCount.get() ?? 0,
    changeStamp: () => `${ownChanges.get()} ${state.pragma('data_version', { simple: true })}`,
  };
}
