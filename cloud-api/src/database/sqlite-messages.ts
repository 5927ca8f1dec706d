/** What the threads of a SQLite database say to each other. */

/** Given to a thread at its start. */
export interface SqliteJob {
  path: string;
  /** The one thread that writes, or one of those that read beside it. */
  role: 'writer' | 'reader';
  busyTimeoutMs: number;
}

export interface SqliteQuestion {
  id: number;
  sql: string;
  parameters: readonly unknown[];
}

export type SqliteAnswer =
  | { id: number; rows: unknown[]; changes: number }
  | { id: number; error: { name: string; message: string; code: string | undefined } };
