/**
 * Turns at the search engine. It runs a statement on as many processors as it finds, so that a hundred at once would each take a hundred times
 * as long and none would end within its limit. A few run; the others wait, dataset by dataset, so that no dataset makes the others wait.
 */
import { AppError } from '@nucleus/shared/failure/app-error';

export interface TurnLimits {
  running: number;
  /** Longest that a statement waits for its turn. */
  waitMs: number;
}

interface Waiting {
  start: () => void;
}

export class StatementTurns {
  readonly #limits: TurnLimits;
  #running = 0;
  /** By key, in the order of their turns: who was served goes to the end. */
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /**
   * Runs a statement when it is its key's turn.
   * @throws AppError `overloaded` when that does not come in time
   */
  async run<Result>(key: string, statement: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#limits.running) await this.#turn(key);
    else this.#running += 1;
    try {
      return await statement();
    } finally {
      const next = this.#takeNext();
      if (next === undefined) this.#running -= 1;
      else next.start();
    }
  }

  #turn(key: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const line = this.#waiting.get(key) ?? [];
      this.#waiting.set(key, line);
      const timer = setTimeout(() => {
        line.splice(line.indexOf(waiting), 1);
        if (line.length === 0) this.#waiting.delete(key);
        reject(new AppError('overloaded', 'Too many searches are under way: try again.', { retryAfterS: 1 }));
      }, this.#limits.waitMs);
      const waiting = {
        start: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      line.push(waiting);
    });
  }

  #takeNext(): Waiting | undefined {
    for (const [key, line] of this.#waiting) {
      const next = line.shift();
      this.#waiting.delete(key);
      if (line.length > 0) this.#waiting.set(key, line);
      if (next !== undefined) return next;
    }
    return undefined;
  }
}
