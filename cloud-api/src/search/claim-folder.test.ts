import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { claimFolder } from './claim-folder.ts';

test('each has a folder of its own, and what is left is taken first', () => {
  const base = mkdtempSync(join(tmpdir(), 'claims-'));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  const [first, second] = [claimFolder(base), claimFolder(base)];
  expect([first.path, second.path].map((path) => basename(path))).toEqual(['0', '1']);
  first.release();
  const third = claimFolder(base);
  expect(third.path).toBe(first.path);
  // another process sees the claims of this one, and the end of one that dies frees what it had
  const built = new URL('./claim-folder.js', import.meta.url.replace('/cloud-api/src/', '/cloud-api/dist/')).href;
  const script = `const { claimFolder } = await import('${built}'); console.log(claimFolder('${base}').path); process.kill(process.pid, 'SIGKILL');`;
  const claimElsewhere = () => {
    try {
      return execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  };
  expect([claimElsewhere(), claimElsewhere()].map((path) => basename(path.trim()))).toEqual(['2', '2']);
  second.release();
  third.release();
});
