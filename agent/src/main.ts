/** The agent's process: signals, environment and exit code; everything else is given to the command line. */
import { runCli } from './cli.ts';
import { isApart, runApart, tellEnded } from './run-apart.ts';
import { isRootHanging } from './source/hanging.ts';
import { version } from './version.ts';
import { wiredParts } from './wired-parts.ts';

process.umask(0o077);
const stopping = new AbortController();
const isChild = isApart(process.env);
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  // a supervisor may signal the parent and this process
  process.on(name, () => (stopping.signal.aborted && !isChild ? process.exit(1) : stopping.abort(name)));
}
if (isChild) process.on('disconnect', () => stopping.abort('SIGHUP'));

const argv = process.argv.slice(2);
const exit = await runCli(argv, wiredParts, {
  terminal: {
    out: (text) => void process.stdout.write(text),
    note: (text) => void process.stderr.write(text),
    isInteractive: process.stderr.isTTY === true,
  },
  environment: process.env,
  workingDir: process.cwd(),
  version,
  signal: stopping.signal,
  input: process.stdin,
  ...(isChild ? {} : { runApart: () => runApart(process.argv[1] as string, argv, process.env, stopping.signal) }),
});

process.exitCode = exit;
if (isChild) await tellEnded(exit);
// a thread that sits in a file system that hangs would hold even `exit`; what is committed is committed
if (isRootHanging()) process.kill(process.pid, 'SIGKILL');
setTimeout(() => process.exit(), 250).unref();
