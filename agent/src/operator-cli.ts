/** The commands of whoever sets an agent up and vouches for it: init, doctor, keys, self-audit. */
import type { Command } from 'commander';
import type { AgentParts } from './agent-parts.ts';
import type { DataFlags } from './commands/data-folder.ts';
import { doctor } from './commands/doctor.ts';
import { type InitFlags, init } from './commands/init.ts';
import { setPasscode } from './commands/passcode.ts';
import { selfAudit } from './commands/self-audit.ts';
import { listSessions, revokeSessions } from './commands/sessions.ts';
import type { Terminal } from './commands/terminal.ts';
import { initTls } from './commands/tls.ts';
import type { ConfigFlags } from './load-config.ts';
import { apartWhereMountsMayHang } from './run-apart.ts';

/** What these commands need of the process. */
interface OperatorContext {
  terminal: Terminal;
  environment: Record<string, string | undefined>;
  workingDir: string;
  version: string;
  signal: AbortSignal;
  input?: NodeJS.ReadableStream;
  runApart?: () => Promise<number>;
}

/** Adds them to the program. */
export function addOperatorCommands(
  program: Command,
  parts: AgentParts,
  context: OperatorContext,
  end: (code: number) => void,
): void {
  program
    .command('init')
    .description('ask what is needed, explain the privacy levels and write a configuration file')
    .option('--config <file>', 'file to write; it must not exist', 'nucleus-agent.yaml')
    .option('--source <dir>', 'folder to watch; default: ./pictures')
    .option('--dataset <name>', 'dataset of that folder; default: its name')
    .option('--cloud <url>', 'address of the cloud; default: http://127.0.0.1:8080')
    .option('--data <dir>', 'data directory of the agent; default: ./data/agent')
    .option('--listen <host:port>', 'address of media and viewer; default: 127.0.0.1:8787')
    .option('--level <level>', 'minimal, standard or rich; default: standard')
    .option('--names <policy>', 'relative-path or pseudonym; default: relative-path, at minimal pseudonym')
    .option('--yes', 'take the defaults without asking')
    .option('--json', 'print the result as one JSON object on the last line of stdout')
    .action(async (flags: InitFlags) => end(await init(flags, context)));
  program
    .command('doctor')
    .description('check folders, permissions, watches, disk, key, name, certificate and clock')
    .option('--config <file>', 'configuration file')
    .option('--source <dir>', 'folder to watch')
    .option('--cloud <url>', 'address of the cloud')
    .option('--data <dir>', 'data directory of the agent')
    .option('--listen <host:port>', 'address of media and viewer')
    .option('--json', 'print the result as one JSON object on the last line of stdout')
    .action(async (flags: ConfigFlags & { json?: boolean }) =>
      end(await apartWhereMountsMayHang(flags, context, () => doctor(flags, context))),
    );
  program
    .command('keys')
    .description('keys of this agent')
    .command('passcode')
    .description('set the passcode that viewers on the network enter; it is read from the terminal or from stdin')
    .option('--clear', 'remove it: nobody enters from outside this machine')
    .option('--config <file>', 'configuration file')
    .option('--data <dir>', 'data directory of the agent')
    .option('--json', 'print the result as one JSON object on the last line of stdout')
    .action(async (flags: DataFlags & { clear?: boolean }) => end(await setPasscode(flags, parts, context)));
  const sessions = program.command('sessions').description('who can see pixels now');
  const withData = (command: Command) =>
    command
      .option('--config <file>', 'configuration file')
      .option('--data <dir>', 'data directory of the agent')
      .option('--json', 'print the result as one JSON object on the last line of stdout');
  withData(sessions.command('list').description('viewers, dashboards and shared links')).action(
    async (flags: DataFlags) => end(await listSessions(flags, context.terminal, context.workingDir)),
  );
  withData(sessions.command('revoke').argument('[session_id]').description('end one with its links, at once'))
    .option('--all', 'end every session, code and media link')
    .action(async (id: string | undefined, flags: DataFlags & { all?: boolean }) =>
      end(await revokeSessions(id, flags, context.terminal, context.workingDir)),
    );
  withData(
    program
      .command('tls')
      .description('https for browsers')
      .command('init')
      .description('make a self-signed certificate'),
  )
    .option('--name <name...>', 'host names and addresses; default: this host’s')
    .option('--force', 'replace the one that is there')
    .action(async (flags: DataFlags & { name?: string[]; force?: boolean }) => end(await initTls(flags, context)));
  program
    .command('self-audit')
    .description('plant pictures with known secrets, run everything without a network and search what would leave')
    .option('--config <file>', 'accepted as everywhere; the audit uses a folder of its own')
    .option('--json', 'print the result as one JSON object on the last line of stdout')
    .action(async (flags: { json?: boolean }) => end(await selfAudit(flags, parts, context)));
}
