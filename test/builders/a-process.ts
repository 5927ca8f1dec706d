import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The built programs, as `npx` would run them. */
export const programs = {
  agent: `${root}agent/bin/nucleus-agent.js`,
  cloud: `${root}cloud-api/bin/nucleus-cloud.js`,
  quickstart: `${root}cloud-api/bin/quickstart.js`,
} as const;

export interface RunningProgram {
  child: ChildProcess;
  /** All of stdout and stderr so far. */
  output: () => string;
  stdout: () => string;
  /** Resolves with the first match in the output, past or future. @throws Error with the output when the program ends first. */
  printed: (pattern: RegExp) => Promise<RegExpMatchArray>;
  /** Exit code, or the signal's name. */
  ended: Promise<number | string>;
  /** Sends a signal (default SIGTERM) and waits for the end. */
  stop: (signal?: NodeJS.Signals) => Promise<number | string>;
}

/** Starts one of the product's programs in a process of its own, with an environment that holds only what is given. */
export function aProgram(
  name: keyof typeof programs,
  args: readonly string[],
  options: {
    env?: Record<string, string>;
    cwd?: string;
    /** Another build of the program than the repository's. */
    script?: string;
    /** Written to its stdin, which is closed afterwards. */
    input?: string;
    /** Runs it as another user. */
    uid?: number;
    /** Words for node itself, before the program's name. */
    nodeArgs?: readonly string[];
    /** A command that runs it, for instance in a namespace: its words go before the program's. */
    within?: readonly string[];
  } = {},
): RunningProgram {
  const [command, ...words] = [
    ...(options.within ?? []),
    process.execPath,
    ...(options.nodeArgs ?? []),
    options.script ?? programs[name],
    ...args,
  ];
  const child = spawn(command as string, words, {
    cwd: options.cwd ?? root,
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // a program may end before it has read its input
  child.stdin.on('error', () => undefined).end(options.input ?? '');
  let stdout = '';
  let output = '';
  const waiting = new Set<() => void>();
  const grew = (): void => {
    for (const check of waiting) check();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    output += text;
    grew();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    grew();
  });
  let isOver = false;
  const ended = once(child, 'close').then(([code, signal]) => {
    isOver = true;
    grew();
    return (code ?? signal) as number | string;
  });
  return {
    child,
    output: () => output,
    stdout: () => stdout,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const match = output.match(pattern);
          if (!match && !isOver) return;
          waiting.delete(check);
          if (match) resolve(match);
          else reject(new Error(`${name} ended without printing ${pattern}:\n${output}`));
        };
        waiting.add(check);
        check();
      }),
    ended,
    stop: async (signal = 'SIGTERM') => {
      if (!isOver) child.kill(signal);
      return await ended;
    },
  };
}
