import { expect, test } from 'vitest';
import { limitConcurrency, limitEach } from './limit-concurrency.ts';

/** Work that says when it began and ends when it is told. */
const someWork = () => {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => () => {
    begun.push(name);
    return new Promise<void>((resolve) => ends.set(name, resolve));
  };
  return { begun, work, end: (name: string) => ends.get(name)?.() };
};
const never = new AbortController().signal;
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a key that is slow is waited for by its own alone; with one limit for all it stops the others', async () => {
  const each = someWork();
  const ofKey = limitEach(2);
  const done = ['a1', 'a2', 'a3', 'b1'].map((name) => ofKey(name[0] ?? '', each.work(name), never));
  await turn();
  expect(each.begun).toEqual(['a1', 'a2', 'b1']);
  each.end('a2');
  await done[1];
  expect(each.begun).toEqual(['a1', 'a2', 'b1', 'a3']);

  const all = someWork();
  const ofAll = limitConcurrency(2);
  for (const name of ['a1', 'a2', 'a3', 'b1']) void ofAll(all.work(name), never);
  await turn();
  expect(all.begun, 'the control').toEqual(['a1', 'a2']);
});

test('who waits too long gives its turn up at once, and those behind it move on', async () => {
  const { begun, work, end } = someWork();
  const inTurn = limitConcurrency(1);
  const first = inTurn(work('first'), never);
  const impatient = new AbortController();
  const second = inTurn(work('second'), impatient.signal);
  const third = inTurn(work('third'), never);
  impatient.abort();
  await expect(second).rejects.toMatchObject({ code: 'attachment-unreachable' });
  end('first');
  await first;
  await turn();
  expect(begun).toEqual(['first', 'third']);
  end('third');
  await third;
});
