import { expect, test } from 'vitest';
import { TilePages } from './tile-pages.ts';

/** Waits until something holds of the pages, looking whenever they say that they have changed. */
const until = (pages: TilePages<number>, holds: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    if (holds()) return resolve();
    const stop = pages.subscribe(() => {
      if (!holds()) return;
      stop();
      resolve();
    });
  });

test('loads only what is wanted, a few at once, and gives up what is not', async () => {
  const asked: number[] = [];
  const aborted: number[] = [];
  const open = new Map<number, () => void>();
  const pages = new TilePages<number>((offset, limit, signal) => {
    asked.push(offset);
    signal.addEventListener('abort', () => aborted.push(offset));
    return new Promise((resolve) =>
      open.set(offset, () => resolve({ total: 100_000, tiles: Array.from({ length: limit }, (_, i) => offset + i) })),
    );
  });
  pages.want([0, 1, 2, 3, 4]);
  expect(asked).toEqual([0, 500, 1000]);
  pages.want([100]);
  expect(aborted).toEqual([0, 500, 1000]);
  expect(asked.at(-1)).toBe(50_000);
  open.get(0)?.();
  open.get(50_000)?.();
  await until(pages, () => pages.tile(50_007) !== undefined);
  expect(pages.tile(50_007)).toBe(50_007);
  expect(pages.tile(7)).toBeUndefined();
});

test('what is only near waits for what is seen', async () => {
  const asked: number[] = [];
  let answer = (): void => undefined;
  const pages = new TilePages<number>((offset, limit) => {
    asked.push(offset);
    return new Promise((resolve) => {
      answer = () => resolve({ total: 100_000, tiles: Array.from({ length: limit }, (_, i) => offset + i) });
    });
  });
  pages.want([10, 11, 9], 1);
  expect(asked).toEqual([5000]);
  answer();
  await until(pages, () => pages.tile(5000) !== undefined);
  await expect.poll(() => asked).toEqual([5000, 5500, 4500]);
});

test('stands still after a failure until it is told to go on', async () => {
  let isBroken = true;
  let calls = 0;
  const pages = new TilePages<number>(() => {
    calls += 1;
    return isBroken ? Promise.reject(new Error('gone')) : Promise.resolve({ total: 1, tiles: [1] });
  });
  pages.want([0]);
  await until(pages, () => pages.failure !== undefined);
  pages.want([0]);
  expect(calls).toBe(1);
  expect(pages.failure).toBeInstanceOf(Error);
  isBroken = false;
  pages.retry();
  await until(pages, () => pages.tile(0) !== undefined);
  expect(pages.tile(0)).toBe(1);
  expect(pages.failure).toBeUndefined();
});

test('a result that grew loads its last page anew', async () => {
  let total = 3;
  const pages = new TilePages<number>(() =>
    Promise.resolve({ total, tiles: Array.from({ length: total }, (_, i) => i) }),
  );
  pages.want([0]);
  await until(pages, () => pages.tile(2) !== undefined);
  total = 5;
  pages.noteTotal(5);
  await until(pages, () => pages.tile(4) !== undefined);
  expect(pages.tile(4)).toBe(4);
});

test('a reload keeps what is shown until the new has come, and takes only what is wanted', async () => {
  let round = 0;
  const asked: number[] = [];
  const pages = new TilePages<number>((offset, limit) => {
    asked.push(offset);
    return Promise.resolve({ total: 1500, tiles: Array.from({ length: limit }, () => round) });
  });
  pages.want([0, 1]);
  await until(pages, () => pages.tile(0) !== undefined && pages.tile(500) !== undefined);
  pages.want([1]);
  round = 1;
  asked.length = 0;
  pages.reload();
  expect([pages.tile(0), pages.tile(500)]).toEqual([0, 0]);
  await until(pages, () => pages.tile(500) === 1);
  expect(pages.tile(0)).toBe(0);
  expect(asked).toEqual([500]);
  pages.want([0]);
  await until(pages, () => pages.tile(0) === 1);
  expect(pages.tile(0)).toBe(1);
});
