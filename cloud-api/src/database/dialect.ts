/**
 * The only file that asks which database it is. Everything else is written once, in Kysely, for both.
 */
import { chmodSync, closeSync, existsSync, openSync } from 'node:fs';
import { AppError } from '@nucleus/shared/failure/app-error';
import Sqlite from 'better-sqlite3';
import { type Dialect, type Kysely, PostgresAdapter, PostgresDialect, type RawBuilder, sql } from 'kysely';
import pg from 'pg';
import { sqliteDialect } from './sqlite-dialect.ts';

/** Column types that the two databases spell differently. */
export interface ColumnTypes {
  /** Text that is compared and sorted by its bytes, as keys and reference ids are. */
  key: 'text' | ReturnType<typeof sql<string>>;
}

/** One database: how to reach it and what differs. */
export interface Engine {
  name: 'sqlite' | 'postgres';
  dialect: Dialect;
  columnTypes: ColumnTypes;
  /** Ends a select of rows to claim: rows that another worker is just claiming are passed over. */
  claimLock: RawBuilder<unknown>;
}

const busyTimeoutMs = 5_000;
const statementTimeoutMs = 30_000;
const connectTimeoutMs = 5_000;
const int8Oid = 20;

/**
 * Chooses by URL: `sqlite:PATH`, `postgres://…` or `postgresql://…`.
 * @throws AppError `config-invalid` for another URL, `state-unreadable` when the SQLite file cannot be opened.
 */
export function openEngine(url: string, onPoolError: (error: Error) => void): Engine {
  if (url.startsWith('sqlite:')) return sqliteEngine(url.slice('sqlite:'.length));
  if (/^postgres(ql)?:\/\//.test(url)) return postgresEngine(url, onPoolError);
  throw new AppError('config-invalid', 'The database must be sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME.');
}

function sqliteEngine(path: string): Engine {
  try {
    // Made before SQLite opens it, so that it and the files beside it are never readable by others.
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
    const file = new Sqlite(path, { timeout: busyTimeoutMs });
    file.pragma('journal_mode = WAL');
    file.close();
  } catch (cause) {
    throw new AppError('state-unreadable', `The database file ${path} cannot be opened.`, { cause });
  }
  return {
    name: 'sqlite',
    dialect: sqliteDialect(path, busyTimeoutMs),
    columnTypes: { key: 'text' },
    // It has one writer at a time, so there is nobody to pass over.
    claimLock: sql``,
  };
}

function postgresEngine(url: string, onPoolError: (error: Error) => void): Engine {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    statement_timeout: statementTimeoutMs,
    connectionTimeoutMillis: connectTimeoutMs,
    // what a transaction asks together is sent together
    pipeline: true,
    // int8 comes back as text by default; every count and time here is below 2^53.
    types: {
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        oid === int8Oid ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
    },
  });
  // A connection that dies reports to the pool while it is idle, else to itself; without a listener either would end the process.
  // Whoever waits for an answer of it gets the error as well.
  pool.on('error', onPoolError);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return {
    name: 'postgres',
    dialect: new PostgresDialect({ pool }),
    columnTypes: { key: sql<string>`text collate "C"` },
    claimLock: sql`for update skip locked`,
  };
}

/** Whether a connection speaks to PostgreSQL. */
export function isPostgres<Schema>(db: Kysely<Schema>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}

const transientSqlite = /^SQLITE_(BUSY|LOCKED|IOERR|FULL|CANTOPEN)/;
// Connection trouble (08), not enough resources (53), operator intervention and time-outs (57), serialization and deadlock (40).
const transientPostgres = /^(08|53|57|40)/;
const transientNetwork = /^(ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN)$/;

/** Whether the database could not serve for now: trying again later makes sense and the caller did nothing wrong. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (
    transientSqlite.test(code) ||
    transientNetwork.test(code) ||
    (code.length === 5 && transientPostgres.test(code)) ||
    /Connection terminated|timeout exceeded when trying to connect|connection is not open|not queryable/i.test(
      error.message,
    )
  );
}
