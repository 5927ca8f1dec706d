import { parseQuery } from '@nucleus/shared/query/parse-query';
import { allSelected, markRange, noneSelected } from '@nucleus/shared/ui/grid/selection.ts';
import type { GridTile } from '@nucleus/shared/ui/grid/tile.tsx';
import { TilePages } from '@nucleus/shared/ui/grid/tile-pages.ts';
import { expect, test } from 'vitest';
import { chosenItems, queryOf, refusalOf, withoutNames } from './chosen.ts';

const total = 20_000;
const tile = (at: number): GridTile => ({ key: `k${at}`, name: `n${at}`, ref: `r${at}`, width: 1, height: 1 });
const pages = new TilePages<GridTile>(async (offset, limit) => ({
  total,
  tiles: Array.from({ length: Math.min(limit, total - offset) }, (_, at) => tile(offset + at)),
}));
const signal = new AbortController().signal;

test('single items are named, all results stay a query, and what is left out is taken from it', async () => {
  const some = markRange(markRange(noneSelected, 1, 2, true), 700, 700, true);
  expect(await chosenItems({ selection: some, total, pages, query: 'iso > 1' }, signal)).toEqual({
    reference_ids: ['r1', 'r2', 'r700'],
  });
  expect(await chosenItems({ selection: allSelected, total, pages, query: 'iso > 1' }, signal)).toEqual({
    query: 'iso > 1',
  });
  const but = markRange(allSelected, 3, 4, false);
  expect(await chosenItems({ selection: but, total, pages, query: 'a = 1 OR b = 2' }, signal)).toEqual({
    query: '(a = 1 OR b = 2) AND reference_id NOT IN ("r3", "r4")',
  });
});

test('names of any kind make a query that parses to just them', () => {
  const names = ['a b', 'say "hi"', 'back\\slash', 'AND', '17', 'häuser/家.jpg'];
  const tree = parseQuery(queryOf({ reference_ids: names }));
  expect(tree).toMatchObject({ kind: 'in', negated: false });
  expect(tree.kind === 'in' && tree.values.map((value) => 'value' in value && value.value)).toEqual(names);
  expect(parseQuery(withoutNames('', names))).toMatchObject({ kind: 'in', negated: true });
});

test.each([
  { selection: allSelected, refused: undefined },
  { selection: markRange(noneSelected, 0, 9_999, true), refused: undefined },
  { selection: markRange(noneSelected, 0, 10_000, true), refused: /10,000 single items/ },
  { selection: markRange(allSelected, 0, 39, false), refused: undefined },
  { selection: markRange(allSelected, 0, 40, false), refused: /left out/ },
])('what one request cannot say is refused with a sentence: $refused', ({ selection, refused }) => {
  const sentence = refusalOf({ selection, total });
  if (refused === undefined) expect(sentence).toBeUndefined();
  else expect(sentence).toMatch(refused);
});
