import { rm } from 'node:fs/promises';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { type AutotagState, createAutotagTables, readAutotagState } from './apply-autotags.ts';
import { createLabelTables, type LabelState, readLabelState } from './apply-labels.ts';
import { createVectorTables, readVectorState, type VectorState } from './apply-vectors.ts';
import type { FieldType, SearchField, SearchSchema } from './search-field.ts';
import type { FeedPosition } from './truth-feed.ts';

/** Of the projection's tables; a file of another version is rebuilt. */
const projectionVersion = 6;

/** An open projection file of one dataset. */
export interface ProjectionFile {
  instance: DuckDBInstance;
  /** The only connection that writes. */
  writer: DuckDBConnection;
  storeEpoch: string;
  /** Changes of the truth up to here are applied. */
  position: FeedPosition;
  /** Metadata fields by name, in order of their columns. */
  fields: Map<string, SearchField>;
  /** The dataset's slices and tags, as of the write `slicesChangeNo`. */
  slices: SearchSchema['slices'];
  tags: SearchSchema['tags'];
  slicesChangeNo: number;
  vectors: VectorState;
  labels: LabelState;
  autotags: AutotagState;
}

const columns = `
  seq bigint not null, item_id varchar not null, reference_id varchar not null,
  width double, height double, phash ubigint`;

/**
 * Opens the projection at `path`, or makes an empty one when it is missing, damaged, of another version or of another store epoch.
 * Throwing it away loses nothing: it is rebuilt from the truth.
 */
export async function openProjection(path: string, storeEpoch: string): Promise<ProjectionFile> {
  const kept = await openExisting(path, storeEpoch).catch(() => undefined);
  if (kept) return kept;
  await removeProjection(path);
  const instance = await createInstance(path);
  const writer = await instance.connect();
  await writer.run(
    'create table projection (version integer, store_epoch varchar, change_no bigint, seq bigint, slices_change_no bigint)',
  );
  await writer.run('create table slices (slice_id varchar not null, query varchar, tag varchar)');
  await writer.run('create table slice_items (slice_id varchar not null, seq bigint not null)');
  await writer.run('create table fields (place integer, name varchar, type varchar)');
  await writer.run(`create table items (${columns})`);
  await writer.run('insert into projection values (?, ?, 0, -1, 0)', [projectionVersion, storeEpoch]);
  return {
    instance,
    writer,
    storeEpoch,
    position: { changeNo: 0, seq: -1 },
    fields: new Map(),
    slices: new Map(),
    tags: new Map(),
    slicesChangeNo: 0,
    vectors: await createVectorTables(writer),
    labels: await createLabelTables(writer),
    autotags: await createAutotagTables(writer),
  };
}

/** Throws a closed one away. */
export async function removeProjection(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(`${path}.wal`, { force: true });
}

/** Column of the field at a place; names never come from input. */
export function fieldColumn(place: number): string {
  return `f${place}`;
}

/** DuckDB type of a field's column. */
export const columnTypes: Record<FieldType, string> = { number: 'double', text: 'varchar', boolean: 'boolean' };

/** The slices and tags that a projection knows. */
export async function readSlices(connection: DuckDBConnection): Promise<Pick<SearchSchema, 'slices' | 'tags'>> {
  const rows = (await connection.runAndReadAll('select slice_id, query, tag from slices')).getRowsJS();
  const slices: [string, string | null][] = [];
  const tags: [string, string][] = [];
  for (const [sliceId, query, tag] of rows) {
    if (tag !== null) tags.push([String(tag), String(sliceId)]);
    else slices.push([String(sliceId), query === null ? null : String(query)]);
  }
  return { slices: new Map(slices), tags: new Map(tags) };
}

async function createInstance(path: string): Promise<DuckDBInstance> {
  return DuckDBInstance.create(path, { threads: '2', memory_limit: '128MB', enable_external_access: 'false' });
}

async function openExisting(path: string, storeEpoch: string): Promise<ProjectionFile | undefined> {
  const instance = await createInstance(path);
  const writer = await instance.connect();
  const close = (): undefined => {
    writer.closeSync();
    instance.closeSync();
  };
  try {
    const head = await writer.runAndReadAll(
      'select version, store_epoch, change_no::double, seq::double, slices_change_no::double from projection',
    );
    const [version, epoch, changeNo, seq, slicesChangeNo] = head.getRowsJS()[0] ?? [];
    if (version !== projectionVersion || epoch !== storeEpoch) return close();
    const rows = (await writer.runAndReadAll('select place, name, type from fields order by place')).getRowsJS();
    const fields = new Map(
      rows.map(([place, name, type]) => [
        String(name),
        { name: String(name), type: type as FieldType, column: fieldColumn(Number(place)) },
      ]),
    );
    return {
      instance,
      writer,
      storeEpoch,
      position: { changeNo: Number(changeNo), seq: Number(seq) },
      fields,
      ...(await readSlices(writer)),
      slicesChangeNo: Number(slicesChangeNo),
      vectors: await readVectorState(writer),
      labels: await readLabelState(writer),
      autotags: await readAutotagState(writer),
    };
  } catch {
    return close();
  }
}
