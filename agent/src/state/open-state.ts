import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import Database from 'better-sqlite3';
import { catalogue } from './migrations/0001-catalogue.ts';
import { scanIndexes } from './migrations/0002-scan-indexes.ts';
import { sidecars } from './migrations/0003-sidecars.ts';

export type State = Database.Database;

/** Migrations in order; a migration is never edited once released. */
const migrations = [catalogue, scanIndexes, sidecars] as const;

/**
 * Opens the catalogue below the agent's data directory, making it when it is not there, and brings its schema up to date.
 * A committed transaction survives power loss (WAL with synchronous=FULL).
 * @throws AppError `state-unreadable` when it cannot be opened or is damaged, `state-newer` when a newer agent wrote it.
 */
export function openState(dataDir: string, options: { readonly?: boolean } = {}): State {
  const folder = join(dataDir, 'state');
  const file = join(folder, 'agent.db');
  try {
    if (!options.readonly) mkdirSync(folder, { recursive: true, mode: 0o700 });
    const state = new Database(file, { readonly: options.readonly ?? false });
    state.pragma('busy_timeout = 5000');
    if (options.readonly) return state;
    chmodSync(file, 0o600);
    state.pragma('journal_mode = WAL');
    state.pragma('synchronous = FULL');
    state.pragma('foreign_keys = ON');
    state.pragma('wal_autocheckpoint = 4000');
    // items are found by random keys while syncing; the default of 2 MB would read each page again and again
    state.pragma('cache_size = -32768');
    migrate(state);
    return state;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('state-unreadable', `The state in ${folder} cannot be opened: ${reason(error)}.`, {
      cause: error,
    });
  }
}

function migrate(state: State): void {
  state
    .transaction(() => {
      const version = state.pragma('user_version', { simple: true }) as number;
      if (version > migrations.length) {
        throw new AppError(
          'state-newer',
          `The state was written by a newer agent (schema ${version}, this one knows ${migrations.length}); install that version again.`,
        );
      }
      for (const sql of migrations.slice(version)) state.exec(sql);
      state.pragma(`user_version = ${migrations.length}`);
    })
    .immediate();
}

function reason(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}
