import { expect, test } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

test('the order in which an object was built does not show', () => {
  expect(canonicalJson({ b: 1, a: { d: [1, 'x'], c: true } })).toBe('{"a":{"c":true,"d":[1,"x"]},"b":1}');
  expect(canonicalJson({ a: { c: true, d: [1, 'x'] }, b: 1 })).toBe(
    canonicalJson({ b: 1, a: { d: [1, 'x'], c: true } }),
  );
});

test('what is undefined is absent', () => {
  expect(canonicalJson({ a: undefined, b: null })).toBe('{"b":null}');
});

test('parsing and spelling again changes nothing', () => {
  const text = canonicalJson({ '\u00e9': 'a/b\n"', n: 2.8, '10': 1e21, '9': -0.1 });
  expect(canonicalJson(JSON.parse(text))).toBe(text);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, () => 1, 1n])('%s has no spelling', (value) => {
  expect(() => canonicalJson({ value })).toThrow(TypeError);
});
