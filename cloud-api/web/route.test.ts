import { expect, test } from 'vitest';
import { itemPath, readRoute, safeReturn } from './route.ts';

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
  ['/sign-in', { page: 'sign-in' }],
  ['/d', { page: 'unknown' }],
  ['/d/ds_x/i', { page: 'unknown' }],
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
