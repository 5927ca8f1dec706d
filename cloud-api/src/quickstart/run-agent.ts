import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AppError } from '@nucleus/shared/failure/app-error';

const agentBin = fileURLToPath(new URL('../../../agent/bin/nucleus-agent.js', import.meta.url));
const killAfterMs = 9_000; // a stop may take ten seconds in all

export interface AgentArguments {
  source: string;
  dataset: string;
  cloud: string;
  data: string;
  listen: string;
  key: string;
}

export interface RunningAgent {
  /** Exit code, once it has ended; 1 when a signal ended it. */
  ended: Promise<number>;
  /** Asks it to stop, and ends it when it does not. */
  stop: () => Promise<void>;
}

/** Starts the agent as a process of its own, with its output in ours. */
export function runAgent(options: AgentArguments): RunningAgent {
  const flags = [
    '--source',
    options.source,
    '--dataset',
    options.dataset,
    '--cloud',
    options.cloud,
    '--data',
    options.data,
  ];
  const child = spawn(
    process.execPath,
    [agentBin, 'run', ...flags, '--listen', options.listen, '--log-level', 'warn'],
    {
      stdio: 'inherit',
      env: { ...process.env, NUCLEUS_AGENT_KEY: options.key, NUCLEUS_CLOUD_KEY: undefined },
      // A group of its own: Ctrl-C reaches us alone, and we stop it in order.
      detached: true,
    },
  );
  const ended = codeOf(child);
  return { ended, stop: () => stopChild(child, ended) };
}

/**
 * Has the agent draw a small folder of sample pictures.
 * @throws AppError `folder-missing` when it cannot.
 */
export async function makeSamples(folder: string): Promise<void> {
  const child = spawn(process.execPath, [agentBin, 'make-samples', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  if ((await codeOf(child)) !== 0) {
    throw new AppError(
      'folder-missing',
      `The sample pictures could not be made in ${folder}: name a folder of your own.`,
    );
  }
}

function codeOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(1));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function stopChild(child: ChildProcess, ended: Promise<number>): Promise<void> {
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  await ended;
  clearTimeout(kill);
}
