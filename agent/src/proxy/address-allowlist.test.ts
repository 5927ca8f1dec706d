import { describe, expect, test } from 'vitest';
import { readAllowlist } from './address-allowlist.ts';
import { hashPasscode, isPasscode, limitAttempts } from './passcode.ts';

describe('the address allowlist', () => {
  const list = readAllowlist(['192.168.1.7', '10.0.0.0/8', 'fd00::/8', '::1']);
  test.each([
    ['192.168.1.7', true],
    ['::ffff:192.168.1.7', true],
    ['10.255.0.1', true],
    ['::ffff:10.1.2.3', true],
    ['fd12::1', true],
    ['::1', true],
    ['192.168.1.8', false],
    ['11.0.0.1', false],
    ['fe80::1', false],
    ['127.0.0.1', false],
    ['', false],
    [undefined, false],
    ['10.0.0.1, 1.2.3.4', false],
  ])('%s: %s', (address, want) => expect(list.has(address)).toBe(want));
  test('an empty list has nobody', () => expect(readAllowlist([]).has('127.0.0.1')).toBe(false));
});

describe('the passcode', () => {
  test('is known by its hash, salted', async () => {
    const [one, two] = await Promise.all([hashPasscode('päss'), hashPasscode('päss')]);
    expect(one).not.toBe(two);
    expect(one).not.toContain('päss');
    expect(await isPasscode('päss', one)).toBe(true);
    expect(await isPasscode('pa\u0308ss', one)).toBe(true);
    expect(await isPasscode('pass', one)).toBe(false);
    await expect(isPasscode('x', 'plain')).rejects.toThrow(RangeError);
  });
});

describe('tries from one address', () => {
  const at = { now: 1000 };
  test('ten an hour, then a pause; others are not held up', () => {
    const attempts = limitAttempts(() => at.now);
    for (let i = 0; i < 10; i++) expect(attempts.count('10.0.0.1')).toBe(0);
    expect(attempts.count('10.0.0.1')).toBe(900);
    expect(attempts.count('::ffff:10.0.0.1')).toBeGreaterThan(0);
    expect(attempts.count('10.0.0.2')).toBe(0);
    at.now += 901;
    expect(attempts.count('10.0.0.1')).toBe(0);
  });
  test('an IPv6 host is its /64', () => {
    const attempts = limitAttempts(() => at.now);
    for (let i = 0; i < 10; i++) attempts.count(`2001:db8::${i}`);
    expect(attempts.count('2001:db8::ffff')).toBe(900);
    expect(attempts.count('2001:db8:0:1::1')).toBe(0);
  });
});
