/** Decoder processes. Every call ends, whatever a picture does to its decoder. */
import { type ChildProcess, fork } from 'node:child_process';
import type { Decoded, DecodeReply, DecodeTask, MaskRuns } from './decoded.ts';

export interface DecodePool {
  /** What a picture is; undefined for one that cannot be decoded, crashes its decoder or takes too long. */
  decode(picture: Pick<DecodeTask, 'path' | 'format'>, signal: AbortSignal): Promise<Decoded | undefined>;
  /** Writes a smaller picture; false for one that cannot be decoded. */
  render(picture: Required<Pick<DecodeTask, 'path' | 'format' | 'render'>>, signal: AbortSignal): Promise<boolean>;
  /** Blurhashes of parts of a picture; undefined for one that cannot be decoded. */
  describe(
    picture: Required<Pick<DecodeTask, 'path' | 'format' | 'regions'>>,
    signal: AbortSignal,
  ): Promise<(string | undefined)[] | undefined>;
  /** Values of a mask; undefined for what is none. */
  readMask(picture: Pick<DecodeTask, 'path' | 'format'>, signal: AbortSignal): Promise<MaskRuns | undefined>;
  close(): Promise<void>;
}

interface DecodePoolOptions {
  /** The built `decode-child.js`. */
  childUrl: URL;
  processes: number;
  /** Wall clock that one picture gets. */
  timeoutMs: number;
}

interface Work {
  picture: Omit<DecodeTask, 'id'>;
  settle: (reply: DecodeReply | undefined) => void;
}

interface Child {
  process: ChildProcess;
  work: Work | undefined;
  timer: NodeJS.Timeout | undefined;
  tasks: number;
}

/** A process is replaced after so many pictures, or above so much memory: libraries leak and fragment. */
const picturesPerChild = 500;
const maxRssBytes = 600 * 1024 * 1024;

/** Processes start with the first picture: a cloud of privacy-mode datasets never needs one. */
export function openDecodePool(options: DecodePoolOptions): DecodePool {
  const waiting: Work[] = [];
  const children = new Set<Child>();
  let isClosed = false;
  let taskNo = 0;

  function startChild(): Child {
    const child: Child = {
      process: fork(options.childUrl, [], {
        serialization: 'advanced',
        // Nothing of the cloud's environment, where keys may be.
        env: { VIPS_BLOCK_UNTRUSTED: '1', MALLOC_ARENA_MAX: '2', UV_THREADPOOL_SIZE: '2' },
        execArgv: ['--max-old-space-size=256', '--disallow-code-generation-from-strings'],
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      }),
      work: undefined,
      timer: undefined,
      tasks: 0,
    };
    children.add(child);
    child.process.on('message', (reply: DecodeReply) => onReply(child, reply));
    child.process.on('error', () => undefined); // an `exit` follows
    child.process.on('exit', () => onExit(child));
    return child;
  }

  function onReply(child: Child, reply: DecodeReply): void {
    finish(child, reply);
    if (child.tasks >= picturesPerChild || reply.rssBytes > maxRssBytes) {
      children.delete(child);
      child.process.disconnect();
    }
    giveWork();
  }

  function onExit(child: Child): void {
    children.delete(child);
    finish(child, undefined);
    giveWork();
  }

  function finish(child: Child, reply: DecodeReply | undefined): void {
    clearTimeout(child.timer);
    const { work } = child;
    child.work = undefined;
    work?.settle(reply);
  }

  function giveWork(): void {
    while (waiting.length > 0 && !isClosed) {
      const idle = Array.from(children).find(({ work }) => work === undefined);
      if (idle === undefined && children.size >= options.processes) return;
      const child = idle ?? startChild();
      const work = waiting.shift() as Work;
      child.work = work;
      child.tasks++;
      child.timer = setTimeout(() => child.process.kill('SIGKILL'), options.timeoutMs);
      child.process.send({ id: ++taskNo, ...work.picture } satisfies DecodeTask, () => undefined);
    }
  }

  function ask(picture: Omit<DecodeTask, 'id'>, signal: AbortSignal): Promise<DecodeReply | undefined> {
    return new Promise((resolve) => {
      if (isClosed || signal.aborted) return resolve(undefined);
      const giveUp = () => {
        const at = waiting.indexOf(work);
        if (at >= 0) waiting.splice(at, 1);
        settle(undefined);
      };
      const settle = (reply: DecodeReply | undefined) => {
        signal.removeEventListener('abort', giveUp);
        resolve(reply);
      };
      const work: Work = { picture, settle };
      signal.addEventListener('abort', giveUp, { once: true });
      waiting.push(work);
      giveWork();
    });
  }

  return {
    decode: async (picture, signal) => (await ask(picture, signal))?.decoded,
    render: async (picture, signal) => (await ask(picture, signal))?.isRendered === true,
    describe: async (picture, signal) => (await ask(picture, signal))?.blurhashes,
    readMask: async (picture, signal) => (await ask({ ...picture, asMask: true }, signal))?.mask,
    async close() {
      isClosed = true;
      for (const { settle } of waiting.splice(0)) settle(undefined);
      await Promise.all(
        Array.from(children, (child) => {
          if (child.process.exitCode !== null || child.process.signalCode !== null) return undefined;
          const ended = new Promise((resolve) => child.process.once('exit', resolve));
          child.process.kill('SIGKILL');
          return ended;
        }),
      );
    },
  };
}
