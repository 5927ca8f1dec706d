import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { distinctJpegs } from '../builders/a-picture.ts';
import { type ATrial, aTrial } from '../builders/a-trial.ts';
import { describeAsRoot } from '../builders/as-root.ts';
import { eventually } from '../builders/eventually.ts';
import { onEachDatabase } from '../contract/on-each-database.ts';

async function write(trial: ATrial, names: readonly string[]): Promise<Map<string, Buffer>> {
  const bytes = new Map<string, Buffer>();
  for (const [i, content] of (await distinctJpegs(names.length)).entries()) {
    bytes.set(names[i] ?? '', content);
    writeFileSync(join(trial.folder, names[i] ?? ''), content);
  }
  return bytes;
}
const named = (count: number): string[] => Array.from({ length: count }, (_, i) => `f${i}.jpg`);

onEachDatabase('deletions', (open) => {
  test('of very many files are held, happen once confirmed, and are undone when the files return', async () => {
    const trial = await aTrial({ database: await open() });
    const names = named(90);
    const bytes = await write(trial, names);
    const agent = trial.start();
    const before = await trial.converges(() => names, 30_000);
    const labelled = await trial.label(names);
    for (const name of names.slice(0, 60)) rmSync(join(trial.folder, name));
    await eventually('the hold', 20_000, () =>
      trial.query('select count(*) n from held_deletions')[0].n === 60 ? true : undefined,
    );
    expect((await trial.inCloud()).size).toBe(90);
    expect((await labelled()).length).toBe(90);
    // two of them come back and are not held any more
    for (const name of names.slice(0, 2)) writeFileSync(join(trial.folder, name), bytes.get(name) ?? '');
    await eventually('their release', 20_000, () =>
      trial.query('select count(*) n from held_deletions')[0].n === 58 ? true : undefined,
    );
    const confirmed = await trial.command('deletes', 'confirm');
    expect([confirmed.exit, confirmed.stdout]).toEqual([0, expect.stringContaining('58 deletions confirmed')]);
    await trial.converges(() => [...names.slice(0, 2), ...names.slice(60)]);
    expect((await labelled()).length).toBe(32);
    for (const name of names.slice(2, 60)) writeFileSync(join(trial.folder, name), bytes.get(name) ?? '');
    const after = await trial.converges(() => names);
    expect(after).toEqual(before);
    expect((await labelled()).toSorted()).toEqual(names.toSorted());
    expect(await agent.stop()).toBe(0);
  });
});

describe('a slow removal', () => {
  test('counts as one act, however many looks it takes', async () => {
    const trial = await aTrial({ config: { scan: { interval_s: 1, delete_grace_ms: 0 } } });
    const names = named(80);
    await write(trial, names);
    trial.start();
    await trial.converges(() => names, 30_000);
    for (let at = 0; at < 60; at += 20) {
      for (const name of names.slice(at, at + 20)) rmSync(join(trial.folder, name));
      await eventually('the look', 10_000, () =>
        trial.query(`select count(*) n from items where presence <> 'live'`)[0].n >= at + 20 ? true : undefined,
      );
    }
    await eventually('the hold', 15_000, () =>
      trial.query('select count(*) n from held_deletions')[0].n > 0 ? true : undefined,
    );
    expect(trial.query(`select count(*) n from items where presence = 'tombstone'`)[0].n).toBeLessThanOrEqual(50);
  });
});

describeAsRoot('a folder that may not be read', () => {
  test('deletes nothing and is counted', async () => {
    const trial = await aTrial({ uid: 65534 });
    mkdirSync(join(trial.folder, 'closed'));
    const names = ['a.jpg', 'closed/b.jpg', 'closed/c.jpg', 'single.jpg'];
    await write(trial, names);
    expect((await trial.once()).summary).toMatchObject({ on_disk: 4, catalogued: 4 });
    chmodSync(join(trial.folder, 'closed'), 0o000);
    chmodSync(join(trial.folder, 'single.jpg'), 0o000);
    for (let i = 0; i < 2; i += 1) {
      const { exit, summary } = await trial.once();
      expect([exit, summary]).toEqual([
        0,
        expect.objectContaining({ on_disk: 4, catalogued: 4, exceptions: 0, held_deletions: 0 }),
      ]);
    }
    expect([...(await trial.inCloud()).keys()].toSorted()).toEqual(names);
    chmodSync(join(trial.folder, 'closed'), 0o755);
    rmSync(join(trial.folder, 'closed/b.jpg'));
    expect((await trial.once()).summary).toMatchObject({ on_disk: 3, catalogued: 3 });
    expect((await trial.inCloud()).has('closed/b.jpg')).toBe(false);
  });

  test('an unreadable new file is an exception until it can be read', async () => {
    const trial = await aTrial({ uid: 65534 });
    await write(trial, ['a.jpg', 'secret.jpg']);
    chmodSync(join(trial.folder, 'secret.jpg'), 0o000);
    expect((await trial.once()).summary).toMatchObject({ on_disk: 2, catalogued: 1, exceptions: 1 });
    chmodSync(join(trial.folder, 'secret.jpg'), 0o644);
    expect((await trial.once()).summary).toMatchObject({ on_disk: 2, catalogued: 2, exceptions: 0 });
  });

  test('a data directory that cannot be written is one sentence and exit 2', async () => {
    const trial = await aTrial({ uid: 65534 });
    chownSync(trial.data, 0, 0);
    chmodSync(trial.data, 0o555);
    const { exit, output } = await trial.once();
    expect(exit).toBe(2);
    expect(output.trim().split('\n')).toEqual([expect.stringMatching(/data directory .* cannot be written/)]);
  });
});
