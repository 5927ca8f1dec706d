/**
 * Turns at the one thread that writes, and commits that several transactions share. A commit waits for the disk; what others ask meanwhile
 * would wait for one more each. So a transaction that ends while another waits leaves the commit to that one: they are parted by savepoints,
 * each is undone by itself, and each is answered only once all of it is on the disk.
 */
import type { SqliteConnection } from './sqlite-connection.ts';

/** How many transactions share a commit, and for how long the first of them is open to others. */
export interface SharingLimits {
  transactions: number;
  openMs: number;
}

const usualLimits: SharingLimits = { transactions: 32, openMs: 10 };

interface Ended {
  resolve: () => void;
  reject: (error: unknown) => void;
}

export class SqliteTurns {
  readonly #writer: SqliteConnection;
  readonly #limits: SharingLimits;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  /** Whether a transaction is open in the file. */
  #isOpen = false;
  #openedAtMs = 0;
  /** Transactions that have ended and wait for the commit. */
  #ended: Ended[] = [];

  constructor(writer: SqliteConnection, limits: SharingLimits = usualLimits) {
    this.#limits = limits;
    this.#writer = writer;
  }

  /** Waits until nobody before is at work; the answer ends the turn. */
  async take(): Promise<() => void> {
    const before = this.#last;
    let end: () => void = () => undefined;
    this.#last = new Promise((resolve) => {
      end = resolve;
    });
    this.#waiting += 1;
    await before;
    this.#waiting -= 1;
    return end;
  }

  /** Begins a transaction within a turn. `immediate`, because another program may write: one that began by reading could not go on behind it. */
  async begin(): Promise<void> {
    if (this.#isOpen) {
      await this.#writer.run(`savepoint ${this.#savepoint()}`, []);
      return;
    }
    await this.#writer.run('begin immediate', []);
    this.#isOpen = true;
    this.#openedAtMs = performance.now();
  }

  /** Ends a transaction and its turn. Resolves once it is on the disk. */
  async commit(endTurn: () => void): Promise<void> {
    const done = this.#leave();
    await this.#settle().finally(endTurn);
    await done;
  }

  /** Undoes what was written since {@link begin}, and ends the turn. */
  async rollback(endTurn: () => void): Promise<void> {
    try {
      if (this.#ended.length === 0) await this.#giveUp();
      else if (await this.#undoOne()) await this.#settle();
    } finally {
      endTurn();
    }
  }

  /** Runs a statement that is a transaction of its own, within a turn that it ends. */
  async runAlone<Result>(endTurn: () => void, run: () => Promise<Result>): Promise<Result> {
    if (!this.#isOpen) return run().finally(endTurn);
    let done: Promise<void> | undefined;
    try {
      const result = await run();
      done = this.#leave();
      return result;
    } finally {
      await this.#settle().finally(endTurn);
      await done;
    }
  }

  /** A turn that ends without a transaction: nobody else would commit what others have left. */
  async endIdle(endTurn: () => void): Promise<void> {
    await this.#settle().finally(endTurn);
  }

  /** Some failures of the disk end the whole transaction: what others had written in it is gone then, and they are told. */
  async #undoOne(): Promise<boolean> {
    try {
      await this.#writer.run(`rollback to ${this.#savepoint()}`, []);
      return true;
    } catch (cause) {
      const lost = Object.assign(new Error('a transaction was undone with another', { cause }), {
        code: 'SQLITE_BUSY',
      });
      for (const { reject } of this.#ended.splice(0)) reject(lost);
      await this.#giveUp();
      return false;
    }
  }

  /** Of the transaction at work. A name for each: one that could not begin must not undo the one before it. */
  #savepoint(): string {
    return `after_${this.#ended.length}`;
  }

  #leave(): Promise<void> {
    const done = new Promise<void>((resolve, reject) => this.#ended.push({ resolve, reject }));
    // it is awaited later, behind the commit
    done.catch(() => undefined);
    return done;
  }

  /** Commits what has ended, unless somebody waits who can do it. */
  async #settle(): Promise<void> {
    if (!this.#isOpen || this.#ended.length === 0) return;
    const isYoung = performance.now() - this.#openedAtMs < this.#limits.openMs;
    if (this.#waiting > 0 && isYoung && this.#ended.length < this.#limits.transactions) return;
    const ended = this.#ended.splice(0);
    try {
      await this.#writer.run('commit', []);
      this.#isOpen = false;
      for (const { resolve } of ended) resolve();
    } catch (error) {
      for (const { reject } of ended) reject(error);
      await this.#giveUp();
    }
  }

  /** Leaves no transaction open, whatever happened to it: some failures of the disk have ended it already. */
  async #giveUp(): Promise<void> {
    this.#isOpen = false;
    await this.#writer.run('rollback', []).catch(() => undefined);
  }
}
