import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { type LinkPayload, readToken, signToken, toLinkKey } from './signed-token.ts';

const key = toLinkKey(Buffer.alloc(32, 7));
const payload: LinkPayload = { purpose: 'put-upload', tenantId: 'ten_a', parts: ['ds_a', 'r1'], expiresAt: 1_000 };
const token = signToken(key, payload);

test('a token opens what it was made for until it expires', () => {
  expect(readToken(key, 'put-upload', token, 999)).toEqual(payload);
  expect(() => readToken(key, 'put-upload', token, 1_000)).toThrow(expect.objectContaining({ code: 'link-expired' }));
});

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

test('no token with one character changed opens anything', () => {
  let tried = 0;
  for (let at = 0; at < token.length; at += 1) {
    for (const other of [...alphabet].filter((char) => char !== token[at])) {
      const changed = token.slice(0, at) + other + token.slice(at + 1);
      expect(() => readToken(key, 'put-upload', changed, 0)).toThrow(expect.objectContaining({ code: 'link-refused' }));
      tried += 1;
    }
  }
  expect(tried).toBeGreaterThan(token.length * 60);
});

test.each([
  ['another key', signToken(toLinkKey(Buffer.alloc(32, 8)), payload)],
  ['another purpose', signToken(key, { ...payload, purpose: 'get-result' })],
  ['no mac', token.slice(0, token.lastIndexOf('.'))],
  ['nothing', ''],
  ['padding', `${token}=`],
  ['another version', forge(`2.${token.slice(2, token.lastIndexOf('.'))}`)],
])('a token with %s is refused', (_what, refused) => {
  expect(() => readToken(key, 'put-upload', refused, 0)).toThrow(expect.objectContaining({ code: 'link-refused' }));
});

function forge(signed: string): string {
  return `${signed}.${createHmac('sha256', key.secret).update(signed).digest('base64url')}`;
}
