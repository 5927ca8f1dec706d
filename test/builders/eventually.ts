import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waiting costs nothing where all is well; giving up too early makes a busy machine look like a broken product. The long forms go on for hours
 * beside other work.
 */
const leastLimitMs = process.env.NUCLEUS_SOAK === undefined ? 30_000 : 300_000;

/**
 * Asks until the answer is there: for states of another process that announces nothing.
 * @throws Error naming `what` when `withinMs` have passed, and never sooner than a busy machine may need.
 */
export async function eventually<T>(
  what: string,
  withinMs: number,
  ask: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const limitMs = Math.max(withinMs, leastLimitMs);
  const until = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > until) throw new Error(`${what} did not happen within ${limitMs} ms`);
    await delay(25);
  }
}
