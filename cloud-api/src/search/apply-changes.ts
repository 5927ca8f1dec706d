import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DuckDBAppender } from '@duckdb/node-api';
import type { Json } from '@nucleus/shared/record/canonical-json';
import { applyAutotags } from './apply-autotags.ts';
import { applyLabels } from './apply-labels.ts';
import { applySlices } from './apply-slices.ts';
import { applyVectors } from './apply-vectors.ts';
import { columnTypes, fieldColumn, type ProjectionFile } from './open-projection.ts';
import type { FieldType, SearchField } from './search-field.ts';
import type { FeedPosition, FeedRow, TruthFeed } from './truth-feed.ts';

const rowsPerChunk = 5_000;
/** Rows that are written in one go: others have their turn after a few milliseconds. */
const rowsPerTurn = 250;

/**
 * Brings a projection up to the truth's present change number. Each chunk is one transaction with the number it reaches, so a process
 * that dies continues where it was.
 */
export async function applyChanges(file: ProjectionFile, feed: TruthFeed): Promise<void> {
  const target = await feed.changeNo();
  await applyItems(file, feed, target);
  await applySlices(file, feed, target);
  file.vectors = await applyVectors(file.writer, file.vectors, feed, target);
  file.labels = await applyLabels(file.writer, file.labels, feed, target);
  file.autotags = await applyAutotags(file.writer, file.autotags, feed, target);
}

async function applyItems(file: ProjectionFile, feed: TruthFeed, target: number): Promise<void> {
  while (file.position.changeNo < target || file.position.seq !== Number.MAX_SAFE_INTEGER) {
    const rows = await feed.rowsAfter(file.position, rowsPerChunk);
    const last = rows.at(-1);
    const isAll = rows.length < rowsPerChunk;
    // rows of writes later than `target` may be among them; their write is not known to be complete here
    const reached =
      last === undefined || (isAll && last.changeNo <= target)
        ? { changeNo: target, seq: Number.MAX_SAFE_INTEGER }
        : { changeNo: last.changeNo, seq: last.seq };
    await applyChunk(file, rows, reached);
    file.position = reached;
    if (isAll) return;
  }
}

async function applyChunk(file: ProjectionFile, rows: readonly FeedRow[], reached: FeedPosition): Promise<void> {
  const { writer } = file;
  const known = new Map(file.fields);
  await writer.run('begin');
  try {
    await addNewFields(file, rows);
    await deleteRows(file, rows);
    const appender = await writer.createAppender('items');
    const fields = [...file.fields.values()];
    for (const [at, row] of rows.entries()) {
      if (at % rowsPerTurn === 0) await nextTurn();
      if (row.isLive) appendRow(appender, row, fields);
    }
    appender.closeSync();
    await writer.run('update projection set change_no = ?, seq = ?', [reached.changeNo, reached.seq]);
    await writer.run('commit');
  } catch (error) {
    file.fields = known;
    await writer.run('rollback');
    throw error;
  }
}

/** A chunk that only adds has nothing to delete, which is the whole of a first build. */
async function deleteRows(file: ProjectionFile, rows: readonly FeedRow[]): Promise<void> {
  if (file.position.changeNo === 0) return;
  await file.writer.run('create or replace temp table touched (seq bigint)');
  const touched = await file.writer.createAppender('touched');
  for (const row of rows) {
    touched.appendBigInt(BigInt(row.seq));
    touched.endRow();
  }
  touched.closeSync();
  await file.writer.run('delete from items where seq in (select seq from touched)');
}

async function addNewFields(file: ProjectionFile, rows: readonly FeedRow[]): Promise<void> {
  for (const [at, row] of rows.entries()) {
    if (at % rowsPerTurn === 0) await nextTurn();
    for (const [name, value] of Object.entries(row.metadata)) {
      const type = fieldType(value);
      if (type === undefined || file.fields.has(name)) continue;
      const place = file.fields.size;
      const column = fieldColumn(place);
      await file.writer.run(`alter table items add column ${column} ${columnTypes[type]}`);
      await file.writer.run('insert into fields values (?, ?, ?)', [place, name, type]);
      file.fields.set(name, { name, type, column });
    }
  }
}

function appendRow(appender: DuckDBAppender, row: FeedRow, fields: readonly SearchField[]): void {
  appender.appendBigInt(BigInt(row.seq));
  appender.appendVarchar(row.itemId);
  appender.appendVarchar(row.referenceId);
  appendNumber(appender, row.widthPx);
  appendNumber(appender, row.heightPx);
  if (row.phash === null) appender.appendNull();
  else appender.appendUBigInt(BigInt(`0b${row.phash}`));
  for (const field of fields) {
    const value = row.metadata[field.name];
    // a value of another type than the field was locked to cannot be searched
    if (fieldType(value) !== field.type) appender.appendNull();
    else if (typeof value === 'number') appender.appendDouble(value);
    else if (typeof value === 'boolean') appender.appendBoolean(value);
    else appender.appendVarchar(String(value));
  }
  appender.endRow();
}

function appendNumber(appender: DuckDBAppender, value: number | null): void {
  if (value === null) appender.appendNull();
  else appender.appendDouble(value);
}

/** Type under which a value can be searched; lists, objects and null cannot. */
function fieldType(value: Json | undefined): FieldType | undefined {
  if (typeof value === 'number') return 'number';
  if (typeof value === 'string') return 'text';
  return typeof value === 'boolean' ? 'boolean' : undefined;
}
