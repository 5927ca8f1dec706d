import { setImmediate as nextTurn } from 'node:timers/promises';
import { CompiledQuery, type RawBuilder, sql } from 'kysely';
import { isPostgres } from './dialect.ts';
import type { Database } from './open-database.ts';
import type { Column, SqliteRows, Value } from './sqlite-messages.ts';
import type { Tables } from './tables.ts';

/** Columns of a bulk insert, in order, with the type that PostgreSQL is told. */
export type BulkColumns<T extends keyof Tables> = { [C in keyof Tables[T] & string]: 'text' | 'bigint' };

/** Rows that are handed to the database in one go: others have their turn after a few milliseconds. */
const rowsPerTurn = 1_000;

/**
 * Inserts rows by statements whose text does not depend on their number: PostgreSQL gets a list for each column, SQLite runs the
 * prepared statement once for each row, in its thread. Spelling out a thousand rows costs more than storing them.
 * @param conflict what stands behind `on conflict`, if rows may be there already
 */
export async function insertRows<T extends keyof Tables>(
  db: Database,
  table: T,
  columns: BulkColumns<T>,
  rows: readonly Tables[T][],
  conflict?: string,
): Promise<void> {
  const names = Object.keys(columns) as (keyof Tables[T] & string)[];
  const types = names.map((name) => columns[name]);
  const into = `insert into ${table} (${names.join(', ')})`;
  const tail = conflict === undefined ? '' : ` on conflict ${conflict}`;
  for (let start = 0; start < rows.length; start += rowsPerTurn) {
    if (start > 0) await nextTurn();
    const some = rows.slice(start, start + rowsPerTurn);
    const values = names.map((name) => toColumn(some.map((row) => row[name] as Value)));
    await db.executeQuery(
      isPostgres(db)
        ? insertLists(into, tail, types, values, some.length)
        : insertEach(into, tail, values, some.length),
    );
  }
}

/** Most columns of a bulk insert hold one value: the tenant, the dataset, the write. */
function toColumn(each: Value[]): Column {
  const [first = null] = each;
  return each.every((value) => value === first) ? { all: first } : { each };
}

function insertEach(into: string, tail: string, columns: readonly Column[], count: number): CompiledQuery {
  const rows: SqliteRows = { count, columns };
  return CompiledQuery.raw(`${into} values (${columns.map(() => '?').join(', ')})${tail}`, [rows]);
}

const between = '\u001f';
const missing = '\u001e';

/** One parameter for each column: a list is a text that is cut at a sign that no value holds, which costs a tenth of an array's spelling. */
function insertLists(
  into: string,
  tail: string,
  types: readonly ('text' | 'bigint')[],
  columns: readonly Column[],
  rows: number,
): CompiledQuery {
  const parameters: unknown[] = [];
  const lists: string[] = [];
  const selected = columns.map((column, at) => {
    if ('all' in column) return `$${parameters.push(column.all)}::${types[at]}`;
    const joined = joinList(column.each);
    const parameter = `$${parameters.push(joined ?? column.each)}`;
    const list = joined === undefined ? parameter : `string_to_array(${parameter}::text, E'\\x1f', E'\\x1e')`;
    lists.push(`${list}::${types[at]}[]`);
    return `c${lists.length}`;
  });
  const names = lists.map((_, at) => `c${at + 1}`);
  // a count where no column differs, as of a single row
  const from =
    lists.length === 0 ? `generate_series(1, ${rows})` : `unnest(${lists.join(', ')}) as listed(${names.join(', ')})`;
  return CompiledQuery.raw(`${into} select ${selected.join(', ')} from ${from}${tail}`, parameters);
}

/** Undefined when a value holds a sign of its own, or nothing at all would be left. */
function joinList(values: readonly Value[]): string | undefined {
  for (const value of values) {
    if (typeof value === 'string' && (value.includes(between) || value.includes(missing))) return undefined;
  }
  const joined = values.map((value) => value ?? missing).join(between);
  return joined === '' ? undefined : joined;
}
/** Whether a text column holds one of `values`, however many, as one parameter. */
export function isAmong(db: Database, column: string, values: readonly string[]): RawBuilder<boolean> {
  return isPostgres(db)
    ? sql<boolean>`${sql.ref(column)} = any(${values}::text[])`
    : sql<boolean>`${sql.ref(column)} in (select value from json_each(${JSON.stringify(values)}))`;
}

/** Whether a column of whole numbers holds one of `values`, however many, as one parameter. */
export function isAmongNumbers(db: Database, column: string, values: readonly number[]): RawBuilder<boolean> {
  return isPostgres(db)
    ? sql<boolean>`${sql.ref(column)} = any(${values}::bigint[])`
    : sql<boolean>`${sql.ref(column)} in (select value from json_each(${JSON.stringify(values)}))`;
}
