/**
 * One request at a time writes an upload, whichever process it came to: a browser that lost its connection goes on elsewhere while the
 * first request still hangs. Who wants the lock says so in the row, and its holder lets go at the next sign of life.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ERRORS, type Lock, type Locker } from '@tus/server';
import type { Database } from '../database/open-database.ts';
import { dropLock, extendLock, takeLock, wantLock } from './queries.ts';

/** What a holder that died keeps others waiting for. */
const leaseMs = 8_000;
const heartbeatMs = 400;
const lookMs = 100;
const mostWaitMs = 30_000;

export function databaseLocker(db: Database, clock: () => number): Locker {
  return { newLock: (id) => new UploadLock(db, clock, id) };
}

class UploadLock implements Lock {
  readonly #db: Database;
  readonly #clock: () => number;
  readonly #id: string;
  readonly #holder = randomBytes(12).toString('hex');
  #beating: NodeJS.Timeout | undefined;

  constructor(db: Database, clock: () => number, id: string) {
    this.#db = db;
    this.#clock = clock;
    this.#id = id;
  }

  async lock(signal: AbortSignal, letGo: () => Promise<void> | void): Promise<void> {
    const giveUp = AbortSignal.any([signal, AbortSignal.timeout(mostWaitMs)]);
    while (!(await takeLock(this.#db, this.#id, { holder: this.#holder, ...this.#times() }))) {
      if (!(await wantLock(this.#db, this.#id))) throw ERRORS.FILE_NOT_FOUND;
      await delay(lookMs, undefined, { signal: giveUp }).catch(() => undefined);
      if (giveUp.aborted) throw ERRORS.ERR_LOCK_TIMEOUT;
    }
    this.#beating = setInterval(() => void this.#beat(letGo).catch(() => undefined), heartbeatMs);
  }

  /** A lock that is wanted is let go; so is one that is another's by now, because nothing more may be written. */
  async #beat(letGo: () => Promise<void> | void): Promise<void> {
    const held = await extendLock(this.#db, this.#id, { holder: this.#holder, ...this.#times() });
    if (held === undefined || held.isWanted) await letGo();
  }

  #times(): { nowMs: number; untilMs: number } {
    const nowMs = this.#clock();
    return { nowMs, untilMs: nowMs + leaseMs };
  }

  async unlock(): Promise<void> {
    clearInterval(this.#beating);
    await dropLock(this.#db, this.#id, this.#holder);
  }
}
