import { AppError } from '@nucleus/shared/failure/app-error';
import { type DecoderChild, startDecoderChild, type Work } from './decoder-child.ts';
import type {
  ChildReply,
  Described,
  DescribeRequest,
  ExtractLimits,
  FileRequest,
  FileTags,
  PreviewFailure,
  PreviewRequest,
} from './described.ts';

/** Processes that decode. Every call ends, whatever the file does to its decoder. */
export interface DecoderPool {
  /** Describes one file; previews go first. */
  describe(request: DescribeRequest): Promise<Described>;
  /** Bytes of a preview, or why there is none. */
  preview(request: PreviewRequest): Promise<Buffer | PreviewFailure>;
  /** Every tag that a file holds, for the local viewer, or why they cannot be read. */
  tags(request: FileRequest): Promise<FileTags | PreviewFailure>;
  /** How many descriptions run at once. */
  readonly processes: number;
  /** Resolves when the first process can work. @throws AppError `decoder-refused` when none may, or none comes up; the pool is closed then. */
  started(): Promise<void>;
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

/** While files hold processes, so many times as many may run, so that other files go on. */
const mostTimes = 2;
/** Processes beyond the usual number stay for so long after the last one was held: starting one is worth some files. */
const spareMs = 10_000;
/** Two of these and the agent stay below 600 MB. */
const mostRssBytes = 200 * 1024 * 1024;
/** So many processes may end before any was ready, at a start. */
const startsTried = 4;
const neverUp = 'No decoder process comes up; the installed picture decoder does not load on this machine. Run npm ci.';

/** Starts the decoder processes. */
export function openDecoderPool(options: DecoderPoolOptions): DecoderPool {
  const { filesPerChild = 5000, maxRssBytes = mostRssBytes } = options;
  const waiting: { urgent: Work[]; descriptions: Work[] } = { urgent: [], descriptions: [] };
  const children = new Set<DecoderChild>();
  let isClosed = false;
  let isGivingSoon = false;
  let failedStarts = 0;
  let lastHeldMs = Number.NEGATIVE_INFINITY;
  let hasStarted = false;
  let tellStarted: (refusal?: string) => void = () => undefined;
  const started = new Promise<void>((resolve, reject) => {
    tellStarted = (refusal) => {
      if (refusal === undefined) return resolve();
      reject(new AppError('decoder-refused', refusal));
      void close();
    };
  });
  started.catch(() => undefined); // whoever asks is told

  function startChild(): void {
    let filesDone = 0;
    const child = startDecoderChild({
      childUrl: options.childUrl,
      contentKey: options.contentKey,
      limits: options.limits,
      onReady() {
        hasStarted = true;
        tellStarted();
        giveWork();
      },
      onRefused: tellStarted,
      onAnswer(rssBytes) {
        filesDone++;
        const isSpare = free() > options.processes && performance.now() - lastHeldMs > spareMs;
        if ((filesDone >= filesPerChild || rssBytes > maxRssBytes || isSpare) && children.delete(child)) {
          child.retire();
          startMissing();
        }
        giveWork();
      },
      onHeld() {
        lastHeldMs = performance.now();
        giveWork();
      },
      onReturned(works) {
        if (isClosed) return failAll(works);
        for (const work of works.toReversed()) queueOf(work).unshift(work);
        giveSoon();
      },
      onExit() {
        if (!children.delete(child) || isClosed) return;
        // one that never came up must not be started again in a tight loop
        if (child.isReady) return startMissing();
        // once one has worked, what keeps others from it (memory, a person) passes, and their work waits
        if (!hasStarted && ++failedStarts >= startsTried) tellStarted(neverUp);
        setTimeout(startMissing, 1000).unref();
      },
    });
    children.add(child);
  }

  /** Processes that no file holds, those that are coming up among them. */
  function free(): number {
    return [...children].filter(({ isHeld }) => !isHeld).length;
  }

  function startMissing(): void {
    if (isClosed) return;
    while (free() < options.processes && children.size < options.processes * mostTimes) startChild();
  }

  function queueOf({ task }: Work): Work[] {
    return task.kind === 'describe' ? waiting.descriptions : waiting.urgent;
  }

  /** What is asked for in one turn goes out in one message a child. */
  function giveSoon(): void {
    if (isGivingSoon) return;
    isGivingSoon = true;
    queueMicrotask(() => {
      isGivingSoon = false;
      giveWork();
    });
  }

  function giveWork(): void {
    const shares = Array.from(children, (child) => ({
      child,
      room: child.room(),
      load: child.load(),
      works: [] as Work[],
    }));
    for (;;) {
      const open = shares.filter(({ room, works }) => works.length < room);
      const least = open.reduce<(typeof open)[number] | undefined>(
        (best, each) => (best && best.load + best.works.length <= each.load + each.works.length ? best : each),
        undefined,
      );
      if (!least) break;
      const work = waiting.urgent.shift() ?? waiting.descriptions.shift();
      if (!work) break;
      least.works.push(work);
    }
    for (const { child, works } of shares) if (works.length > 0) child.send(works);
    if (waiting.urgent.length + waiting.descriptions.length > 0) startMissing();
  }

  /** Asks a child; `read` takes out of its answer what the caller wants. */
  function ask<Result>(
    task: Work['task'],
    read: (reply: ChildReply) => Result | undefined,
    failed: (code: 'timed-out' | 'crashed') => Result,
  ): Promise<Result> {
    return new Promise((resolve) => {
      const work: Work = {
        task,
        settle: (reply) => resolve(read(reply) ?? failed('crashed')),
        fail: (code) => resolve(failed(code)),
      };
      if (isClosed) return work.fail('crashed');
      queueOf(work).push(work);
      giveSoon();
    });
  }

  async function close(): Promise<void> {
    isClosed = true;
    failAll([...waiting.urgent.splice(0), ...waiting.descriptions.splice(0)]);
    await Promise.all(Array.from(children, (child) => child.kill()));
  }

  startMissing();

  return {
    processes: options.processes,
    describe: (request) =>
      ask<Described>(
        { kind: 'describe', request },
        (reply) => (reply.kind === 'described' ? reply.described : undefined),
        failure,
      ),
    preview: (request) =>
      ask<Buffer | PreviewFailure>(
        { kind: 'preview', request },
        (reply) =>
          reply.kind === 'preview'
            ? Buffer.from(reply.bytes)
            : reply.kind === 'preview-failed'
              ? { kind: 'exception', code: reply.code }
              : undefined,
        failure,
      ),
    tags: (request) =>
      ask<FileTags | PreviewFailure>(
        { kind: 'tags', request },
        (reply) =>
          reply.kind === 'tags'
            ? reply.tags
            : reply.kind === 'preview-failed'
              ? { kind: 'exception', code: reply.code }
              : undefined,
        failure,
      ),
    started: () => started,
    close,
  };
}

function failure(code: 'timed-out' | 'crashed'): PreviewFailure {
  return { kind: 'exception', code };
}

function failAll(works: readonly Work[]): void {
  for (const work of works) work.fail('crashed');
}
