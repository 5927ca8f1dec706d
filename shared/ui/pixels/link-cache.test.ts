import { describe, expect, test } from 'vitest';
import { LinkCache, mediaAddress } from './link-cache.ts';
import type { PixelWant } from './pixel-source.ts';

const want = (ref: string): PixelWant => ({ source: 'main', ref, variant: 'preview-256' });
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

function desk(life = 500) {
  const batches: string[][] = [];
  const frames: (() => void)[] = [];
  const failures: unknown[] = [];
  let nowS = 1_000_000;
  let refuse: Error | undefined;
  const links = new LinkCache({
    mint: (items) => {
      batches.push(items.map((item) => item.reference_id));
      if (refuse !== undefined) return Promise.reject(refuse);
      return Promise.resolve(
        items.map(({ reference_id }) =>
          reference_id === 'gone'
            ? { reference_id, error: 'item-not-found' as const }
            : reference_id === 'heic'
              ? { reference_id, error: 'no-preview' as const, why: 'hevc' as const }
              : { reference_id, url: `/m/${reference_id}.${batches.length}`, expires_at: nowS + life },
        ),
      );
    },
    nowS: () => nowS,
    onFrame: (callback) => frames.push(callback),
    onFailure: (error) => failures.push(error),
  });
  return {
    links,
    batches,
    failures,
    frame: async () => {
      frames.shift()?.();
      await settled();
    },
    pass: (seconds: number) => {
      nowS += seconds;
    },
    refuseWith: (error: Error) => {
      refuse = error;
    },
  };
}

describe('links', () => {
  test('are asked for once a frame, together', async () => {
    const { links, batches, frame } = desk();
    for (const ref of ['a', 'b', 'c']) links.watch(want(ref), () => undefined);
    expect(batches).toEqual([]);
    await frame();
    expect(batches).toEqual([['a', 'b', 'c']]);
    expect(links.look(want('a'))).toEqual({ state: 'link', url: '/m/a.1' });
  });

  test('that cannot be say why, and are not asked for again', async () => {
    const { links, batches, frame } = desk();
    for (let i = 0; i < 2; i += 1) {
      links.watch(want('heic'), () => undefined);
      await frame();
    }
    expect(links.look(want('heic'))).toEqual({ state: 'error', word: 'HEVC is not decoded here', code: 'no_preview' });
    expect(batches).toEqual([['heic']]);
  });

  test('go in batches of at most 500', async () => {
    const { links, batches, frame } = desk();
    for (let i = 0; i < 1_200; i += 1) links.watch(want(`i${i}`), () => undefined);
    await frame();
    await frame();
    expect(batches.map((batch) => batch.length)).toEqual([500, 500, 200]);
  });

  test('of tiles that left the screen before the frame are not asked for', async () => {
    const { links, batches, frame } = desk();
    links.watch(want('passing'), () => undefined)();
    links.watch(want('stays'), () => undefined);
    await frame();
    expect(batches).toEqual([['stays']]);
  });

  test('are kept until shortly before they expire, then renewed', async () => {
    const { links, batches, frame, pass } = desk(300);
    links.watch(want('a'), () => undefined)();
    links.watch(want('a'), () => undefined);
    await frame();
    pass(200);
    links.watch(want('a'), () => undefined);
    await frame();
    expect(batches).toHaveLength(1);
    pass(80);
    links.watch(want('a'), () => undefined);
    await frame();
    expect(batches).toHaveLength(2);
    expect(links.look(want('a'))).toEqual({ state: 'link', url: '/m/a.2' });
  });

  test('that do not load are asked for anew once, then the tile says so', async () => {
    const { links, batches, frame } = desk();
    links.watch(want('a'), () => undefined);
    await frame();
    links.broke(want('a'), '/m/a.1');
    await frame();
    expect(batches).toHaveLength(2);
    links.broke(want('a'), '/m/a.2');
    await frame();
    expect(batches).toHaveLength(2);
    expect(links.look(want('a')).state).toBe('error');
  });

  test('say what an item has instead', async () => {
    const { links, frame } = desk();
    links.watch(want('gone'), () => undefined);
    await frame();
    expect(links.look(want('gone'))).toMatchObject({ state: 'error', code: 'item-not-found' });
  });

  test('report a batch that failed and stop when told', async () => {
    const { links, failures, batches, frame, refuseWith } = desk();
    refuseWith(new Error('401'));
    links.watch(want('a'), () => undefined);
    await frame();
    expect(failures).toHaveLength(1);
    links.stop();
    links.watch(want('b'), () => undefined);
    await frame();
    expect(batches).toHaveLength(1);
  });

  test.each([
    [-540, true],
    [1_500, true],
    [400, false],
  ])('with a lifetime of %i s tell of a clock that differs: %s', async (life, isSkewed) => {
    const { links, frame } = desk(life);
    links.watch(want('a'), () => undefined);
    await frame();
    expect(links.skewS !== 0).toBe(isSkewed);
    expect(links.look(want('a')).state).toBe('link');
  });
});

test('only the agent’s own media links become addresses of pictures', () => {
  const agent = 'http://127.0.0.1:8787';
  expect(mediaAddress('/m/1.a.b.c', agent)).toBe('http://127.0.0.1:8787/m/1.a.b.c');
  expect(mediaAddress('http://127.0.0.1:8787/m/x', agent)).toBe('http://127.0.0.1:8787/m/x');
  for (const wrong of [
    'https://evil.example/m/x',
    '//evil.example/m/x',
    'javascript:alert(1)',
    'data:image/png,x',
    '/assets/main/a',
    '/m/../v1/ping',
  ]) {
    expect(mediaAddress(wrong, agent)).toBeUndefined();
  }
});
