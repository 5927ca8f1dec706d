import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { expect, test } from 'vitest';
import { readBase64url, spellBase64url } from './base64url.ts';
import { judgeLife, openToken, type SigningKey, sealToken } from './sealed-token.ts';

const aKey = (id = 'AAAAAAAA', secret = 's'): SigningKey => ({
  id,
  mac: (text) => createHmac('sha256', secret).update(text, 'latin1').digest(),
});

test('every byte string has the spelling that Node gives it, and only that one is read', () => {
  for (let length = 0; length < 70; length++) {
    const bytes = randomBytes(length);
    const text = spellBase64url(bytes);
    expect(text).toBe(bytes.toString('base64url'));
    expect(Buffer.from(readBase64url(text, length) ?? [0])).toEqual(length === 0 ? Buffer.alloc(0) : bytes);
    expect(readBase64url(`${text}A`, length)).toBeUndefined();
  }
  expect(readBase64url('AB', 1)).toBeUndefined();
  expect(readBase64url('A=', 1)).toBeUndefined();
  expect(readBase64url('é', 1)).toBeUndefined();
});

test('a token opens with the key that sealed it; no change of one character does', () => {
  const payload = randomBytes(61);
  const token = sealToken(payload, aKey());
  expect(openToken(token, [aKey('BBBBBBBB', 'next'), aKey()], 61, timingSafeEqual)).toEqual(new Uint8Array(payload));
  let opened = 0;
  for (let at = 0; at < token.length; at++) {
    for (const char of 'ABaz09-_.=~') {
      if (char === token[at]) continue;
      const changed = token.slice(0, at) + char + token.slice(at + 1);
      if (openToken(changed, [aKey()], 61, timingSafeEqual) !== undefined) opened++;
    }
  }
  expect(opened).toBe(0);
  expect(openToken(token, [aKey('AAAAAAAA', 'other')], 61, timingSafeEqual)).toBeUndefined();
  expect(openToken(token, [aKey()], 60, timingSafeEqual)).toBeUndefined();
  expect(openToken(`${token}.x`, [aKey()], 61, timingSafeEqual)).toBeUndefined();
});

test('a link opens from its beginning until just before its end, and spans no more than it may', () => {
  const life = { notBefore: 600, expiresAt: 1500 };
  expect([599, 600, 1499, 1500].map((now) => judgeLife(life, now, 900))).toEqual([
    'not-yet-valid',
    'valid',
    'valid',
    'expired',
  ]);
  expect(judgeLife(life, 700, 899)).toBe('refused');
  expect(judgeLife({ notBefore: 5, expiresAt: 5 }, 5, 900)).toBe('refused');
});
