import { setTimeout as delay } from 'node:timers/promises';
import type { Described } from '../extract/described.ts';
import type { SettledFile } from '../identity/resolve-identity.ts';
import { type FileStat, pathKey } from '../source/file-stat.ts';

/** So long nothing may come out of a batch before it goes on without those that are still at work; twice as long before anything has. */
const patienceMs = 500;
/** With so many late ones something holds up all of them, and nobody goes on. */
const mostLate = 1000;

export interface DescribedFile extends SettledFile {
  path: Buffer;
  stat: FileStat;
  described: Described;
}

/**
 * Files of a source whose decoder is busy for long, each with one; the batch and the scan that they came with go on without them, and a
 * later one takes them in.
 */
export interface LateFiles {
  /**
   * What of a batch is done. The rest comes out of {@link take} or {@link takeAll}.
   * @param mayLeaveAll whether the batch may go on with nothing.
   */
  describe<File extends { path: Buffer }>(
    files: readonly File[],
    describeOne: (file: File) => Promise<DescribedFile>,
    mayLeaveAll: boolean,
  ): Promise<DescribedFile[]>;
  /** Whether a path is late: it is on its way and need not be described again. */
  has(key: string): boolean;
  /** Late ones that are done by now. */
  take(): DescribedFile[];
  /** Waits for all of them. */
  takeAll(): Promise<DescribedFile[]>;
  /** Late ones, done or not. */
  size(): number;
  /** Whether {@link take} has something. */
  isReady(): boolean;
  /** Told whenever a late one is done. */
  onReady: () => void;
}

/** `describeOne` must not reject. */
export function openLateFiles(): LateFiles {
  const late = new Map<string, Promise<unknown>>();
  const done: DescribedFile[] = [];
  const files: LateFiles = {
    async describe(batch, describeOne, mayLeaveAll) {
      const ready: DescribedFile[] = [];
      const open = new Map<string, Promise<DescribedFile>>();
      for (const file of batch) {
        const key = pathKey(file.path);
        const work = describeOne(file);
        open.set(key, work);
        void work.then((it) => open.delete(key) && ready.push(it));
      }
      const all = Promise.all(open.values());
      for (let before = -1; open.size > 0; ) {
        if (ready.length === before && (before > 0 || (mayLeaveAll && late.size < mostLate))) break;
        before = ready.length;
        const timer = new AbortController();
        await Promise.race([all, delay(patienceMs, undefined, { signal: timer.signal }).catch(() => undefined)]);
        timer.abort();
      }
      for (const [key, work] of open) {
        const kept = work.then((it) => {
          late.delete(key);
          done.push(it);
          files.onReady();
        });
        late.set(key, kept);
      }
      open.clear();
      return ready;
    },
    has: (key) => late.has(key) || done.some((file) => file.key === key),
    take: () => done.splice(0),
    async takeAll() {
      await Promise.all(late.values());
      return done.splice(0);
    },
    size: () => late.size + done.length,
    isReady: () => done.length > 0,
    onReady: () => undefined,
  };
  return files;
}
