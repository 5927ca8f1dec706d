import { expect, test } from 'vitest';
import { linkKeyrings } from '../links/link-keyrings.ts';
import { readUploadToken, signUpload } from './sign-upload.ts';

const keyring = linkKeyrings(Buffer.alloc(32, 7)).upload;
const place = { tenantId: `ten_${'t'.repeat(20)}`, datasetId: `ds_${'d'.repeat(20)}`, requestId: 'r1' };
const hourMs = 60 * 60 * 1000;
const token = signUpload(keyring, place, 0);
const refused = expect.objectContaining({ code: 'link-refused' });

test.each(['r', 'r_1-', 'a'.repeat(64)])('a token takes the upload %s for an hour and not longer', (requestId) => {
  const made = signUpload(keyring, { ...place, requestId }, 5_000);
  expect(readUploadToken(keyring, made, 5_000 + hourMs - 1)).toEqual({ ...place, requestId });
  expect(() => readUploadToken(keyring, made, 5_000 + hourMs)).toThrow(
    expect.objectContaining({ code: 'link-expired' }),
  );
});

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

test('no token with one character changed takes anything', () => {
  let tried = 0;
  for (let at = 0; at < token.length; at += 1) {
    for (const other of [...alphabet].filter((char) => char !== token[at])) {
      const changed = token.slice(0, at) + other + token.slice(at + 1);
      expect(() => readUploadToken(keyring, changed, 0)).toThrow(refused);
      tried += 1;
    }
  }
  expect(tried).toBeGreaterThan(token.length * 60);
});

test.each([
  ['another secret', signUpload(linkKeyrings(Buffer.alloc(32, 8)).upload, place, 0)],
  ['another kind of link', signUpload(linkKeyrings(Buffer.alloc(32, 7)).object, place, 0)],
  ['no mac', token.slice(0, token.lastIndexOf('.'))],
  ['nothing', ''],
  ['padding', `${token}=`],
])('a token with %s is refused', (_what, other) => {
  expect(() => readUploadToken(keyring, other, 0)).toThrow(refused);
});

test.each(['', 'a.b', '../x', 'a'.repeat(65)])('the request id "%s" gets no token', (requestId) => {
  expect(() => signUpload(keyring, { ...place, requestId }, 0)).toThrow(
    expect.objectContaining({ code: 'invalid-request' }),
  );
});
