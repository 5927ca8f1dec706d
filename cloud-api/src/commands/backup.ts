import { resolve } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import { Command } from 'commander';
import { copyStore } from '../backup/copy-store.ts';
import { openDataFolder } from '../serve/data-folder.ts';
import { settingsOf, withDatabase, withDatabaseFlags } from './settings.ts';

/** `backup`: a copy of a running cloud that `serve --data COPY` starts from. */
export function backupCommand(): Command {
  return withDatabaseFlags(
    new Command('backup')
      .argument('<folder>', 'where the copy goes; not there yet')
      .description('copy the running cloud'),
  )
    .option('--objects <url>', 'where stored pictures are, when not below the data folder')
    .option('--json', 'print one object')
    .action(async (to: string, flags: Parameters<typeof settingsOf>[0] & { json?: boolean }) => {
      const config = settingsOf(flags);
      if (config.database?.startsWith('postgres') === true) {
        throw new AppError(
          'usage',
          'PostgreSQL has its own copies: use pg_dump, then copy the data folder and the bucket.',
        );
      }
      const hasObjects = config.objects === undefined;
      const folder = openDataFolder(config.data);
      const copy = await withDatabase(flags, (db) => copyStore(db, folder, resolve(to), { hasObjects }));
      const said = `${copy.items} items and ${copy.objectFiles} stored files are in ${resolve(to)}.`;
      const rest = hasObjects ? '' : ' Stored pictures are elsewhere and were not copied.';
      process.stdout.write(
        flags.json === true ? `${JSON.stringify({ folder: resolve(to), ...copy })}\n` : `${said}${rest}\n`,
      );
    });
}
