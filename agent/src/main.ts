/** The agent's process: signals, environment and exit code; everything else is given to the command line. */
import { runCli } from './cli.ts';
import { isRootHanging } from './source/hanging.ts';
import { version } from './version.ts';
import { wiredParts } from './wired-parts.ts';

process.umask(0o077);
const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => (stopping.signal.aborted ? process.exit(1) : stopping.abort(name)));
}

process.exitCode = await runCli(process.argv.slice(2), wiredParts, {
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
});

// a thread that sits in a file system that hangs would hold even `exit`; what is committed is committed
if (isRootHanging()) process.kill(process.pid, 'SIGKILL');
setTimeout(() => process.exit(), 250).unref();
