/** One decoder process as its parent sees it: what it was sent, what it is at, and when it has to be killed. */
import { type ChildProcess, fork } from 'node:child_process';
import type { ChildGreeting, ChildMessage, ChildReply, ChildSetup, ExtractLimits, Task } from './described.ts';

/** One task with whoever waits for it. */
export interface Work {
  task: Task;
  settle: (reply: ChildReply) => void;
  fail: (code: 'timed-out' | 'crashed') => void;
}

export interface DecoderChild {
  readonly isReady: boolean;
  /** Whether it is at one task for so long that others must not wait for it. */
  readonly isHeld: boolean;
  /** How many more tasks it may be sent now, so that it never waits for the next one and never hoards. */
  room(): number;
  /** Tasks that it was sent and has not answered. */
  load(): number;
  send(works: readonly Work[]): void;
  /** Lets it finish what it is at, then ends it. */
  retire(): void;
  kill(): Promise<void>;
}

export interface DecoderChildOptions {
  /** The built `describe-child.js`. */
  childUrl: URL;
  contentKey: Uint8Array;
  limits: ExtractLimits;
  onReady: () => void;
  /** It may not decode anything with what is installed. */
  onRefused: (sentence: string) => void;
  /** It has room again. */
  onAnswer: (rssBytes: number) => void;
  /** Tasks that it has not begun, to be given to others. */
  onReturned: (works: Work[]) => void;
  /** It is held by one task from now on. */
  onHeld: () => void;
  onExit: () => void;
}

/** Slowest storage that is waited for, on top of the time limit. */
const leastBytesPerMs = 20_000;
const startLimitMs = 30_000;
/** A killed process is taken as ended after this time. */
const endLimitMs = 2000;
/** Work that lies ready with a child, by its own pace: more than its parent ever takes to write a batch. */
const aheadMs = 150;
const mostAhead = 64;
/** A task that takes longer holds up what was sent with it, so that others take that over. */
const slowMs = 300;
/** A task that takes longer holds its process: with a process's start this stays below the second that others may be held up. */
const heldMs = 700;

interface Sent {
  work: Work;
  isTakenBack: boolean;
}

