import { AppError } from '@nucleus/shared/failure/app-error';
import { Kysely, type RawBuilder, type Transaction } from 'kysely';
import { openEngine } from './dialect.ts';
import { migrate } from './migrate.ts';
import type { Tables } from './tables.ts';

/** A connection pool or a transaction: query functions take either. */
export type Database = Kysely<Tables> | Transaction<Tables>;

/** An open, migrated database. */
export interface OpenDatabase {
  db: Kysely<Tables>;
  /** 32 hex; another value means another store, or one that was restored from a backup. */
  storeEpoch: string;
  /** See `Engine.claimLock`. */
  claimLock: RawBuilder<unknown>;
  close: () => Promise<void>;
}

/**
 * Opens `url`, brings its tables to this version and reads the epoch.
 * @param onError hears of idle connections that died; the pool replaces them.
 * @throws AppError `config-invalid`, `state-unreadable`, `state-newer` or `database-unreachable`.
 */
export async function openDatabase(url: string, onError: (error: Error) => void): Promise<OpenDatabase> {
  const engine = openEngine(url, onError);
  const db = new Kysely<Tables>({ dialect: engine.dialect });
  try {
    const storeEpoch = await migrate(db, engine.columnTypes);
    return { db, storeEpoch, claimLock: engine.claimLock, close: () => db.destroy() };
  } catch (cause) {
    await db.destroy().catch(() => undefined);
    if (cause instanceof AppError) throw cause;
    throw new AppError(
      'database-unreachable',
      `The ${engine.name} database cannot be reached or read: ${reason(cause)}.`,
      {
        cause,
      },
    );
  }
}

/** The driver's reason without the address: a connection string holds a password. */
function reason(cause: unknown): string {
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return cause instanceof Error ? cause.name : 'unknown';
}
