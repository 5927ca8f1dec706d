/** A read-only mirror of a folder on a file system in user space, which can be made to hang. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';

const mirror = fileURLToPath(new URL('fuse-mirror.mjs', import.meta.url));

export interface FuseMount {
  /** Nothing that asks for this mount gets an answer from now on. */
  hang(): void;
  resume(): void;
  /** Ends it at once; who waits gets an error. */
  close(): void;
}

/** Mounts a mirror of `folder` at `at`, which must be there. */
export async function aFuseMount(folder: string, at: string): Promise<FuseMount> {
  const fd = openSync('/dev/fuse', 'r+');
  let child: ChildProcess | undefined;
  try {
    const options = 'fd=3,rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions';
    execFileSync('mount', ['-i', '-t', 'fuse', '-o', options, 'mirror', at], { stdio: ['ignore', 'pipe', 'pipe', fd] });
    child = spawn(process.execPath, [mirror, '3', folder], { stdio: ['ignore', 'pipe', 'inherit', fd] });
    if (child.stdout) await once(child.stdout, 'data');
  } finally {
    closeSync(fd);
  }
  return {
    hang: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    close() {
      // the end of the server is an error for everybody who waits, so that nothing stays stuck
      child?.kill('SIGKILL');
      try {
        execFileSync('umount', ['-l', at], { stdio: 'ignore' });
      } catch {
        // not mounted any more
      }
    },
  };
}

/** A group of tests that needs file systems in user space. */
export function describeWithFuse(name: string, body: () => void): void {
  if (canMount()) describe(name, body);
  else describe.skip(`${name} [needs root and /dev/fuse]`, body);
}

function canMount(): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/dev/fuse')) return false;
  const at = mkdtempSync(join(tmpdir(), 'fuse-try-'));
  try {
    const fd = openSync('/dev/fuse', 'r+');
    try {
      const options = 'fd=3,rootmode=40000,user_id=0,group_id=0';
      execFileSync('mount', ['-i', '-t', 'fuse', '-o', options, 'try', at], { stdio: ['ignore', 'pipe', 'pipe', fd] });
    } finally {
      closeSync(fd);
    }
    execFileSync('umount', ['-l', at], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(at, { recursive: true, force: true });
  }
}
