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
  /** Whether its path was new to the catalogue when it was seen. */
  isNew: boolean;
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
  describe<File extends { path: Buffer; isNew: boolean }>(
    files: readonly File[],
    describeOne: (file: File) => Promise<DescribedFile>,
    mayLeaveAll: boolean,
  ): Promise<DescribedFile[]>;
  /** Has a described file wait for a late one, without which nobody can say which item it is: they come out together. */
  tie(file: DescribedFile, lateKey: string): void;
  /** Whether a path is late: it is on its way and need not be described again. */
  has(key: string): boolean;
  /** Late ones that are done by now. */
  take(): DescribedFile[];
  /** Waits for all of them. */
  takeAll(): Promise<DescribedFile[]>;
  /** Late ones, done or not. */
  size(): number;
  /** Those among them that the catalogue does not have yet. */
  newSize(): number;
  /** Whether {@link take} has something. */
  isReady(): boolean;
  /** Told whenever a late one is done. */
  onReady: () => void;
}

interface Late {
  isNew: boolean;
  work: Promise<void>;
  tied: DescribedFile[];
}

/** `describeOne` must not reject. */
export function openLateFiles(): LateFiles {
  const late = new Map<string, Late>();
  const done: DescribedFile[] = [];

  function leave(key: string, isNew: boolean, work: Promise<DescribedFile>): void {
    const tied: DescribedFile[] = [];
    const kept = work.then((it) => {
      late.delete(key);
      done.push(it, ...tied);
      files.onReady();
    });
    late.set(key, { isNew, work: kept, tied });
  }
  const waiting = (): { key: string; isNew: boolean }[] => [
    ...Array.from(late, ([key, { isNew }]) => ({ key, isNew })),
    ...Array.from(late.values(), ({ tied }) => tied).flat(),
    ...done,
  ];

  const files: LateFiles = {
    async describe(batch, describeOne, mayLeaveAll) {
      const ready: DescribedFile[] = [];
      const open = new Map<string, { isNew: boolean; work: Promise<DescribedFile> }>();
      for (const file of batch) {
        const key = pathKey(file.path);
        const work = describeOne(file);
        open.set(key, { isNew: file.isNew, work });
        void work.then((it) => open.delete(key) && ready.push(it));
      }
      const all = Promise.all(Array.from(open.values(), ({ work }) => work));
      for (let before = -1; open.size > 0; ) {
        if (ready.length === before && (before > 0 || (mayLeaveAll && late.size < mostLate))) break;
        before = ready.length;
        const timer = new AbortController();
        await Promise.race([all, delay(patienceMs, undefined, { signal: timer.signal }).catch(() => undefined)]);
        timer.abort();
      }
      for (const [key, { isNew, work }] of open) leave(key, isNew, work);
      open.clear();
      return ready;
    },
    tie(file, lateKey) {
      const holder =
        late.get(lateKey) ?? [...late.values()].find(({ tied }) => tied.some(({ key }) => key === lateKey));
      // done since it was looked for: the next batch has both
      (holder?.tied ?? done).push(file);
    },
    has: (key) => late.has(key) || (late.size + done.length > 0 && waiting().some((file) => file.key === key)),
    take: () => done.splice(0),
    async takeAll() {
      await Promise.all(Array.from(late.values(), ({ work }) => work));
      return done.splice(0);
    },
    size: () => waiting().length,
    newSize: () => waiting().filter(({ isNew }) => isNew).length,
    isReady: () => done.length > 0,
    onReady: () => undefined,
  };
  return files;
}
