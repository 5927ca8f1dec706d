import { beforeEach, expect, test } from 'vitest';
import { dropToast, say, sayFailure, toastList, undoLast, undoToast } from './toasts.ts';

beforeEach(() => {
  while (undoLast());
  for (const toast of toastList.get()) dropToast(toast.id);
});
const words = (): string[] => toastList.get().map((toast) => toast.words);

test('the newest three are shown and listeners hear of each', () => {
  let heard = 0;
  const stop = toastList.subscribe(() => {
    heard += 1;
  });
  for (const each of ['a', 'b', 'c', 'd']) say(each);
  stop();
  say('e');
  expect(words()).toEqual(['c', 'd', 'e']);
  expect(heard).toBe(4);
});

test('undo takes back the newest that can be, once each', () => {
  const undone: string[] = [];
  const undo = (name: string) => async () => void undone.push(name);
  say('first', undo('first'));
  say('second', undo('second'));
  sayFailure('third');
  expect([undoLast(), undoLast(), undoLast()]).toEqual([true, true, false]);
  expect(undone).toEqual(['second', 'first']);
  expect(words()).toEqual(['third']);
});

test('a toast that has left the page can still be undone, and its button undoes it no second time', () => {
  const undone: string[] = [];
  say('tagged', async () => void undone.push('tagged'));
  say('archived', async () => void undone.push('archived'));
  const [tagged, archived] = toastList.get();
  dropToast(tagged?.id ?? 0);
  undoToast(archived?.id ?? 0);
  undoToast(archived?.id ?? 0);
  expect([undoLast(), undoLast()]).toEqual([true, false]);
  expect(undone).toEqual(['archived', 'tagged']);
});
