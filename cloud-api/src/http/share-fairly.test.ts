import { expect, test } from 'vitest';
import { FairShare } from './share-fairly.ts';

/** Starts work for a caller and lets it run until `finish`. */
function aRequest(
  share: FairShare,
  tenant: string,
  key = tenant,
): { isRunning: () => boolean; finish: () => Promise<void> } {
  const close = share.open(tenant, key);
  let isRunning = false;
  let end: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    end = resolve;
  });
  const done = share.run(tenant, key, async () => {
    isRunning = true;
    await gate;
    isRunning = false;
  });
  return {
    isRunning: () => isRunning,
    finish: async () => {
      end();
      await done;
      close();
    },
  };
}
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test('a newcomer is next, however many requests of another tenant wait', async () => {
  const share = new FairShare({ open: 100, running: 1, openPerKey: 40 });
  const noisy = Array.from({ length: 30 }, () => aRequest(share, 'noisy'));
  const quiet = aRequest(share, 'quiet');
  expect([noisy[0]?.isRunning(), quiet.isRunning(), share.waiting]).toEqual([true, false, 30]);
  // Two turns: the noisy one that runs, one more that was first in its row, and then the newcomer at the latest.
  await noisy[0]?.finish();
  await settled();
  const second = noisy.find((each) => each.isRunning());
  await second?.finish();
  await settled();
  expect(quiet.isRunning()).toBe(true);
  expect(noisy.filter((each) => each.isRunning())).toEqual([]);
});

test('keys of one tenant take turns too', async () => {
  const share = new FairShare({ open: 100, running: 1, openPerKey: 40 });
  const order: string[] = [];
  const first = aRequest(share, 'one', 'busy');
  const others = ['busy', 'busy', 'busy', 'calm', 'calm'].map((key) => {
    const close = share.open('one', key);
    return share.run('one', key, async () => void order.push(key)).finally(close);
  });
  await first.finish();
  await Promise.all(others);
  expect(order.slice(0, 4).filter((key) => key === 'calm')).toHaveLength(2);
});

test('one tenant leaves room for another, and each more present leaves it less', () => {
  const share = new FairShare({ open: 12, running: 12, openPerKey: 100 });
  const openAll = (tenant: string): number => {
    for (let count = 0; ; count++) {
      try {
        share.open(tenant, `${tenant}-${count}`);
      } catch (error) {
        expect(error).toMatchObject({ code: 'overloaded', status: 503, retryAfterS: 1 });
        return count;
      }
    }
  };
  expect([openAll('a'), openAll('b'), openAll('c')]).toEqual([6, 4, 3]);
});

test('a key has a limit of its own, and what ends is room again', () => {
  const share = new FairShare({ open: 100, running: 1, openPerKey: 2 });
  const close = share.open('one', 'key');
  share.open('one', 'key');
  expect(() => share.open('one', 'key')).toThrow(expect.objectContaining({ code: 'overloaded' }));
  close();
  close();
  share.open('one', 'key');
  expect(() => share.open('one', 'key')).toThrow(expect.objectContaining({ code: 'overloaded' }));
});

test('work that fails gives its turn on', async () => {
  const share = new FairShare({ open: 10, running: 1, openPerKey: 10 });
  const close = share.open('one', 'key');
  const failing = share.run('one', 'key', () => Promise.reject(new Error('broken')));
  const next = share.run('one', 'key', async () => 'done');
  await expect(failing).rejects.toThrow('broken');
  expect(await next).toBe('done');
  close();
});
