import { expect, test } from 'vitest';
import { findKeys } from './find-keys.ts';

const groups = [
  { title: 'Move', lines: [{ does: 'Next', keys: [['→'], ['L']] }, { does: 'Open', keys: [['Enter']] }] }, // biome-ignore format: short
  { title: 'Decide', lines: [{ does: 'Undo the last', keys: [['Ctrl', 'Z']] }] },
];
const found = (wanted: string): string[] =>
  findKeys(groups, wanted).flatMap(({ title, lines }) => lines.map(({ does }) => `${title}: ${does}`));

test.each([
  ['', ['Move: Next', 'Move: Open', 'Decide: Undo the last']],
  ['UNDO', ['Decide: Undo the last']],
  ['l', ['Move: Next', 'Decide: Undo the last']],
  ['z', ['Decide: Undo the last']],
  ['ctrl', []],
  ['no such', []],
])('%j finds %j', (wanted, lines) => {
  expect(found(wanted)).toEqual(lines);
});
