import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aJpeg } from '../builders/a-picture.ts';
import { type ATrial, aTrial } from '../builders/a-trial.ts';
import { onEachDatabase } from '../contract/on-each-database.ts';

async function write(trial: ATrial, names: readonly string[], from = 0): Promise<void> {
  for (const [i, name] of names.entries()) {
    writeFileSync(join(trial.folder, name), await aJpeg({ widthPx: 16, heightPx: 12, seed: from + i + 1 }));
  }
}
const at = (trial: ATrial, name: string): string => join(trial.folder, name);

onEachDatabase('a loss', (open) => {
  test('of the newest part of the cloud heals, with a new epoch and without one', async () => {
    const trial = await aTrial({ database: await open() });
    const early = Array.from({ length: 12 }, (_, i) => `e${i}.jpg`);
    await write(trial, early);
    expect((await trial.once()).exit).toBe(0);
    for (const [round, newEpoch] of [true, false].entries()) {
      const late = `late${round}.jpg`;
      const putBack = await trial.copyCloud({ newEpoch });
      await write(trial, [late], 100 + round);
      rmSync(at(trial, `e${round}.jpg`));
      renameSync(at(trial, `e${round + 2}.jpg`), at(trial, `moved${round}.jpg`));
      await write(trial, [`e${round + 4}.jpg`], 200 + round);
      expect((await trial.once()).exit).toBe(0);
      const before = await trial.inCloud();
      await putBack();
      expect((await trial.inCloud()).has(late)).toBe(false);
      const { exit, summary } = await trial.once();
      expect([exit, summary]).toEqual([
        0,
        expect.objectContaining({ on_disk: 12, catalogued: 12, held_deletions: 0, dead_letters: 0 }),
      ]);
      const after = await trial.inCloud();
      expect([...after.values()].map(({ id: _, ...rest }) => rest).toSorted(byRef)).toEqual(
        [...before.values()].map(({ id: _, ...rest }) => rest).toSorted(byRef),
      );
    }
  });

  test('of the agent’s state leaves every item its id, moved or not, and holds what is not there', async () => {
    const trial = await aTrial({ database: await open() });
    mkdirSync(at(trial, 'sub'));
    const names = ['stays.jpg', 'moved.jpg', 'a.jpg', 'b.jpg', 'replaced.jpg', 'gone.jpg', 'early.jpg', 'returns.jpg'];
    await write(trial, names);
    await trial.once();
    // an id that is not its path, from before the loss
    renameSync(at(trial, 'early.jpg'), at(trial, 'sub/early-moved.jpg'));
    await trial.once();
    const before = await trial.inCloud();
    rmSync(join(trial.data, 'state'), { recursive: true });
    renameSync(at(trial, 'moved.jpg'), at(trial, 'sub/elsewhere.jpg'));
    renameSync(at(trial, 'a.jpg'), at(trial, 'aside.jpg'));
    renameSync(at(trial, 'b.jpg'), at(trial, 'a.jpg'));
    renameSync(at(trial, 'aside.jpg'), at(trial, 'b.jpg'));
    await write(trial, ['replaced.jpg', 'moved.jpg'], 50);
    rmSync(at(trial, 'gone.jpg'));
    cpSync(at(trial, 'returns.jpg'), join(trial.home, 'kept.jpg'), { preserveTimestamps: true });
    rmSync(at(trial, 'returns.jpg'));
    const { exit, summary } = await trial.once();
    expect([exit, summary]).toEqual([0, expect.objectContaining({ on_disk: 7, catalogued: 7, held_deletions: 2 })]);
    const after = await trial.inCloud();
    const id = (from: Map<string, { id: string }>, path: string) => from.get(path)?.id;
    for (const [now, then] of [
      ['stays.jpg', 'stays.jpg'],
      ['sub/elsewhere.jpg', 'moved.jpg'],
      ['a.jpg', 'b.jpg'],
      ['b.jpg', 'a.jpg'],
      ['replaced.jpg', 'replaced.jpg'],
      ['sub/early-moved.jpg', 'sub/early-moved.jpg'],
    ] as const) {
      expect([now, id(after, now)]).toEqual([now, id(before, then)]);
    }
    // the new file at the path of a moved one is a new item
    expect(after.get('moved.jpg')?.ref).toBe('moved.jpg~2');
    // what is held is still there; a return under another name finds it
    expect(after.has('gone.jpg')).toBe(true);
    cpSync(join(trial.home, 'kept.jpg'), at(trial, 'sub/returned.jpg'));
    expect((await trial.once()).summary).toMatchObject({ catalogued: 8, held_deletions: 1 });
    expect(id(await trial.inCloud(), 'sub/returned.jpg')).toBe(id(before, 'returns.jpg'));
    await trial.command('deletes', 'confirm');
    expect((await trial.once()).exit).toBe(0);
    expect((await trial.inCloud()).size).toBe(8);
  });

  test('of the state while the folder is away holds nothing and deletes nothing', async () => {
    const trial = await aTrial({ database: await open() });
    await write(trial, ['a.jpg', 'b.jpg']);
    await trial.once();
    rmSync(join(trial.data, 'state'), { recursive: true });
    renameSync(trial.folder, join(trial.home, 'away'));
    mkdirSync(trial.folder);
    const agent = trial.start();
    await agent.printed(/proxy listens/);
    expect((await trial.inCloud()).size).toBe(2);
    await agent.stop();
    rmSync(trial.folder, { recursive: true });
    renameSync(join(trial.home, 'away'), trial.folder);
    expect((await trial.once()).summary).toMatchObject({ catalogued: 2, held_deletions: 0 });
  });
});

const byRef = (a: { ref: string }, b: { ref: string }): number => (a.ref < b.ref ? -1 : 1);
