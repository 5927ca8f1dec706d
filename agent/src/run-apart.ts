/**
 * A second process for work on file systems that may stop to answer. A thread that sits in such a file system cannot be ended, and no
 * process with one can end by itself; only a signal ends it. So the work is done by a child that tells how it ended and is then given up,
 * and whoever started the command gets its real exit code.
 */
import { fork } from 'node:child_process';
import { constants } from 'node:os';
import { type ConfigFlags, loadConfig } from './load-config.ts';
import { mayHang } from './source/may-hang.ts';

/** In the child's environment; its value says nothing. */
const mark = 'NUCLEUS_AGENT_APART';
/** What the child may take to vanish after it has told how it ended; one in the middle of a system call may take for ever. */
const vanishMs = 1000;

interface Ended {
  exit: number;
}

/** Whether this process is such a child. */
export function isApart(environment: Readonly<Record<string, string | undefined>>): boolean {
  return environment[mark] !== undefined && process.send !== undefined;
}

/** Tells the parent how this process ended, before it is given up. */
export async function tellEnded(exit: number): Promise<void> {
  const ended: Ended = { exit };
  await new Promise<void>((resolve) => {
    if (process.connected) process.send?.(ended, () => resolve());
    else resolve();
  });
  if (process.connected) process.disconnect();
}

/** Runs a command here, or in such a child when one of its sources may stop to answer. */
export async function apartWhereMountsMayHang(
  flags: ConfigFlags,
  context: { workingDir: string; runApart?: () => Promise<number> },
  command: () => Promise<number>,
): Promise<number> {
  const { runApart: inChild, workingDir } = context;
  const isRisky = inChild && loadConfig(flags, workingDir).sources.some(({ folder }) => mayHang(folder));
  return isRisky ? inChild() : command();
}

/**
 * Runs the same command line in a child.
 * @param signal told to the child as SIGTERM.
 * @returns its exit code.
 */
export function runApart(
  script: string,
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve) => {
    const child = fork(script, argv, {
      // a terminal's Ctrl-C reaches this process alone, which passes it on once
      detached: true,
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: { ...environment, [mark]: '1' },
    });
    let told: number | undefined;
    const stop = (): void => void child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    process.on('exit', () => void child.kill('SIGKILL'));
    child.on('message', ({ exit }: Ended) => {
      told = exit;
      setTimeout(() => resolve(exit), vanishMs).unref();
    });
    child.on('error', () => resolve(2));
    child.on('exit', (code, by) => resolve(told ?? code ?? 128 + (by === null ? 0 : constants.signals[by])));
  });
}
