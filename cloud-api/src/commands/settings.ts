import { join } from 'node:path';
import type { Command } from 'commander';
import type { Kysely } from 'kysely';
import { type CloudConfig, readConfig, readFetchAllow } from '../config.ts';
import { openDatabase } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { openDataFolder } from '../serve/data-folder.ts';

interface SettingsFlags {
  config?: string;
  data?: string;
  listen?: string;
  publicUrl?: string;
  database?: string;
  objects?: string;
  insecureHttp?: boolean;
  role?: string;
}

/** The flags that every command takes to find its database. */
export function withDatabaseFlags(command: Command): Command {
  return command
    .exitOverride()
    .option('--config <file>', 'YAML file with a `cloud:` part')
    .option('--data <dir>', 'folder of everything that the cloud keeps')
    .option('--database <url>', 'sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME');
}

/** Settings of a command: the file, overridden by its flags. */
export function settingsOf(flags: SettingsFlags): CloudConfig {
  return readConfig(flags.config, {
    data: flags.data,
    listen: flags.listen,
    public_url: flags.publicUrl,
    database: flags.database,
    objects: flags.objects,
    insecure_http: flags.insecureHttp,
    // Checked with the rest of the settings.
    role: flags.role as CloudConfig['role'] | undefined,
    fetch_allow: readFetchAllow(process.env),
  });
}

/** Opens the database of a command for as long as `work` runs. */
export async function withDatabase<Result>(
  flags: SettingsFlags,
  work: (db: Kysely<Tables>) => Promise<Result>,
): Promise<Result> {
  const config = settingsOf(flags);
  const url = config.database ?? `sqlite:${join(openDataFolder(config.data), 'cloud.db')}`;
  const database = await openDatabase(url, () => undefined);
  try {
    return await work(database.db);
  } finally {
    await database.close();
  }
}
