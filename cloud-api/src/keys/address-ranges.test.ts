import { expect, test } from 'vitest';
import { clientAddress, isRangeWithin, isWithin, normaliseRange } from './address-ranges.ts';

test.each([
  ['10.1.2.3', '10.1.2.3/32'],
  [' 10.0.0.0/8 ', '10.0.0.0/8'],
  ['2001:DB8::/32', '2001:db8::/32'],
  ['::1', '::1/128'],
  ['10.0.0.0/33', undefined],
  ['example.test', undefined],
  ['', undefined],
])('%j is the range %j', (text, range) => {
  expect(normaliseRange(text)).toBe(range);
});

test.each([
  [['10.0.0.0/8'], '10.255.0.1', true],
  [['10.0.0.0/8'], '11.0.0.1', false],
  [['127.0.0.1/32'], '::ffff:127.0.0.1', true],
  [['2001:db8::/32'], '2001:db8:1::2', true],
  [['2001:db8::/32'], '10.0.0.1', false],
  [['0.0.0.0/0'], '::1', false],
  [[], '10.0.0.1', false],
  [['10.0.0.0/8'], undefined, false],
  [['10.0.0.0/8'], 'nonsense', false],
])('%j hold %j: %j', (ranges, address, want) => {
  expect(isWithin(ranges, address)).toBe(want);
});

test.each([
  [['10.0.0.0/8'], '10.1.0.0/16', true],
  [['10.0.0.0/8'], '10.0.0.0/8', true],
  [['10.0.0.0/8'], '10.0.0.0/7', false],
  [['10.0.0.0/8'], '0.0.0.0/0', false],
  [['10.1.0.0/16'], '10.2.0.7/32', false],
  [['192.0.2.1/32', '10.0.0.0/8'], '10.9.9.9/32', true],
  [['10.0.0.0/8'], '::/0', false],
  [['2001:db8::/32'], '2001:db8:1::/48', true],
  [[], '10.0.0.1/32', false],
])('%j hold all of %j: %j', (ranges, range, want) => {
  expect(isRangeWithin(ranges, range)).toBe(want);
});

test.each([
  { peer: '9.9.9.9', forwarded: '1.1.1.1', trusted: [], want: '9.9.9.9' },
  { peer: '10.0.0.1', forwarded: '1.1.1.1', trusted: ['10.0.0.0/8'], want: '1.1.1.1' },
  // What the client itself wrote in front does not count.
  { peer: '10.0.0.1', forwarded: '6.6.6.6, 1.1.1.1, 10.0.0.2', trusted: ['10.0.0.0/8'], want: '1.1.1.1' },
  { peer: '10.0.0.1', forwarded: undefined, trusted: ['10.0.0.0/8'], want: '10.0.0.1' },
])('from $peer through $trusted with $forwarded it is $want', ({ peer, forwarded, trusted, want }) => {
  expect(clientAddress(peer, forwarded, trusted)).toBe(want);
});
