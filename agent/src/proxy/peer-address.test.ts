import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { readAllowlist } from './address-allowlist.ts';
import { peerAddress } from './peer-address.ts';

const trusted = readAllowlist(['127.0.0.1', '10.0.0.0/24']);
const request = (remoteAddress: string, forwarded?: string): IncomingMessage =>
  ({ socket: { remoteAddress }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } }) as never;

test.each([
  ['192.168.1.9', '10.1.1.1', '192.168.1.9'],
  ['127.0.0.1', '192.168.1.9', '192.168.1.9'],
  ['::ffff:127.0.0.1', '192.168.1.9', '192.168.1.9'],
  ['127.0.0.1', '6.6.6.6, 192.168.1.9', '192.168.1.9'],
  ['127.0.0.1', '192.168.1.9, 10.0.0.7', '192.168.1.9'],
  ['127.0.0.1', '127.0.0.1, 192.168.1.9, 10.0.0.7', '192.168.1.9'],
  ['127.0.0.1', 'evil, 10.0.0.7', '10.0.0.7'],
  ['127.0.0.1', '', '127.0.0.1'],
  ['127.0.0.1', undefined, '127.0.0.1'],
  ['127.0.0.1', '10.0.0.7', '10.0.0.7'],
])('from %s, forwarded for %j: %s', (remote, forwarded, expected) => {
  expect(peerAddress(request(remote, forwarded), trusted)).toBe(expected);
});

test('without trusted proxies the header is never read', () => {
  expect(peerAddress(request('127.0.0.1', '10.0.0.5'), readAllowlist([]))).toBe('127.0.0.1');
});
