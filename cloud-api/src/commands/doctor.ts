import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import { Command } from 'commander';
import { readSecrets } from '../config.ts';
import { openDatabase } from '../database/open-database.ts';
import { checkCloud } from '../doctor/check-cloud.ts';
import { openObjects } from '../objects/open-objects.ts';
import { settingsOf, withDatabaseFlags } from './settings.ts';

/** `doctor`: one line for each thing that the cloud stands on; ends with 1 when one of them is wrong. */
export function doctorCommand(): Command {
  return withDatabaseFlags(new Command('doctor').description('look at everything that the cloud stands on'))
    .option('--objects <url>', 'where stored pictures are, when not below the data folder')
    .option('--public-url <url>', 'origin under which browsers and agents reach it')
    .option('--json', 'print one object')
    .action(async (flags: Parameters<typeof settingsOf>[0] & { json?: boolean }) => {
      const config = settingsOf(flags);
      // Not made and not mended here: how it is, is what is asked.
      const folder = join(resolve(config.data), 'cloud');
      if (!existsSync(folder)) throw new AppError('folder-missing', `There is no cloud in ${resolve(config.data)}.`);
      const url = config.database ?? `sqlite:${join(folder, 'cloud.db')}`;
      const checks = await checkCloud({
        folder,
        publicUrl: config.public_url === undefined ? undefined : new URL(config.public_url),
        insecureHttp: config.insecure_http,
        isSqlite: url.startsWith('sqlite:'),
        openDatabase: () => openDatabase(url, () => undefined),
        openObjects: () =>
          openObjects(config.objects ?? `file:${join(folder, 'objects')}`, readSecrets(process.env).objectKeys),
        nowMs: Date.now(),
      });
      const isWell = checks.every(({ result }) => result !== 'fail');
      if (flags.json === true) process.stdout.write(`${JSON.stringify({ ok: isWell, checks })}\n`);
      else {
        for (const { result, name, says, remedy } of checks) {
          process.stdout.write(
            `${result.padEnd(4)}  ${name}: ${says}\n${remedy === undefined ? '' : `      → ${remedy}\n`}`,
          );
        }
      }
      process.exitCode = isWell ? 0 : 1;
    });
}
