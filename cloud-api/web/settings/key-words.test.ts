import { expect, test } from 'vitest';
import { endOf, hiddenSecret, readAddresses, usedWords } from './key-words.ts';

const day = 86_400_000;

test.each([
  { expires: null, revoked: null, want: { words: 'never', tone: '', isEnded: false } },
  { expires: 90 * day, revoked: null, want: { words: 'in 90 days', tone: '', isEnded: false } },
  { expires: 6 * day, revoked: null, want: { words: 'in 6 days', tone: 'c-w', isEnded: false } },
  { expires: -1, revoked: null, want: { words: 'expired', tone: 'c-d', isEnded: true } },
  { expires: 90 * day, revoked: -5, want: { words: 'revoked', tone: '', isEnded: true } },
])('a key that expires at $expires and was revoked at $revoked ends $want.words', ({ expires, revoked, want }) => {
  expect(endOf({ expires_at_ms: expires, revoked_at_ms: revoked }, 0)).toEqual(want);
});

test('a key was used never, this minute or some time ago', () => {
  expect([null, day - 1_000, day - 300_000].map((at) => usedWords(at, day))).toEqual([
    'never',
    'this minute',
    '5 min ago',
  ]);
});

test('addresses come apart at commas, spaces and lines, and nothing typed is no bound', () => {
  expect(readAddresses(' 10.0.0.0/8, ::1\n192.0.2.7 ')).toEqual(['10.0.0.0/8', '::1', '192.0.2.7']);
  expect(readAddresses(' , ')).toBeNull();
});

test('a hidden secret shows too little to be used', () => {
  expect(hiddenSecret(`live_${'a'.repeat(41)}x9`)).toBe('live_aaaa…x9');
});
