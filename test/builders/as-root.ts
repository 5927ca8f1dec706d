/** Tests of what only root can set up: device nodes, mounted disks. Skipped by name, with the reason, for anybody else. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, onTestFinished, test } from 'vitest';

const isRoot = process.getuid?.() === 0;

/** A test that makes device nodes or changes owners. */
export function testAsRoot(name: string, body: () => void | Promise<void>): void {
  if (isRoot) test(name, body);
  else test.skip(`${name} [needs root]`, body);
}

/** A group of tests that needs root, for instance to become somebody else. */
export function describeAsRoot(name: string, body: () => void): void {
  if (isRoot) describe(name, body);
  else describe.skip(`${name} [needs root]`, body);
}

/** A group of tests that mounts and unmounts. */
export function describeWithMounts(name: string, body: () => void): void {
  if (canMount()) describe(name, body);
  else describe.skip(`${name} [needs the right to mount]`, body);
}

/** A test on a disk of its own, of `size` as tmpfs spells it; the folder is gone with the test. */
export function testOnSmallDisk(name: string, size: string, body: (folder: string) => Promise<void>): void {
  if (canMount()) {
    test(name, async () => {
      const folder = mountedFolder(size);
      onTestFinished(() => {
        execFileSync('umount', ['-l', folder]);
        rmSync(folder, { recursive: true });
      });
      await body(folder);
    });
  } else {
    test.skip(`${name} [needs the right to mount]`, () => undefined);
  }
}

function mountedFolder(size: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'small-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
  return folder;
}

function canMount(): boolean {
  if (!isRoot) return false;
  try {
    const folder = mountedFolder('64k');
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true });
    return true;
  } catch {
    return false;
  }
}
