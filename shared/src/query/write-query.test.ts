import { expect, test } from 'vitest';
import { parseQuery } from './parse-query.ts';
import { spellField, writeQuery } from './write-query.ts';

/** A tree without its positions. */
const bare = (text: string): unknown =>
  JSON.parse(JSON.stringify(parseQuery(text), (key, value) => (key === 'start' || key === 'end' ? undefined : value)));

test.each([
  'iso > 400',
  'iso>=400 and f_number<2.8',
  'a = 1 OR b = 2 AND c = 3',
  '(a = 1 OR b = 2) AND c = 3',
  'NOT (a = 1 AND b = 2)',
  'NOT NOT a = 1',
  'camera_make IN (canon, "two words", 7rm4)',
  'camera_make not in (canon)',
  'name CONTAINS "quo\\"te\\\\"',
  'name NOT CONTAINS plain',
  'lens IS MISSING AND iso IS NOT MISSING',
  'metadata."two words".b = "width"',
  'a = width',
  '"text" = metadata.a',
  'a - (b - c) > 2',
  '(a + b) % 2 = 1',
  'a % (b % c) = -1.5e3',
  'a + b % 3 - c > 1e300',
  'x = true',
  '(a = 1 AND b = 1) AND c = 1',
])('%s is written as it was meant', (text) => {
  const written = writeQuery(parseQuery(text));
  expect(bare(written)).toEqual(bare(text));
  expect(writeQuery(parseQuery(written))).toBe(written);
});

test.each(['iso', 'two words', 'a.b', 'and', '7rm4', 'a b.c d'])('the field %j is spelled as a field', (name) => {
  const tree = parseQuery(`${spellField(name)} = 1`);
  if (tree.kind !== 'compare' || tree.left.kind !== 'field') throw new Error(`${spellField(name)} is no field`);
  expect(tree.left.path.join('.').replace(/^metadata\./, '')).toBe(name);
});
