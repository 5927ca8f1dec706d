import { expect, test } from 'vitest';
import { type Find, filePath, findPath, readRoute } from './route.ts';

test.each<Find>([
  { query: '' },
  { query: 'path:na/block-07/** AND state = queued' },
  { query: 'name CONTAINS "50 % & a/b?c#d"', sort: { field: 'byte_size', descending: true } },
  { query: '', sort: { field: 'iso', descending: false } },
])('an address holds %o, with a file and without', (find) => {
  expect(readRoute(findPath(find))).toEqual({ page: 'files', find, isWide: false });
  expect(readRoute(`#${filePath('ab', find)}`)).toEqual({ page: 'files', find, key: 'ab', isWide: false });
  expect(readRoute(filePath('ab', find, true))).toEqual({ page: 'files', find, key: 'ab', isWide: true });
});

test.each([
  ['', { page: 'files', find: { query: '' }, isWide: false }],
  ['/nowhere', { page: 'files', find: { query: '' }, isWide: false }],
  ['/sessions', { page: 'sessions' }],
  ['/ledger/12', { page: 'ledger', n: 12 }],
  ['/ledger/x', { page: 'ledger' }],
  ['/find/%E0%A4%A', { page: 'files', find: { query: '' }, isWide: false }],
  ['/find/sort%3D%2522', { page: 'files', find: { query: '' }, isWide: false }],
])('%j', (hash, route) => {
  expect(readRoute(hash)).toEqual(route);
});
