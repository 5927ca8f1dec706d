import { AppError } from '@nucleus/shared/failure/app-error';

export type InTurn = <Result>(work: () => Promise<Result>, signal: AbortSignal) => Promise<Result>;

/** Runs at most `most` pieces of work at once, the others in order of asking. What waits until `signal` aborts does not begin. */
export function limitConcurrency(most: number): InTurn {
  const each = limitEach(most);
  return (work, signal) => each('', work, signal);
}

/** As {@link limitConcurrency}, for each key by itself: one that is slow is waited for by its own alone. */
export function limitEach(
  most: number,
): <Result>(key: string, work: () => Promise<Result>, signal: AbortSignal) => Promise<Result> {
  const keys = new Map<string, { running: number; waiting: Set<() => void> }>();
  return async (key, work, signal) => {
    const turns = keys.get(key) ?? { running: 0, waiting: new Set() };
    keys.set(key, turns);
    if (turns.running >= most) await turnOf(turns.waiting, signal);
    else turns.running += 1;
    try {
      if (signal.aborted) throw tooLate();
      return await work();
    } finally {
      const [next] = turns.waiting;
      if (next !== undefined) {
        turns.waiting.delete(next);
        next();
      } else {
        turns.running -= 1;
        if (turns.running === 0) keys.delete(key);
      }
    }
  };
}

function turnOf(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const begin = () => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    };
    const giveUp = () => {
      waiting.delete(begin);
      reject(tooLate());
    };
    if (signal.aborted) return reject(tooLate());
    signal.addEventListener('abort', giveUp, { once: true });
    waiting.add(begin);
  });
}

function tooLate(): AppError {
  return new AppError('attachment-unreachable', 'The image could not be fetched in time.');
}
