import { expect, test } from 'vitest';
import type { LocalSource } from '../sources/source-words.ts';
import { idOf, type Listed, parentOf, stepFrom, treeNodes } from './tree-nodes.ts';

const source = (alias: string): LocalSource => ({ alias, catalogued: 7, exceptions: 1 }) as LocalSource;
const folder = (path: string, hasFolders = false) => ({
  name: path.split('/').at(-1) ?? '',
  path,
  files: 3,
  has_folders: hasFolders,
});
const id = (path: string): string => idOf({ source: 'main', path });
const listed = new Map<string, Listed>([
  [id(''), { folders: [folder('a', true), folder('b')], is_cut: true }],
  [id('a'), { folders: [folder('a/x'), folder('a/y')], is_cut: false }],
]);
const nodes = treeNodes([source('main'), source('other')], new Set([id(''), id('a'), id('b')]), listed);

test('opened folders are followed by what lies below them; what is left out says so', () => {
  expect(nodes.map((node) => [node.depth, node.path, node.isRest === true, `${node.place}/${node.siblings}`])).toEqual([
    [0, '', false, '1/2'],
    [1, 'a', false, '1/3'],
    [2, 'a/x', false, '1/2'],
    [2, 'a/y', false, '2/2'],
    [1, 'b', false, '2/3'],
    [1, '', true, '3/3'],
    [0, '', false, '2/2'],
  ]);
  expect(new Set(nodes.map((node) => node.id)).size).toBe(nodes.length);
  expect(nodes.map(({ isOpen }) => isOpen)).toEqual([true, true, false, false, false, false, false]);
  expect(nodes[0]?.files).toBe(8);
});

test('a folder that has not been listed yet stands open and empty', () => {
  expect(treeNodes([source('main')], new Set([id('')]), new Map()).map(({ isOpen }) => isOpen)).toEqual([true]);
});

test.each([
  ['ArrowDown', 1, 2],
  ['ArrowDown', 6, undefined],
  ['ArrowUp', 0, undefined],
  ['Home', 5, 0],
  ['End', 0, 6],
  ['PageDown', 0, 4],
  ['PageDown', 5, 6],
  ['PageUp', 5, 1],
  ['PageUp', 1, 0],
  ['x', 1, undefined],
] as const)('%s at line %i goes to %s', (key, at, to) => expect(stepFrom(nodes, at, key, 4)).toBe(to));

test.each([
  [2, 1],
  [5, 0],
  [1, 0],
  [0, -1],
])('line %i is below line %i', (at, parent) => expect(parentOf(nodes, at)).toBe(parent));
