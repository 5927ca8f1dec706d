/** The command `nucleus-cloud`. Every failure that a person can act on is one sentence on stderr and an exit code. */
import { Command } from 'commander';
import { backupCommand } from './commands/backup.ts';
import { doctorCommand } from './commands/doctor.ts';
import { keysCommand } from './commands/keys.ts';
import { migrateCommand } from './commands/migrate.ts';
import { reportFailure } from './commands/report-failure.ts';
import { serveCommand } from './commands/serve.ts';
import { tenantsCommand } from './commands/tenants.ts';

const program = new Command('nucleus-cloud')
  .description('A Nucleus-compatible cloud for metadata: pixels stay with the agent.')
  .exitOverride()
  .addCommand(serveCommand())
  .addCommand(keysCommand())
  .addCommand(tenantsCommand())
  .addCommand(migrateCommand())
  .addCommand(backupCommand())
  .addCommand(doctorCommand());

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
