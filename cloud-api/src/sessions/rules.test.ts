import { expect, test } from 'vitest';
import { cookiePolicy, readCookie, SignInLimit, sessionCookie } from './rules.ts';

test.each([
  { url: 'https://cloud.test', name: '__Host-nucleus', secure: true },
  { url: 'http://127.0.0.1:8080', name: '__Host-nucleus', secure: true },
  { url: 'http://10.0.0.5:8080', name: 'nucleus', secure: false },
])('the cookie of $url is $name', ({ url, name, secure }) => {
  expect(cookiePolicy(new URL(url))).toEqual({ name, secure });
});

test('a cookie that occurs twice is refused', () => {
  const policy = { name: '__Host-nucleus', secure: true };
  expect(readCookie(policy, 'a=b; __Host-nucleus=x')).toBe('x');
  expect(readCookie(policy, '__Host-nucleus=x; __Host-nucleus=y')).toBeUndefined();
  expect(readCookie(policy, undefined)).toBeUndefined();
  expect(sessionCookie(policy, undefined, 0)).toContain('Max-Age=0');
});

test('an address waits after ten failures, others do not', () => {
  const limit = new SignInLimit();
  for (let count = 0; count < 10; count += 1) limit.failed('a', 0);
  expect(limit.waitS('a', 30_000)).toBe(30);
  expect(limit.waitS('b', 30_000)).toBe(0);
  expect(limit.waitS('a', 60_000)).toBe(0);
});