export function startDecoderChild(options: DecoderChildOptions): DecoderChild {
  const { limits } = options;
  const forked: ChildProcess = fork(options.childUrl, [], {
    serialization: 'advanced',
    // nothing of the agent's environment, where keys may be
    env: { VIPS_BLOCK_UNTRUSTED: '1', MALLOC_ARENA_MAX: '2', UV_THREADPOOL_SIZE: '2' },
    // little that is young at once: what a file leaves behind is gone before it falls out of the processor's cache
    execArgv: ['--max-old-space-size=256', '--max-semi-space-size=1', '--disallow-code-generation-from-strings'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const sent = new Map<number, Sent>();
  let current: Sent | undefined;
  let currentSinceMs = 0;
  let paceMs: number | undefined;
  let isReady = false;
  let isRetired = false;
  let isTimedOut = false;
  let isOver = false;
  let taskNo = 0;
  let killTimer = setTimeout(() => forked.kill('SIGKILL'), startLimitMs);
  let slowTimer: NodeJS.Timeout | undefined;
  let heldTimer: NodeJS.Timeout | undefined;
  let isSlow = false;
  let isHeld = false;

  forked.on('message', (message: ChildReply | ChildGreeting) => {
    if (message.kind === 'ready') {
      clearTimeout(killTimer);
      isReady = true;
      options.onReady();
    } else if (message.kind === 'refused') {
      clearTimeout(killTimer);
      options.onRefused(message.sentence);
    } else onReply(message);
  });
  forked.on('error', () => undefined); // an `exit` follows
  forked.on('exit', end);

  function end(): void {
    if (isOver) return;
    isOver = true;
    clearTimeout(killTimer);
    clearTimeout(slowTimer);
    clearTimeout(heldTimer);
    const atWork = current;
    current = undefined;
    takeBack(atWork);
    if (atWork && !atWork.isTakenBack) atWork.work.fail(isTimedOut ? 'timed-out' : 'crashed');
    sent.clear();
    options.onExit();
  }
  const setup: ChildSetup = { kind: 'setup', contentKey: options.contentKey, limits };
  forked.send(setup, () => undefined);

  function onReply(reply: ChildReply): void {
    const answered = sent.get(reply.id);
    sent.delete(reply.id);
    const tookMs = performance.now() - currentSinceMs;
    paceMs = paceMs === undefined ? tookMs : paceMs * 0.8 + tookMs * 0.2;
    begin(reply.next === undefined ? first() : sent.get(reply.next));
    if (!current?.isTakenBack) for (const [id, { isTakenBack }] of sent) if (isTakenBack) sent.delete(id);
    if (answered && !answered.isTakenBack) answered.work.settle(reply);
    if (isRetired && !current) forked.kill('SIGKILL');
    options.onAnswer(reply.rssBytes);
  }

  /** An idle child begins the first task that reaches it. */
  function first(): Sent | undefined {
    for (const each of sent.values()) if (!each.isTakenBack) return each;
    return undefined;
  }

  function begin(next: Sent | undefined): void {
    clearTimeout(killTimer);
    clearTimeout(slowTimer);
    clearTimeout(heldTimer);
    isSlow = false;
    isHeld = false;
    current = next;
    currentSinceMs = performance.now();
    if (!next) return;
    const bytes = Math.min(next.work.task.request.expected.size, limits.maxFileBytes);
    killTimer = setTimeout(
      () => {
        isTimedOut = true;
        forked.kill('SIGKILL');
        // one that sits in a system call of a hanging file system ends when that does; nobody waits for it
        killTimer = setTimeout(end, endLimitMs);
      },
      limits.timeoutMs + bytes / leastBytesPerMs,
    );
    slowTimer = setTimeout(() => {
      // before anything is given back, which would return; a clock may lag behind this timer
      isSlow = true;
      takeBack(next);
    }, slowMs);
    heldTimer = setTimeout(() => {
      isHeld = true;
      options.onHeld();
    }, heldMs);
  }

  function takeBack(besides: Sent | undefined): void {
    const waiting = [...sent].filter(([, each]) => each !== besides && !each.isTakenBack);
    if (waiting.length === 0) return;
    for (const [, each] of waiting) each.isTakenBack = true;
    tell({ kind: 'forget', ids: waiting.map(([id]) => id) });
    options.onReturned(waiting.map(([, { work }]) => work));
  }

  function tell(message: ChildMessage): void {
    if (forked.connected) forked.send(message, () => undefined);
  }

  return {
    get isReady() {
      return isReady;
    },
    get isHeld() {
      return isHeld;
    },
    load: () => sent.size,
    room() {
      if (!isReady || isRetired || isSlow || !forked.connected) return 0;
      const wanted = paceMs === undefined ? 2 : Math.max(2, Math.min(mostAhead, Math.ceil(aheadMs / paceMs)));
      // refilled by halves: one message for many tasks
      return sent.size * 2 > wanted ? 0 : wanted - sent.size;
    },
    send(works) {
      const tasks = works.map((work) => {
        const id = ++taskNo;
        sent.set(id, { work, isTakenBack: false });
        return { ...work.task, id };
      });
      tell({ kind: 'tasks', tasks });
      if (!current) begin(first());
    },
    retire() {
      isRetired = true;
      takeBack(current);
      if (!current) forked.kill('SIGKILL');
    },
    async kill() {
      const ended = new Promise((resolve) => forked.once('exit', resolve));
      forked.kill('SIGKILL');
      const late = new Promise((resolve) => setTimeout(resolve, endLimitMs).unref());
      if (forked.exitCode === null && forked.signalCode === null) await Promise.race([ended, late]);
    },
  };
}
