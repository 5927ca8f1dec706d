/**
 * Turns hints about folders into folders worth looking at: one is passed on once it has been quiet for `quietMs`, or `longestMs` after
 * its first hint when it never is. Pure: time is an argument. Invariant: at most one entry per folder.
 */
export class Settling {
  readonly #quietMs: number;
  readonly #longestMs: number;
  readonly #waiting = new Map<string, { firstMs: number; lastMs: number }>();

  constructor(quietMs: number, longestMs: number) {
    this.#quietMs = quietMs;
    this.#longestMs = longestMs;
  }

  /** Something happened in `folder`. Times are of one monotonic clock, in milliseconds. */
  note(folder: string, nowMs: number): void {
    const entry = this.#waiting.get(folder);
    if (entry) entry.lastMs = nowMs;
    else this.#waiting.set(folder, { firstMs: nowMs, lastMs: nowMs });
  }

  /** Takes out the folders that are due, in order of their first hint. */
  takeDue(nowMs: number): string[] {
    const due = [...this.#waiting].filter(([, entry]) => this.#dueMs(entry) <= nowMs);
    for (const [folder] of due) this.#waiting.delete(folder);
    return due.map(([folder]) => folder);
  }

  /** When the next folder is due; undefined when none waits. */
  nextDueMs(): number | undefined {
    let next: number | undefined;
    for (const entry of this.#waiting.values()) next = Math.min(next ?? Number.POSITIVE_INFINITY, this.#dueMs(entry));
    return next;
  }

  /** When the folder that waits longest was first told of; undefined when none waits. */
  oldestMs(): number | undefined {
    return this.#waiting.values().next().value?.firstMs;
  }

  #dueMs(entry: { firstMs: number; lastMs: number }): number {
    return Math.min(entry.lastMs + this.#quietMs, entry.firstMs + this.#longestMs);
  }
}
