import { Command } from 'commander';
import { withDatabase, withDatabaseFlags } from './settings.ts';

/** `migrate`: brings the tables to this version; `serve` does the same at its start. */
export function migrateCommand(): Command {
  return withDatabaseFlags(new Command('migrate').description('bring the database to this version')).action(
    async (flags: { config?: string; data?: string; database?: string }) => {
      await withDatabase(flags, async () => undefined);
      process.stdout.write('The database is up to date.\n');
    },
  );
}
