import { Worker } from 'node:worker_threads';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { DistantAnswer, DistantCall, DistantRequest } from './distant-messages.ts';
import type { FileStat } from './file-stat.ts';
import { noteAnswered, noteHanging } from './hanging.ts';
import { OpenRefusal } from './open-safely.ts';

/** An open file of a file system that may stop to answer. */
export interface DistantFile {
  stat: FileStat;
  /** Fewer bytes than asked for only at the file's end; `stat` is that of after the reading. @throws as {@link DistantFiles.open} */
  read(at: number, bytes: number): Promise<{ bytes: Uint8Array; stat: FileStat }>;
  /** Waits for nothing. */
  close(): void;
}

export interface DistantFiles {
  /**
   * Opens a file as `openSafely` does, without ever holding up this thread.
   * @throws OpenRefusal; AppError `source-suspended` when there is no answer in time, and at once while an earlier call has none.
   */
  open(root: string, path: Uint8Array, followLinks: boolean): Promise<DistantFile>;
  close(): Promise<void>;
}

/** Slowest answer that is waited for. */
const answerLimitMs = 2000;
const retryAfterS = 10;

/** @param threadUrl the built `distant-thread.js`. Each root gets a thread with the first file that is asked of it. */
export function openDistantFiles(threadUrl: URL, limitMs = answerLimitMs): DistantFiles {
  const threads = new Map<string, ReadingThread>();
  const threadOf = (root: string): ReadingThread => {
    const kept = threads.get(root);
    if (kept) return kept;
    const made = startThread(threadUrl, root, limitMs, () => threads.delete(root));
    threads.set(root, made);
    return made;
  };
  return {
    async open(root, path, followLinks) {
      const thread = threadOf(root);
      const opened = await thread.ask({ kind: 'open', root, path, followLinks });
      if (opened.kind !== 'opened') throw new OpenRefusal('root-unavailable');
      const { fd, stat } = opened;
      return {
        stat,
        async read(at, bytes) {
          const read = await thread.ask({ kind: 'read', fd, at, bytes });
          if (read.kind !== 'read') throw new OpenRefusal('root-unavailable');
          return read;
        },
        close: () => thread.tell({ kind: 'close', fd }),
      };
    },
    close: async () => {
      await Promise.all(Array.from(threads.values(), (thread) => thread.close()));
    },
  };
}

interface ReadingThread {
  ask(call: DistantCall): Promise<DistantAnswer>;
  tell(call: DistantCall): void;
  close(): Promise<void>;
}

function startThread(threadUrl: URL, root: string, limitMs: number, onExit: () => void): ReadingThread {
  const worker = new Worker(threadUrl, { env: {}, execArgv: [] });
  const name = `files of ${root}`;
  worker.unref();
  const waiting = new Map<number, { answer: (it: DistantAnswer) => void; fail: (error: Error) => void }>();
  let lastId = 0;
  let isStuck = false;
  let watchdog: NodeJS.Timeout | undefined;

  function send(call: DistantCall): number {
    const request: DistantRequest = { ...call, id: ++lastId };
    worker.postMessage(request);
    return request.id;
  }

  function failAll(error: Error): void {
    clearTimeout(watchdog);
    for (const { fail } of waiting.values()) fail(error);
    waiting.clear();
  }

  /** Counted from the last sign: many who wait for a slow one are no reason to give it up. */
  function expectSign(): void {
    clearTimeout(watchdog);
    if (waiting.size === 0) return;
    watchdog = setTimeout(() => {
      isStuck = true;
      noteHanging(name);
      failAll(silent());
    }, limitMs);
  }

  worker.on('message', (reply: DistantAnswer) => {
    isStuck = false;
    noteAnswered(name);
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    expectSign();
    if (asked && reply.kind === 'refused') asked.fail(new OpenRefusal(reply.reason));
    else if (asked) asked.answer(reply);
    // nobody waits for it any more
    else if (reply.kind === 'opened') send({ kind: 'close', fd: reply.fd });
  });
  worker.on('error', () => undefined); // an `exit` follows
  worker.on('exit', () => {
    onExit();
    noteAnswered(name);
    failAll(new OpenRefusal('root-unavailable'));
  });

  return {
    ask(call) {
      if (isStuck) return Promise.reject(silent());
      return new Promise((answer, fail) => {
        waiting.set(send(call), { answer, fail });
        if (waiting.size === 1) expectSign();
      });
    },
    tell: (call) => void send(call),
    async close() {
      // one that sits in a system call ends with the process
      if (!isStuck) await worker.terminate();
    },
  };
}

function silent(): AppError {
  return new AppError('source-suspended', 'The folder of this file does not answer now.', { retryAfterS });
}
