import { describe, expect, test } from 'vitest';
import { ownNames, ownTarget, parseListen } from './host-allowlist.ts';

const names = ownNames({ host: '127.0.0.1', port: 8787 }, 'https://images.corp.example');

const accepted = [
  '127.0.0.1:8787',
  'localhost:8787',
  'LOCALHOST:8787',
  '[::1]:8787',
  'images.corp.example',
  'Images.Corp.Example',
  'images.corp.example:443',
];
const refused = [
  'evil.test',
  'evil.test:8787',
  'localhost',
  '127.0.0.1',
  '127.0.0.1:80',
  '127.0.0.1:08787',
  '127.0.0.1:8787 ',
  '127.0.0.1:8787, evil.test',
  '127.0.0.1.:8787',
  'localhost.:8787',
  'images.corp.example.',
  'images.corp.example:8787',
  'images.corp.example:80',
  'ximages.corp.example',
  'images.corp.example.evil.test',
  'evil.test#images.corp.example',
  'user@images.corp.example',
  'images.corp.example@evil.test',
  'https://images.corp.example',
  'images.corp.example/',
  '127.1:8787',
  '2130706433:8787',
  '0x7f000001:8787',
  '0177.0.0.1:8787',
  '0.0.0.0:8787',
  '[::]:8787',
  '[::ffff:127.0.0.1]:8787',
  '[0:0:0:0:0:0:0:1]:8787',
  '::1:8787',
  '[::1%25lo]:8787',
  'null',
  '*',
  '',
];

/** What a prefix or substring check would do. */
const careless = (host: string): boolean => [...names.authorities].some((name) => host.includes(name));

describe('only the exact names of the agent are answered', () => {
  test('the list has 40 forms', () => expect(accepted.length + refused.length).toBe(40));
  test.each(accepted)('answers %s', (host) => {
    expect(ownTarget({ url: '/x', rawHeaders: ['Host', host] }, names.authorities)).toBe('/x');
  });
  test.each(refused)('refuses %j', (host) => {
    expect(ownTarget({ url: '/x', rawHeaders: ['Host', host] }, names.authorities)).toBeUndefined();
  });
  test('the list catches a check by substring', () => expect(refused.some(careless)).toBe(true));

  test.each([
    { head: { url: '/x', rawHeaders: [] }, why: 'no Host' },
    { head: { url: '/x', rawHeaders: ['Host', 'localhost:8787', 'host', 'evil.test'] }, why: 'two Hosts' },
    { head: { url: 'http://evil.test/x', rawHeaders: ['Host', 'localhost:8787'] }, why: 'absolute form for another' },
    { head: { url: 'http://localhost:8787/x', rawHeaders: ['Host', 'evil.test'] }, why: 'absolute form, other Host' },
    { head: { url: 'http://localhost:8787@evil.test/', rawHeaders: ['Host', 'localhost:8787'] }, why: 'user part' },
    { head: { url: 'localhost:8787', rawHeaders: ['Host', 'localhost:8787'] }, why: 'authority form' },
    { head: { url: '*', rawHeaders: ['Host', 'localhost:8787'] }, why: 'asterisk form' },
  ])('refuses $why', ({ head }) => expect(ownTarget(head, names.authorities)).toBeUndefined());

  test.each([
    ['http://localhost:8787/x?y', '/x?y'],
    ['http://LOCALHOST:8787', '/'],
    ['https://images.corp.example?y', '/?y'],
  ])('absolute form %s is for %s', (url, want) => {
    expect(ownTarget({ url, rawHeaders: ['Host', 'localhost:8787'] }, names.authorities)).toBe(want);
  });
});

describe('names of an agent', () => {
  test('a LAN address is answered by that address and its public name alone', () => {
    const lan = ownNames({ host: '192.168.1.10', port: 8787 }, 'http://agent.local:8787');
    expect([...lan.authorities].toSorted()).toEqual(['192.168.1.10:8787', 'agent.local:8787']);
    expect(lan.isLocalOnly).toBe(false);
  });
  test('a wildcard is no name', () => {
    const all = ownNames({ host: '0.0.0.0', port: 8787 }, 'https://agent.example');
    expect(all.authorities.has('0.0.0.0:8787')).toBe(false);
    expect(all.isLocalOnly).toBe(false);
  });
  test('loopback published under another name is not local', () => expect(names.isLocalOnly).toBe(false));
  test('own origins spell the scheme they are served by', () => {
    expect([...names.origins].toSorted()).toEqual([
      'http://127.0.0.1:8787',
      'http://[::1]:8787',
      'http://localhost:8787',
      'https://images.corp.example',
    ]);
  });
  test.each(['8787', 'host:', ':1', 'host:70000', '::1:8787', 'a b:1'])('%s is no address', (listen) => {
    expect(() => parseListen(listen)).toThrow(RangeError);
  });
});
