import { expect, test } from 'vitest';
import { StatementTurns } from './statement-turns.ts';

/** A statement that runs until it is ended. */
function held() {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { end: () => end(), ended };
}

test('no more run than may, and the line of one dataset does not hold up the others', async () => {
  const turns = new StatementTurns({ running: 1, waitMs: 60_000 });
  const order: string[] = [];
  const first = held();
  const running = turns.run('large', () => first.ended);
  const wait = (key: string, name: string) => turns.run(key, async () => void order.push(name));
  const waiting = [wait('large', 'l1'), wait('large', 'l2'), wait('large', 'l3'), wait('small', 's1')];
  expect(order).toEqual([]);
  first.end();
  await Promise.all([running, ...waiting]);
  expect(order).toEqual(['l1', 's1', 'l2', 'l3']);
});

test('who waits too long is told to try again, and the next is served', async () => {
  const turns = new StatementTurns({ running: 1, waitMs: 20 });
  const first = held();
  const running = turns.run('a', () => first.ended);
  await expect(turns.run('a', async () => 'late')).rejects.toMatchObject({ code: 'overloaded', retryAfterS: 1 });
  first.end();
  await running;
  expect(await turns.run('a', async () => 'served')).toBe('served');
});

test('a statement that fails gives its place back', async () => {
  const turns = new StatementTurns({ running: 1, waitMs: 20 });
  await expect(turns.run('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await turns.run('a', async () => 'served')).toBe('served');
});
