import { CompiledQuery, type RawBuilder, sql } from 'kysely';
import { isPostgres } from './dialect.ts';
import type { Database } from './open-database.ts';
import type { Tables } from './tables.ts';

/** Columns of a bulk insert, in order, with the type that PostgreSQL is told. */
export type BulkColumns<T extends keyof Tables> = { [C in keyof Tables[T] & string]: 'text' | 'bigint' };

/**
 * Inserts rows by one statement whose text does not depend on their number: PostgreSQL gets a list for each column, SQLite runs the
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
  if (rows.length === 0) return;
  const names = Object.keys(columns) as (keyof Tables[T] & string)[];
  const into = `insert into ${table} (${names.join(', ')})`;
  const tail = conflict === undefined ? '' : ` on conflict ${conflict}`;
  if (isPostgres(db)) {
    const lists = names.map((name, at) => `$${at + 1}::${columns[name]}[]`);
    const values = names.map((name) => rows.map((row) => row[name]));
    await db.executeQuery(CompiledQuery.raw(`${into} select * from unnest(${lists.join(', ')})${tail}`, values));
    return;
  }
  const values = rows.map((row) => names.map((name) => row[name]));
  await db.executeQuery(CompiledQuery.raw(`${into} values (${names.map(() => '?').join(', ')})${tail}`, [values]));
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
