/** Brings the vectors of a projection up to the truth: one table for each index, because an array column has one length. */
import { ARRAY, BIGINT, DuckDBArrayValue, type DuckDBConnection, DuckDBDataChunk, FLOAT } from '@duckdb/node-api';
import type { TruthFeed, VectorPosition } from './truth-feed.ts';

/** Most rows that one chunk of the engine holds. */
const rowsPerPage = 2_048;

/** An index of the projection and the table that holds it. */
export interface VectorIndex {
  dimension: number;
  /** Made here, never from input. */
  table: string;
}

/** Vectors of a projection and how far they have followed. */
export interface VectorState {
  changeNo: number;
  /** By the index's id. */
  indexes: ReadonlyMap<string, VectorIndex>;
}

/** Tables of the vectors of an empty projection. */
export async function createVectorTables(writer: DuckDBConnection): Promise<VectorState> {
  await writer.run('create table vector_position (change_no bigint)');
  await writer.run('insert into vector_position values (0)');
  await writer.run('create table vector_indexes (place integer, index_id varchar, dimension integer)');
  return { changeNo: 0, indexes: new Map() };
}

/** What a projection that was kept holds. */
export async function readVectorState(writer: DuckDBConnection): Promise<VectorState> {
  const position = (await writer.runAndReadAll('select change_no::double from vector_position')).getRowsJS();
  const rows = (await writer.runAndReadAll('select place, index_id, dimension from vector_indexes')).getRowsJS();
  return {
    changeNo: Number(position[0]?.[0]),
    indexes: new Map(
      rows.map(([place, indexId, dimension]) => [
        String(indexId),
        { table: tableAt(Number(place)), dimension: Number(dimension) },
      ]),
    ),
  };
}

/** Applies what came after `state` by writes up to and including `target`, in one transaction. */
export async function applyVectors(
  writer: DuckDBConnection,
  state: VectorState,
  feed: TruthFeed,
  target: number,
): Promise<VectorState> {
  if (state.changeNo >= target) return state;
  const indexes = new Map(state.indexes);
  const fresh = new Set<string>();
  await writer.run('begin');
  try {
    for (const { indexId, dimension, isLive } of await feed.indexesAfter(state.changeNo, target)) {
      const known = indexes.get(indexId);
      // One of the same id may have been deleted and made again: its table begins empty.
      if (known !== undefined) await dropIndex(writer, indexId, known.table);
      indexes.delete(indexId);
      if (!isLive) continue;
      indexes.set(indexId, await createIndex(writer, indexId, dimension));
      fresh.add(indexId);
    }
    await applyRows(writer, { changeNo: state.changeNo, indexes }, fresh, feed, target);
    await writer.run('update vector_position set change_no = ?', [target]);
    await writer.run('commit');
  } catch (error) {
    await writer.run('rollback');
    throw error;
  }
  return { changeNo: target, indexes };
}

async function createIndex(writer: DuckDBConnection, indexId: string, dimension: number): Promise<VectorIndex> {
  const next = await writer.runAndReadAll('select coalesce(max(place) + 1, 0)::double from vector_indexes');
  const place = Number(next.getRowsJS()[0]?.[0]);
  const table = tableAt(place);
  await writer.run(`create table ${table} (seq bigint not null, vector float[${dimension}] not null)`);
  await writer.run('insert into vector_indexes values (?, ?, ?)', [place, indexId, dimension]);
  return { table, dimension };
}

async function dropIndex(writer: DuckDBConnection, indexId: string, table: string): Promise<void> {
  await writer.run(`drop table ${table}`);
  await writer.run('delete from vector_indexes where index_id = ?', [indexId]);
}

async function applyRows(
  writer: DuckDBConnection,
  state: VectorState,
  fresh: ReadonlySet<string>,
  feed: TruthFeed,
  target: number,
): Promise<void> {
  // past every vector of the writes that are applied: no id of an index sorts behind it
  let after: VectorPosition = { changeNo: state.changeNo, indexId: '\u{10ffff}', seq: 0 };
  for (;;) {
    const rows = await feed.vectorsAfter(after, target, rowsPerPage);
    const byIndex = new Map<string, Map<number, Float32Array | undefined>>();
    for (const { indexId, seq, vector } of rows) {
      const ofIndex = byIndex.get(indexId) ?? new Map<number, Float32Array | undefined>();
      byIndex.set(indexId, ofIndex.set(seq, vector));
    }
    for (const [indexId, vectors] of byIndex) {
      const index = state.indexes.get(indexId);
      if (index === undefined) continue;
      if (!fresh.has(indexId)) await deleteAt(writer, index.table, [...vectors.keys()]);
      await appendVectors(writer, index, vectors);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsPerPage) return;
    after = last;
  }
}

async function deleteAt(writer: DuckDBConnection, table: string, seqs: readonly number[]): Promise<void> {
  await writer.run(`delete from ${table} where seq in (${seqs.map(() => '?').join(', ')})`, [...seqs]);
}

async function appendVectors(
  writer: DuckDBConnection,
  { table, dimension }: VectorIndex,
  vectors: ReadonlyMap<number, Float32Array | undefined>,
): Promise<void> {
  const kept = [...vectors].flatMap(([seq, vector]) => (vector?.length === dimension ? [{ seq, vector }] : []));
  if (kept.length === 0) return;
  const chunk = DuckDBDataChunk.create([BIGINT, ARRAY(FLOAT, dimension)], kept.length);
  chunk.setColumnValues(
    0,
    kept.map(({ seq }) => BigInt(seq)),
  );
  chunk.setColumnValues(
    1,
    kept.map(({ vector }) => new DuckDBArrayValue(vector as unknown as number[])),
  );
  const appender = await writer.createAppender(table);
  appender.appendDataChunk(chunk);
  appender.closeSync();
}

function tableAt(place: number): string {
  return `vectors_${place}`;
}
