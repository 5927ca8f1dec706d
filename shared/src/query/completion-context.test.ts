import { expect, test } from 'vitest';
import { completionContext, spellWord } from './completion-context.ts';
import { parseQuery } from './parse-query.ts';

test.each([
  { query: '|', expects: 'field', prefix: '' },
  { query: 'f_nu|', expects: 'field', prefix: 'f_nu' },
  { query: 'metadata.f_n|', expects: 'field', prefix: 'metadata.f_n' },
  { query: 'iso |', expects: 'operator', prefix: '', field: 'iso' },
  { query: 'metadata.iso |', expects: 'operator', prefix: '', field: 'iso' },
  { query: 'camera_make = |', expects: 'value', prefix: '', field: 'camera_make' },
  { query: 'camera_make = can|', expects: 'value', prefix: 'can', field: 'camera_make' },
  { query: 'camera_make = "can|', expects: 'value', prefix: 'can', field: 'camera_make' },
  { query: 'iso > 100 |', expects: 'joiner', prefix: '', field: 'iso' },
  { query: 'iso > 100 AND |', expects: 'field', prefix: '' },
  { query: 'iso > 100 AND (sh|', expects: 'field', prefix: 'sh' },
  { query: 'camera_make IN (canon, ni|', expects: 'value', prefix: 'ni', field: 'camera_make' },
  { query: 'camera_make IN (canon, |', expects: 'value', prefix: '', field: 'camera_make' },
  { query: 'camera_make IN (canon) |', expects: 'joiner', prefix: '', field: 'camera_make' },
  { query: 'is| > 100', expects: 'field', prefix: 'is' },
  { query: 'a ~~ |', expects: 'operator', prefix: '', field: 'a' },
])('$query expects a $expects', ({ query, expects, prefix, field }) => {
  const caret = query.indexOf('|');
  const text = query.replace('|', '');
  const found = completionContext(text, caret);
  expect({ expects: found.expects, prefix: found.prefix, field: found.field }).toEqual({ expects, prefix, field });
  expect(text.slice(found.replaces.start, found.replaces.end).replace('"', '')).toBe(prefix);
});

test.each(['plain', 'two words', 'a"b\\c', 'and', '7rm4', '', 'é'])('%j spelled is read back as itself', (text) => {
  const tree = parseQuery(`name = ${spellWord(text)}`);
  expect(tree.kind === 'compare' && tree.right.kind === 'text' ? tree.right.value : undefined).toBe(text);
});
