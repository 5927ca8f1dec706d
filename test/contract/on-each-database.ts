/** The same suite on SQLite and on a real PostgreSQL: what holds on one holds on the other. */
import { describe } from 'vitest';
import { aPostgresDatabase, describeWithPostgres } from '../builders/a-postgres.ts';

/** A fresh, empty database; without a URL the cloud makes its own SQLite file. */
export interface TestDatabase {
  url: string | undefined;
  drop: () => Promise<void>;
  /** PostgreSQL only: see `PostgresDatabase`. */
  copy?: () => Promise<() => Promise<void>>;
}

/** Runs `body` once for each kind of database; `open` makes a fresh one. */
export function onEachDatabase(title: string, body: (open: () => Promise<TestDatabase>) => void): void {
  describe(`${title}, on SQLite`, () => body(async () => ({ url: undefined, drop: async () => undefined })));
  describeWithPostgres(`${title}, on PostgreSQL`, () => body(aPostgresDatabase));
}
