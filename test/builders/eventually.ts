import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks until the answer is there: for states of another process that announces nothing.
 * @throws Error naming `what` and the last answer when `withinMs` have passed.
 */
export async function eventually<T>(
  what: string,
  withinMs: number,
  ask: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const until = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > until) throw new Error(`${what} did not happen within ${withinMs} ms`);
    await delay(25);
  }
}
