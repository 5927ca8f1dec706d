import { Command } from 'commander';
import pino from 'pino';
import { readSecrets } from '../config.ts';
import { startCloud } from '../serve/start-cloud.ts';
import { stopSignal } from '../serve/stop-signal.ts';
import { settingsOf, withDatabaseFlags } from './settings.ts';

/** `serve`: runs until it is told to stop. */
export function serveCommand(): Command {
  return withDatabaseFlags(new Command('serve').description('run the cloud'))
    .option('--listen <host:port>', 'address to answer on')
    .option('--public-url <url>', 'origin under which browsers and agents reach it')
    .option('--objects <url>', 'file:FOLDER or s3://BUCKET/PREFIX?endpoint=URL&region=…&encryption=AES256|aws:kms')
    .option('--insecure-http', 'serve plain http on another host than this one')
    .option('--role <role>', 'all, http or jobs; other than all needs PostgreSQL')
    .action(async (flags: Parameters<typeof settingsOf>[0]) => {
      const config = settingsOf(flags);
      const log = pino({ level: config.log_level }, pino.destination(2));
      const stopped = stopSignal();
      const cloud = await startCloud({ config, secrets: readSecrets(process.env), log });
      if (cloud.firstKey !== undefined) {
        process.stdout.write(`Admin key, shown once and kept in ${cloud.firstKey.file}:\n  ${cloud.firstKey.secret}\n`);
      }
      process.stdout.write(`Nucleus cloud is ready at ${cloud.url}\n`);
      log.info({ signal: await stopped }, 'stopping');
      await cloud.close();
    });
}
