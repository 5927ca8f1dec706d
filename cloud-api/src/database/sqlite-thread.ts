/**
 * One connection to a SQLite file in a thread of its own: a statement, and the wait for the disk at a commit, never hold up the
 * requests of the process.
 */
import { parentPort, workerData } from 'node:worker_threads';
import Sqlite, { type Statement } from 'better-sqlite3';
import type {
  SqliteAnswer,
  SqliteJob,
  SqliteQuestion,
  SqliteResult,
  SqliteRows,
  SqliteTogether,
} from './sqlite-messages.ts';

/** Statements that are kept prepared; one that binds a long list is not worth its memory. */
const mostPrepared = 256;
const longestPrepared = 4_096;
const writerCacheKib = 64 * 1024;
const readerCacheKib = 12 * 1024;

function openFile({ path, role, busyTimeoutMs }: SqliteJob): Sqlite.Database {
  const file = new Sqlite(path, { timeout: busyTimeoutMs, readonly: role === 'reader' });
  if (role === 'reader') {
    file.pragma(`cache_size = -${readerCacheKib}`);
    return file;
  }
  file.pragma('synchronous = FULL');
  file.pragma('foreign_keys = ON');
  // What was deleted or renamed must not stay readable in free pages of the file.
  file.pragma('secure_delete = ON');
  file.pragma(`cache_size = -${writerCacheKib}`);
  // A checkpoint for every batch would write each page twice; 32 MiB of log is read back in well under a second.
  file.pragma('wal_autocheckpoint = 8192');
  return file;
}

const file = openFile(workerData as SqliteJob);
/** In order of use, the most recent last. */
const prepared = new Map<string, Statement>();

parentPort?.on('message', (question: SqliteQuestion | 'close') => {
  if (question === 'close') {
    file.close();
    parentPort?.close();
    return;
  }
  parentPort?.postMessage(answer(question));
});

function answer({ id, sql, parameters }: SqliteQuestion): SqliteAnswer {
  try {
    const [together] = parameters;
    if (!isTogether(together)) return { id, ...run(sql, parameters) };
    return { id, rows: together.statements.map((each) => run(each.sql, each.parameters)), changes: 0 };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    return { id, error: { name, message, code } };
  }
}

function run(sql: string, parameters: readonly unknown[]): SqliteResult {
  const statement = prepare(sql);
  if (statement.reader) return { rows: statement.all(parameters), changes: 0 };
  const [rows] = parameters;
  if (!isRows(rows)) return { rows: [], changes: statement.run(parameters).changes };
  runForEach(statement, rows);
  return { rows: [], changes: rows.count };
}

function isTogether(parameter: unknown): parameter is SqliteTogether {
  return typeof parameter === 'object' && parameter !== null && 'statements' in parameter;
}

function isRows(parameter: unknown): parameter is SqliteRows {
  return typeof parameter === 'object' && parameter !== null && 'columns' in parameter;
}

function runForEach(statement: Statement, { count, columns }: SqliteRows): void {
  const row: unknown[] = columns.map((column) => ('all' in column ? column.all : null));
  for (let at = 0; at < count; at++) {
    for (const [place, column] of columns.entries()) if ('each' in column) row[place] = column.each[at];
    statement.run(row);
  }
}

function prepare(sql: string): Statement {
  const kept = prepared.get(sql);
  prepared.delete(sql);
  const statement = kept ?? file.prepare(sql);
  if (sql.length > longestPrepared) return statement;
  prepared.set(sql, statement);
  const [oldest] = prepared.keys();
  if (prepared.size > mostPrepared && oldest !== undefined) prepared.delete(oldest);
  return statement;
}
