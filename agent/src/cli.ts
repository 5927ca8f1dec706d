/** The command line: what there is, with its flags, and how each ends. */
import { AppError } from '@nucleus/shared/failure/app-error';
import { Command, CommanderError, Option } from 'commander';
import type { AgentParts } from './agent-parts.ts';
import { compare } from './commands/compare.ts';
import type { DataFlags } from './commands/data-folder.ts';
import { confirmDeletes } from './commands/deletes.ts';
import { explain } from './commands/explain.ts';
import { lineNumber, show, verify } from './commands/ledger.ts';
import { type LinkFlags, link } from './commands/link.ts';
import { printMap } from './commands/map.ts';
import { openViewer } from './commands/open.ts';
import { type PlanFlags, plan } from './commands/plan.ts';
import { type RunFlags, run } from './commands/run.ts';
import { status } from './commands/status.ts';
import type { Terminal } from './commands/terminal.ts';
import type { ConfigFlags } from './load-config.ts';
import { logLevels } from './log.ts';
import { addOperatorCommands } from './operator-cli.ts';
import { apartWhereMountsMayHang } from './run-apart.ts';

export interface CliContext {
  terminal: Terminal;
  environment: Record<string, string | undefined>;
  workingDir: string;
  version: string;
  signal: AbortSignal;
  /** Where answers to questions come from; without it nothing can be asked. */
  input?: NodeJS.ReadableStream;
  /** Runs this whole command line in a process of its own, which may be given up when a mount holds it. */
  runApart?: () => Promise<number>;
}

/**
 * Runs one command line. Every failure that a person can act on is one sentence on stderr.
 * @returns the exit code: 0 done, 1 something is left, 2 usage, configuration, port or state, 3 a source suspended.
 */
export async function runCli(argv: readonly string[], parts: AgentParts, context: CliContext): Promise<number> {
  let exit = 0;
  const program = buildProgram(parts, context, (code) => {
    exit = code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (context.signal.aborted && error instanceof Error && error.name === 'AbortError') return 0;
    const stateCode = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (stateCode.startsWith('SQLITE_')) {
      const what =
        stateCode === 'SQLITE_FULL'
          ? 'The disk of the data directory is full; nothing is lost. Make room and run it again.'
          : `The state cannot be written or read (${stateCode}); nothing is lost. Try again.`;
      context.terminal.note(`nucleus-agent: ${what}\n`);
      return 1;
    }
    if (!(error instanceof AppError)) throw error;
    context.terminal.note(`nucleus-agent: ${error.message}\n`);
    return error.exit;
  }
}

function buildProgram(parts: AgentParts, context: CliContext, end: (code: number) => void): Command {
  const { terminal, workingDir } = context;
  const program = new Command('nucleus-agent')
    .description('Keeps the pixels here and tells a Nucleus-compatible cloud about them.')
    .version(context.version)
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.note });
  const json = (command: Command) =>
    command.option('--json', 'print the result as one JSON object on the last line of stdout');
  const withConfig = (command: Command) =>
    json(command)
      .option('--config <file>', 'configuration file')
      .option('--source <dir>', 'folder to watch, as source `main`')
      .option('--dataset <name>', 'dataset of that folder; default: its name')
      .option('--cloud <url>', 'address of the cloud')
      .option('--data <dir>', 'data directory of the agent')
      .option('--listen <host:port>', 'address of media and viewer')
      .option('--level <level>', 'minimal, standard or rich');
  const withData = (command: Command) =>
    json(command).option('--config <file>', 'configuration file').option('--data <dir>', 'data directory of the agent');

  withConfig(program.command('run').description('watch, catalogue, serve and sync'))
    .option('--insecure-lan-http', 'listen beyond loopback without TLS: everybody on the network sees what is shown')
    .option('--once', 'scan, sync and exit with a summary')
    .option('--take-over', 'replace another agent on its sources')
    .option('--recreate', 'make a new dataset where the bound one was deleted')
    .addOption(new Option('--log-level <level>', 'lowest level of log lines').choices(logLevels).default('info'))
    .action(async (flags: RunFlags) =>
      end(await apartWhereMountsMayHang(flags, context, () => run(flags, parts, context))),
    );
  withData(program.command('status').description('sources, states and counts')).action(async (flags: DataFlags) =>
    end(await status(flags, terminal, workingDir)),
  );
  withData(program.command('open').description('print the viewer’s address with a one-time code')).action(
    async (flags: DataFlags) => end(await openViewer(flags, terminal, workingDir)),
  );
  withData(
    program
      .command('compare')
      .description('have the running agent compare with the cloud and read a part of the files again, now'),
  ).action(async (flags: DataFlags) => end(await compare(flags, terminal, workingDir)));
  withData(
    program.command('link').argument('<reference_id>').description('print a signed media link of the running agent'),
  )
    .option('--variant <variant>', 'original, preview-256, -512, -1024 or -2048', 'original')
    .option('--minutes <n>', 'how long it opens; rounded up to steps of five', '10')
    .option('--source <alias>', 'needed when two sources know the id')
    .action(async (referenceId: string, flags: LinkFlags) => end(await link(referenceId, flags, terminal, workingDir)));
  withConfig(program.command('plan').description('write what a run would send, without a socket'))
    .option('--out <dir>', 'one file a request instead of stdout')
    .action(async (flags: PlanFlags) =>
      end(await apartWhereMountsMayHang(flags, context, () => plan(flags, parts, context))),
    );
  withConfig(
    program.command('explain').argument('<file>').description('make the record of one file anew and compare it'),
  ).action(async (file: string, flags: ConfigFlags & { json?: boolean }) =>
    end(await explain(file, flags, parts, context)),
  );
  const ledger = program.command('ledger').description('what has left, byte for byte');
  withData(ledger.command('verify').description('check every line')).action(async (flags: DataFlags) =>
    end(await verify(flags, terminal, workingDir)),
  );
  withData(ledger.command('show').argument('[number]').description('print lines'))
    .option('--item <reference_id>', 'only the changes of one item')
    .option('--source <alias>', 'only batches of one source')
    .action(async (number: string | undefined, flags: DataFlags & { item?: string; source?: string }) => {
      const filter = { ...(number === undefined ? {} : { n: lineNumber(number) }), ...pick(flags, ['item', 'source']) };
      end(await show(filter, flags, terminal, workingDir));
    });
  withData(ledger.command('grep').argument('<text>').description('print the lines of bodies that hold a text')).action(
    async (text: string, flags: DataFlags) => end(await show({ text }, flags, terminal, workingDir)),
  );
  const deletes = program.command('deletes').description('deletions that wait for a person');
  withData(deletes.command('confirm').description('let them go'))
    .option('--source <alias>', 'only of one source')
    .action(async (flags: DataFlags & { source?: string }) =>
      end(await confirmDeletes(flags, parts.confirmDeletions, terminal, workingDir)),
    );
  withData(program.command('map').description('print path and reference id as CSV'))
    .option('--source <alias>', 'only one source')
    .action((flags: DataFlags & { source?: string }) => end(printMap(flags, terminal, workingDir)));
  addOperatorCommands(program, parts, context, end);
  program
    .command('make-samples', { hidden: true })
    .argument('<dir>')
    .action(async (dir: string) => parts.makeSamples(dir));
  return program;
}

function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Partial<Pick<T, K>> {
  return Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]])) as Partial<
    Pick<T, K>
  >;
}
