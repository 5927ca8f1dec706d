import { expect, test } from 'vitest';
import { datasetPath, findSearch, itemPath, readFind, readRoute, safeReturn } from './route.ts';

test.each(['na/block-07/T14.jpg', 'a%2Fb', '100%.jpg', 'häuser 家?#&.jpg', '<script>', 'i', 'a//b'])(
  'an item address keeps the id %j',
  (referenceId) => {
    const path = new URL(itemPath('ds_x', referenceId), 'https://d.example').pathname;
    expect(readRoute(path)).toEqual({ page: 'dataset', datasetId: 'ds_x', referenceId });
  },
);

test.each([
  ['/', { page: 'datasets' }],
  ['/d/ds_x', { page: 'dataset', datasetId: 'ds_x' }],
  ['/d/ds_x/', { page: 'dataset', datasetId: 'ds_x' }],
  ['/agents', { page: 'agents' }],
  ['/jobs', { page: 'jobs' }],
  ['/d/ds_x/slices', { page: 'slices', datasetId: 'ds_x' }],
  ['/d/ds_x/duplicates/', { page: 'duplicates', datasetId: 'ds_x' }],
  ['/d/ds_x/slices/x', { page: 'unknown' }],
  ['/sign-in', { page: 'sign-in' }],
  ['/settings', { page: 'settings', part: 'keys' }],
  ['/settings/audit/', { page: 'settings', part: 'audit' }],
  ['/settings/other', { page: 'unknown' }],
  ['/d', { page: 'unknown' }],
  ['/d/ds_x/i', { page: 'unknown' }],
  ['/d/ds_x/i/a/b.jpg', { page: 'dataset', datasetId: 'ds_x', referenceId: 'a/b.jpg' }],
  ['/d/ds_x/i/a/%ff', { page: 'unknown' }],
  ['/d/ds_x/x/a', { page: 'unknown' }],
  ['/d/ds_x/i/%ff', { page: 'unknown' }],
  ['/nothing', { page: 'unknown' }],
])('%s', (path, route) => {
  expect(readRoute(path)).toEqual(route);
});

test('signing in leads nowhere else', () => {
  expect(safeReturn('/d/ds_x')).toBe('/d/ds_x');
  for (const wrong of [null, '', '//evil.example', '/\\evil.example', 'https://evil.example', '/sign-in'])
    expect(safeReturn(wrong)).toBe('/');
});

test.each([
  { query: '' },
  { query: 'iso > 400 AND name CONTAINS "a&b=c#d+e %"' },
  { query: 'iso > 1', sort: { field: 'capture_local', descending: true } },
  { query: '', sort: { field: 'two words', descending: false } },
])('what is looked for stands in the address: %j', (find) => {
  const url = new URL(datasetPath('ds_x', find), 'https://d.example');
  expect(readFind(url.search)).toEqual(find);
  expect(readRoute(url.pathname)).toEqual({ page: 'dataset', datasetId: 'ds_x' });
});

test('nothing looked for leaves the address bare', () => {
  expect(findSearch({ query: '  ' })).toBe('');
  expect(itemPath('ds_x', 'a', { query: '' })).toBe('/d/ds_x/i/a');
});
