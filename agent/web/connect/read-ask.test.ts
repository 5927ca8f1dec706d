import { expect, test } from 'vitest';
import { readAsk } from './read-ask.ts';

const own = 'http://127.0.0.1:8787';
const state = 'f00dfeedf00dfeed';
const ask = (origin: string): unknown => readAsk(`?${new URLSearchParams({ origin, state })}`, own);

test('an origin and a state are an ask', () => {
  expect(ask('https://dash.helix.example')).toEqual({ origin: 'https://dash.helix.example', state });
});

test.each([
  '',
  'null',
  '*',
  'https://dash.example/',
  'https://dash.example/path',
  'HTTPS://dash.example',
  'javascript:alert(1)',
  'https://user@dash.example',
  own,
])('%j is no dashboard’s origin', (origin) => {
  expect(ask(origin)).toBeUndefined();
});

test('a state that is too short to be random is none', () => {
  expect(readAsk('?origin=https://dash.example&state=1', own)).toBeUndefined();
});
