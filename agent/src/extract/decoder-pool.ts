import { type ChildProcess, fork } from 'node:child_process';
import type {
  ChildReply,
  ChildSetup,
  ChildTask,
  Described,
  DescribeRequest,
  ExtractLimits,
  PreviewFailure,
  PreviewRequest,
} from './described.ts';

/** Processes that decode. Every call ends, whatever the file does to its decoder. */
export interface DecoderPool {
  /** Describes one file; previews go first. */
  describe(request: DescribeRequest): Promise<Described>;
  /** Bytes of a preview, or why there is none. */
  preview(request: PreviewRequest): Promise<Buffer | PreviewFailure>;
  /** How many descriptions run at once; more than twice as many waiting gains nothing. */
  readonly processes: number;
  /** Refuses what waits and ends the processes. */
  close(): Promise<void>;
}

export interface DecoderPoolOptions {
  /** The built `describe-child.js`. */
  childUrl: URL;
  processes: number;
  contentKey: Uint8Array;
  limits: ExtractLimits;
  /** A process is replaced after so many files, or above so much memory: libraries leak and fragment. */
  filesPerChild?: number;
  maxRssBytes?: number;
}

type Work =
  | { kind: 'describe'; request: DescribeRequest; settle: (result: Described) => void }
  | { kind: 'preview'; request: PreviewRequest; settle: (result: Buffer | PreviewFailure) => void };

interface Child {
  process: ChildProcess;
  work: Work | undefined;
  killTimer: NodeJS.Timeout | undefined;
  isTimedOut: boolean;
  isReady: boolean;
  isRetired: boolean;
  filesDone: number;
}

/** Slowest storage that is waited for, on top of the time limit. */
const leastBytesPerMs = 20_000;
const startLimitMs = 30_000;
const endLimitMs = 2000;

/** Starts the decoder processes. */
export function openDecoderPool(options: DecoderPoolOptions): DecoderPool {
  const { filesPerChild = 500, maxRssBytes = 600 * 1024 * 1024 } = options;
  const waiting: { previews: Work[]; descriptions: Work[] } = { previews: [], descriptions: [] };
  const children = new Set<Child>();
  let isClosed = false;
  let taskNo = 0;

  function startChild(): void {
    const forked = fork(options.childUrl, [], {
      serialization: 'advanced',
      // nothing of the agent's environment, where keys may be
      env: { VIPS_BLOCK_UNTRUSTED: '1', MALLOC_ARENA_MAX: '2', UV_THREADPOOL_SIZE: '2' },
      execArgv: ['--max-old-space-size=256', '--disallow-code-generation-from-strings'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const child: Child = {
      process: forked,
      work: undefined,
      killTimer: setTimeout(() => forked.kill('SIGKILL'), startLimitMs),
      isTimedOut: false,
      isReady: false,
      isRetired: false,
      filesDone: 0,
    };
    children.add(child);
    forked.on('message', (message: ChildReply | { kind: 'ready' }) => onMessage(child, message));
    forked.on('error', () => undefined); // an `exit` follows
    forked.on('exit', () => onExit(child));
    const setup: ChildSetup = { kind: 'setup', contentKey: options.contentKey, limits: options.limits };
    forked.send(setup, () => undefined);
  }

  function onMessage(child: Child, message: ChildReply | { kind: 'ready' }): void {
    clearTimeout(child.killTimer);
    if (message.kind === 'ready') {
      child.isReady = true;
      giveWork();
      return;
    }
    const { work } = child;
    child.work = undefined;
    child.filesDone++;
    const isWorn = child.filesDone >= filesPerChild || message.rssBytes > maxRssBytes;
    if (isWorn && !child.isRetired) retire(child);
    if (work?.kind === 'describe' && message.kind === 'described') work.settle(message.described);
    if (work?.kind === 'preview' && message.kind === 'preview') work.settle(Buffer.from(message.bytes));
    if (work?.kind === 'preview' && message.kind === 'preview-failed') {
      work.settle({ kind: 'exception', code: message.code });
    }
    giveWork();
  }

  function retire(child: Child): void {
    child.isRetired = true;
    children.delete(child);
    child.process.disconnect();
    if (!isClosed) startChild();
  }

  function onExit(child: Child): void {
    clearTimeout(child.killTimer);
    if (child.work) fail(child.work, child.isTimedOut ? 'timed-out' : 'crashed');
    child.work = undefined;
    if (!children.delete(child) || isClosed) return;
    // one that never came up must not be started again in a tight loop
    if (child.isReady) startChild();
    else setTimeout(() => !isClosed && startChild(), 1000).unref();
  }

  function giveWork(): void {
    for (const child of children) {
      if (!child.isReady || child.work || child.isRetired) continue;
      const work = waiting.previews.shift() ?? waiting.descriptions.shift();
      if (!work) return;
      child.work = work;
      const id = ++taskNo;
      const task: ChildTask =
        work.kind === 'describe'
          ? { kind: 'describe', id, request: work.request }
          : { kind: 'preview', id, request: work.request };
      const limitMs =
        options.limits.timeoutMs + Math.min(work.request.expected.size, options.limits.maxFileBytes) / leastBytesPerMs;
      child.killTimer = setTimeout(() => {
        child.isTimedOut = true;
        child.process.kill('SIGKILL');
        // one that sits in a system call of a hanging file system ends when that does; nobody waits for it
        child.killTimer = setTimeout(() => onExit(child), endLimitMs);
      }, limitMs);
      child.process.send(task, () => undefined);
    }
  }

  for (let i = 0; i < options.processes; i++) startChild();

  return {
    processes: options.processes,
    describe: (request) =>
      new Promise((settle) => {
        const work: Work = { kind: 'describe', request, settle };
        if (isClosed) return fail(work, 'crashed');
        waiting.descriptions.push(work);
        giveWork();
      }),
    preview: (request) =>
      new Promise((settle) => {
        const work: Work = { kind: 'preview', request, settle };
        if (isClosed) return fail(work, 'crashed');
        waiting.previews.push(work);
        giveWork();
      }),
    async close() {
      isClosed = true;
      for (const work of [...waiting.previews.splice(0), ...waiting.descriptions.splice(0)]) fail(work, 'crashed');
      await Promise.all(
        Array.from(children, (child) => {
          const ended = new Promise((resolve) => child.process.once('exit', resolve));
          child.process.kill('SIGKILL');
          const late = new Promise((resolve) => setTimeout(resolve, endLimitMs).unref());
          return child.process.exitCode === null && child.process.signalCode === null
            ? Promise.race([ended, late])
            : undefined;
        }),
      );
    },
  };
}

function fail(work: Work, code: 'timed-out' | 'crashed'): void {
  work.settle({ kind: 'exception', code });
}
