/** What the threads of a SQLite database say to each other. */

/** Given to a thread at its start. */
export interface SqliteJob {
  path: string;
  /** The one thread that writes, or one of those that read beside it. */
  role: 'writer' | 'reader';
  busyTimeoutMs: number;
}

/** A column of rows: a value for each row, or the one that all of them share. */
export type Column = { each: readonly Value[] } | { all: Value };
export type Value = string | number | null;

/** As the only parameter of a statement: it runs once for each row. */
export interface SqliteRows {
  count: number;
  columns: readonly Column[];
}

/** As the only parameter of no statement: these run one after the other, up to the first that fails. */
export interface SqliteTogether {
  statements: readonly { sql: string; parameters: readonly unknown[] }[];
}

export interface SqliteResult {
  rows: unknown[];
  changes: number;
}

export interface SqliteQuestion {
  id: number;
  sql: string;
  parameters: readonly unknown[];
}

export type SqliteAnswer =
  | { id: number; rows: unknown[]; changes: number }
  | { id: number; error: { name: string; message: string; code: string | undefined } };
