import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { floodEvents } from '../../../test/builders/flood-events.ts';
import { type FolderWatch, type WatchTrouble, watchFolder } from './watch-folder.ts';

interface Watched {
  folder: string;
  /** Resolves when a hint for this folder has come since the last call. */
  hinted: (folder: string) => Promise<void>;
  hints: Set<string>;
  troubles: WatchTrouble[];
  /** Resolves when events were lost. */
  overflow: Promise<void>;
}

async function aWatchedFolder(prepare: (folder: string) => void = () => undefined): Promise<Watched> {
  const folder = mkdtempSync(join(tmpdir(), 'watch-'));
  prepare(folder);
  const hints = new Set<string>();
  const troubles: WatchTrouble[] = [];
  let wake = (): void => undefined;
  let onOverflow = (): void => undefined;
  const overflow = new Promise<void>((resolve) => {
    onOverflow = resolve;
  });
  const watching: FolderWatch = await watchFolder({
    folder,
    isExcluded: (path) => path.endsWith('/skipped'),
    onHint: (path) => {
      hints.add(path);
      wake();
    },
    onTrouble: (trouble) => troubles.push(trouble),
    onOverflow,
  });
  onTestFinished(async () => {
    await watching.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    hints,
    troubles,
    overflow,
    hinted: async (path) => {
      while (!hints.has(path)) await new Promise<void>((resolve) => (wake = resolve));
      hints.delete(path);
    },
  };
}

test('a file that comes, changes, moves or goes hints at its folder', async () => {
  const { folder, hinted } = await aWatchedFolder((root) => mkdirSync(join(root, 'deep/er'), { recursive: true }));
  const file = join(folder, 'deep/er/a.jpg');
  writeFileSync(file, 'one');
  await hinted(join(folder, 'deep/er'));
  writeFileSync(file, 'another');
  await hinted(join(folder, 'deep/er'));
  renameSync(file, join(folder, 'b.jpg'));
  await hinted(folder);
  rmSync(join(folder, 'b.jpg'));
  await expect(hinted(folder)).resolves.toBeUndefined();
});

test('a new folder is hinted at, then watched too', async () => {
  const before = inotifyWatches();
  const { folder, hinted } = await aWatchedFolder();
  mkdirSync(join(folder, 'fresh'));
  await hinted(join(folder, 'fresh'));
  while (inotifyWatches() < before + 2) await nextTurn();
  writeFileSync(join(folder, 'fresh/a.jpg'), 'x');
  await expect(hinted(join(folder, 'fresh'))).resolves.toBeUndefined();
});

test('more at once than the kernel keeps is told as a loss, and it is one', { timeout: 60_000 }, async () => {
  const { folder, hints, overflow } = await aWatchedFolder((root) => mkdirSync(join(root, 'quiet')));
  floodEvents(folder); // nothing is read meanwhile
  writeFileSync(join(folder, 'quiet/lost.jpg'), 'x');
  await overflow;
  await nextTurn();
  expect([hints.has(folder), hints.has(join(folder, 'quiet'))]).toEqual([true, false]);
});

test('excluded folders cost no watch, and files cost none', async () => {
  const before = inotifyWatches();
  const { troubles } = await aWatchedFolder((root) => {
    for (const name of ['kept', 'skipped']) mkdirSync(join(root, name));
    for (let i = 0; i < 50; i++) writeFileSync(join(root, 'kept', `${i}.jpg`), 'x');
    for (let i = 0; i < 20; i++) mkdirSync(join(root, 'skipped', String(i)));
  });
  expect(troubles).toEqual([]);
  expect(inotifyWatches() - before).toBe(2);
});

/** Watches that this process holds, as the kernel counts them. */
function inotifyWatches(): number {
  return readdirSync('/proc/self/fdinfo')
    .map((name) => {
      try {
        return readFileSync(`/proc/self/fdinfo/${name}`, 'utf8')
          .split('\n')
          .filter((line) => line.startsWith('inotify wd:')).length;
      } catch {
        return 0;
      }
    })
    .reduce((sum, count) => sum + count, 0);
}
