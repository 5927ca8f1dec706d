import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import { expect, onTestFinished, test } from 'vitest';
import { openKeys } from './open-keys.ts';

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('keys are made once, differ, and are found again', () => {
  const folder = aFolder();
  const first = openKeys(folder);
  expect(new Set([first.names, first.content, first.media].map((key) => key.toString('hex'))).size).toBe(3);
  expect(openKeys(folder)).toEqual(first);
});

test('only the owner can read them', () => {
  const folder = aFolder();
  openKeys(folder);
  expect(statSync(join(folder, 'keys')).mode & 0o777).toBe(0o700);
  const files = [
    join(folder, 'identity.json'),
    ...readdirSync(join(folder, 'keys')).map((name) => join(folder, 'keys', name)),
  ];
  expect(files.map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600, 0o600, 0o600]);
});

test.each([
  {
    why: 'a key that others can read',
    spoil: (folder: string) => chmodSync(join(folder, 'keys/names.key'), 0o644),
    says: 'chmod 600',
  },
  {
    why: 'half a key',
    spoil: (folder: string) => writeFileSync(join(folder, 'keys/media.key'), 'short'),
    says: 'not a key of 32 bytes',
  },
  {
    why: 'a foreign identity',
    spoil: (folder: string) => writeFileSync(join(folder, 'identity.json'), '{"agent_id":"x"}'),
    says: 'identity',
  },
])('$why stops the start with a sentence', ({ spoil, says }) => {
  const folder = aFolder();
  openKeys(folder);
  spoil(folder);
  expect(() => openKeys(folder)).toThrow(AppError);
  expect(() => openKeys(folder)).toThrow(says);
});
