import { setTimeout as delay } from 'node:timers/promises';

/** So long nothing may come out of a batch before it goes on without those that are still at work. */
const patienceMs = 500;

/** Files whose decoder is busy for long, each with one; the batch that they came with goes on without them. */
export interface LateFiles<Done> {
  /** What of a batch is done; empty only for an empty batch. The rest comes out of {@link take} or {@link takeAll}. */
  describe<File>(files: readonly File[], describeOne: (file: File) => Promise<Done>): Promise<Done[]>;
  /** Late ones that are done by now. */
  take(): Done[];
  /** Waits for all of them. */
  takeAll(): Promise<Done[]>;
}

/** `describeOne` must not reject. */
export function openLateFiles<Done>(): LateFiles<Done> {
  const late = new Set<Promise<unknown>>();
  const done: Done[] = [];
  return {
    async describe(files, describeOne) {
      const ready: Done[] = [];
      const open = new Map<number, Promise<Done>>();
      for (const [i, file] of files.entries()) {
        const work = describeOne(file);
        open.set(i, work);
        void work.then((it) => open.delete(i) && ready.push(it));
      }
      const all = Promise.all(open.values());
      for (let before = -1; open.size > 0; ) {
        if (ready.length === before && before > 0) break;
        before = ready.length;
        const timer = new AbortController();
        await Promise.race([all, delay(patienceMs, undefined, { signal: timer.signal }).catch(() => undefined)]);
        timer.abort();
      }
      for (const work of open.values()) {
        const kept: Promise<unknown> = work.then((it) => late.delete(kept) && done.push(it));
        late.add(kept);
      }
      open.clear();
      return ready;
    },
    take: () => done.splice(0),
    async takeAll() {
      await Promise.all(late);
      return done.splice(0);
    },
  };
}
