import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testAsRoot } from '../../../test/builders/as-root.ts';
import { OpenRefusal, type OpenRefusalReason, openSafely } from './open-safely.ts';

let base: string;
let root: string;
const socket = createServer();
const isRoot = process.getuid?.() === 0;

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'open-'));
  root = join(base, 'root');
  mkdirSync(join(root, 'a', 'b'), { recursive: true });
  mkdirSync(join(base, 'root_private'));
  writeFileSync(join(base, 'secret'), 'secret');
  writeFileSync(join(base, 'root_private', 'f'), 'secret');
  writeFileSync(join(root, 'a', 'b', 'f.jpg'), 'pixels');
  writeFileSync(join(root, 'top.jpg'), 'top');
  writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff, 0x0a, 0x41])]), 'bytes');
  writeFileSync(join(root, '...'), 'three dots');
  symlinkSync('../secret', join(root, 'leaf-link'));
  symlinkSync('top.jpg', join(root, 'inner-link'));
  symlinkSync('..', join(root, 'up'));
  symlinkSync('a', join(root, 'a-link'));
  execFileSync('mkfifo', [join(root, 'fifo')]);
  await new Promise<void>((resolve) => socket.listen(join(root, 'sock'), resolve));
  if (isRoot) execFileSync('mknod', [join(root, 'zero'), 'c', '1', '5']);
});
afterAll(() => {
  socket.close();
  rmSync(base, { recursive: true, force: true });
});

function reasonOf(path: string | Buffer, from = root): OpenRefusalReason | 'opened' {
  try {
    closeSync(openSafely(from, Buffer.from(path)).fd);
    return 'opened';
  } catch (error) {
    if (error instanceof OpenRefusal) return error.reason;
    throw error;
  }
}

describe('a regular file below the root opens', () => {
  test.each([
    ['top.jpg', 'top'],
    ['a/b/f.jpg', 'pixels'],
    ['...', 'three dots'],
  ])('%s', (path, content) => {
    const { fd, stat } = openSafely(root, Buffer.from(path));
    expect([readFileSync(fd, 'utf8'), stat.size]).toEqual([content, content.length]);
    closeSync(fd);
  });
  test('a name that is no UTF-8', () => expect(reasonOf(Buffer.from([0xff, 0x0a, 0x41]))).toBe('opened'));
});

describe('anything else is refused with its reason', () => {
  test.each<[string, OpenRefusalReason]>([
    ['', 'bad-path'],
    ['/', 'bad-path'],
    ['/etc/passwd', 'bad-path'],
    ['../secret', 'bad-path'],
    ['a/../../secret', 'bad-path'],
    ['a/..', 'bad-path'],
    ['..', 'bad-path'],
    ['.', 'bad-path'],
    ['./top.jpg', 'bad-path'],
    ['a//b/f.jpg', 'bad-path'],
    ['a/b/f.jpg/', 'bad-path'],
    ['top.jpg\0.png', 'bad-path'],
    ['../root_private/f', 'bad-path'],
    ['leaf-link', 'link'],
    ['inner-link', 'link'],
    ['up/secret', 'link'],
    ['up/root_private/f', 'link'],
    ['a-link/b/f.jpg', 'link'],
    ['a', 'not-regular'],
    ['a/b', 'not-regular'],
    ['fifo', 'not-regular'],
    ['sock', 'not-regular'],
    ['missing.jpg', 'gone'],
    ['missing/f.jpg', 'gone'],
    ['x'.repeat(300), 'gone'],
    [`${'y/'.repeat(3000)}f`, 'gone'],
    ['..\\secret', 'gone'],
    ['%2e%2e/secret', 'gone'],
  ])('%j: %s', (path, reason) => expect(reasonOf(path)).toBe(reason));

  test('a file where a directory should be', () => expect(reasonOf('top.jpg/f')).toBe('link'));
  testAsRoot('a device', () => expect(reasonOf('zero')).toBe('not-regular'));
  test('another file system below the root', () => expect(reasonOf('proc/version', '/')).toBe('other-device'));
  test('a file of another file system at the leaf', () => expect(reasonOf('null', '/dev')).toBe('not-regular'));
  test('a root that is not there', () => expect(reasonOf('top.jpg', join(base, 'nowhere'))).toBe('root-unavailable'));
  test('a refusal names no path', () => {
    expect(() => openSafely(root, Buffer.from('leaf-link'))).toThrow(/^The file cannot be opened \(link\)\.$/);
  });
});

test('nothing stays open, whatever the outcome', () => {
  const before = readdirSync('/proc/self/fd').length;
  for (let i = 0; i < 200; i++) {
    for (const path of ['a/b/f.jpg', 'up/secret', 'fifo', 'a/b', 'missing/x', 'a/../x', 'sock']) reasonOf(path);
  }
  expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before);
});
