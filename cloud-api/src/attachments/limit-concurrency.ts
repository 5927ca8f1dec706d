import { AppError } from '@nucleus/shared/failure/app-error';

export type InTurn = <Result>(work: () => Promise<Result>, signal: AbortSignal) => Promise<Result>;

/** Runs at most `most` pieces of work at once, the others in order of asking. */
export function limitConcurrency(most: number): InTurn {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work, signal) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      // What waited too long does not begin.
      if (signal.aborted) throw new AppError('attachment-unreachable', 'The image could not be fetched in time.');
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
