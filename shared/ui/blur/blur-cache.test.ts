import { decode } from 'blurhash';
import { describe, expect, test } from 'vitest';
import { BlurCache, meanColor } from './blur-cache.ts';

const hash = 'LEHV6nWB2yk8pyo0adR*.7kCMdnj';

function cache(): { blurs: BlurCache; run: () => void; decoded: string[] } {
  const decoded: string[] = [];
  const waiting: ((budgetMs: number) => void)[] = [];
  let clock = 0;
  const blurs = new BlurCache(
    (text, width, height) => {
      decoded.push(text);
      clock += 1; // a millisecond each
      return decode(text, width, height);
    },
    (work) => waiting.push(work),
    () => clock,
  );
  return { blurs, decoded, run: () => waiting.shift()?.(3) };
}

describe('blurs', () => {
  test('are decoded off the path, once, and told', () => {
    const { blurs, run, decoded } = cache();
    let told = 0;
    blurs.ask(hash, 1.5, () => (told += 1));
    blurs.ask(hash, 1.5, () => (told += 1));
    expect(decoded).toEqual([]);
    run();
    expect(told).toBe(2);
    expect(decoded).toEqual([hash]);
    expect(blurs.peek(hash, 1.5)).toMatchObject({ width: 24, height: 16 });
    blurs.ask(hash, 1.5, () => (told += 1));
    expect(told).toBe(3);
    expect(decoded).toHaveLength(1);
  });

  test('stop at the budget and go on at the next chance', () => {
    const { blurs, run, decoded } = cache();
    for (let i = 0; i < 5; i += 1) blurs.ask(hash, 0.4 + i * 0.35, () => undefined);
    run();
    expect(decoded).toHaveLength(3);
    run();
    expect(decoded).toHaveLength(5);
  });

  test('that nobody wants any more are not decoded', () => {
    const { blurs, run, decoded } = cache();
    blurs.ask(hash, 1, () => undefined)();
    run();
    expect(decoded).toEqual([]);
  });

  test('that are none are remembered as none', () => {
    const { blurs, run } = cache();
    blurs.ask('<script>', 1, () => undefined);
    run();
    expect(blurs.peek('<script>', 1)).toBeNull();
  });
});

test('the mean colour is read without decoding', () => {
  const pixels = decode(hash, 1, 1);
  expect(meanColor(hash)).toMatch(/^rgb\(\d+ \d+ \d+\)$/);
  expect(pixels).toHaveLength(4);
  expect(meanColor('L')).toBeUndefined();
  expect(meanColor('L<<<<<<<<')).toBeUndefined();
});
