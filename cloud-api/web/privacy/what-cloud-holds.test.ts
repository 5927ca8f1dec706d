import type { DatasetView, FieldView } from '@nucleus/shared/wire/insights';
import { expect, test } from 'vitest';
import { whatCloudHolds } from './what-cloud-holds.ts';

const dataset = (over: Partial<DatasetView> = {}): DatasetView => ({
  dataset_id: 'ds_a',
  name: 'a',
  length: 10,
  privacy_mode: true,
  created_at_ms: 0,
  sources: [{ agent_id: 'agt_a', alias: 'main', level: 'standard' }],
  ...over,
});
const field = (name: string, missing = 0): FieldView => ({
  name,
  type: 'text',
  missing,
  distinct: 1,
  categorical: true,
});

test('bits are summed over the fields that some item has, and the rest is listed without bits', () => {
  const holding = whatCloudHolds(dataset(), [field('blurhash', 3), field('mean_color'), field('format')], 4);
  expect(holding.fields).toEqual([
    { field: 'blurhash', pixelBits: 178, items: 7 },
    { field: 'phash', pixelBits: 64, items: 4 },
    { field: 'mean_color', pixelBits: 24, items: 10 },
    { field: 'format', pixelBits: 0, items: 10 },
  ]);
  expect([holding.usedBits, holding.budgetBits]).toEqual([266, 288]);
});

test('what nobody has is not held', () => {
  const holding = whatCloudHolds(dataset(), [field('blurhash', 10), field('format')], 0);
  expect(holding.fields.map((each) => each.field)).toEqual(['format']);
  expect(holding.usedBits).toBe(0);
});

test('the highest level of the sources counts, and without an agent there is none', () => {
  const sources = ['minimal', 'rich', 'standard'].map((level) => ({ agent_id: 'agt_a', alias: level, level }));
  expect(whatCloudHolds(dataset({ sources }), [], 0)).toMatchObject({ level: 'rich', budgetBits: 4608 });
  expect(whatCloudHolds(dataset({ sources: [] }), [], 0)).toMatchObject({ level: undefined, budgetBits: 0 });
});

test('fields of the team are told apart from those that an agent sent', () => {
  const holding = whatCloudHolds(dataset(), [field('format'), field('x_batch'), field('reviewer')], 0);
  expect(holding.fields.map((each) => each.field)).toEqual(['format', 'x_batch']);
  expect(holding.added).toEqual(['reviewer']);
});
