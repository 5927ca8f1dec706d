import type { FieldView } from '@nucleus/shared/wire/insights';
import { expect, test } from 'vitest';
import { chooseFacets } from './choose-facets.ts';

const field = (name: string, type: FieldView['type'], more: Partial<FieldView> = {}): FieldView => ({
  name,
  type,
  missing: 0,
  distinct: 3,
  categorical: type !== 'number',
  ...more,
});

test('the usual facets come first and open, the others after them', () => {
  const facets = chooseFacets([
    field('aperture', 'number'),
    field('iso', 'number'),
    field('format', 'text'),
    field('name', 'text', { categorical: false, distinct: 9000 }),
    field('status', 'text', { distinct: 0 }),
    field('width', 'number'),
  ]);
  expect(facets.map(({ name, kind, isUsual }) => [name, kind, isUsual])).toEqual([
    ['format', 'values', true],
    ['iso', 'numbers', true],
    ['aperture', 'numbers', false],
    ['name', 'search', false],
    ['metadata.width', 'numbers', false],
  ]);
});

test('a dataset without usual fields opens what it has', () => {
  const facets = chooseFacets([field('grade', 'text'), field('notes', 'text', { categorical: false })]);
  expect(facets.map(({ name, isUsual }) => [name, isUsual])).toEqual([
    ['grade', true],
    ['notes', false],
  ]);
});
