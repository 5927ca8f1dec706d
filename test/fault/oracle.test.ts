import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Fate } from '../builders/a-chaos-relay.ts';
import { type ATrial, aTrial } from '../builders/a-trial.ts';
import { eventually } from '../builders/eventually.ts';
import { onEachDatabase } from '../contract/on-each-database.ts';
import { Oracle, tellable } from './oracle.ts';

const isLong = process.env.NUCLEUS_SOAK !== undefined;
const files = isLong ? 2000 : 40;
const changes = isLong ? 60 : 8;
const seed = Number(process.env.NUCLEUS_SEED ?? Math.floor(Math.random() * 1e9));
const disasters = ['none', 'kill', 'chaos', 'restore', 'lose-state'] as const;
const rounds = isLong ? 60 : disasters.length;
const fates: Fate[] = ['unheard', 'cut', 'lost', 'torn', 'doubled', 'late', 'portal', 'overloaded', 'too-large'];

onEachDatabase('disk, agent and cloud', (open) => {
  test(`agree after ${rounds} disasters over ${files} files (seed ${seed})`, {
    timeout: isLong ? 14_400_000 : 180_000,
  }, async () => {
    const trial = await aTrial({ database: await open(), config: { scan: { interval_s: 1 } } });
    const oracle = new Oracle(trial.folder, seed);
    await oracle.change(files, ['create']);
    let agent = trial.start();
    await agrees(trial, oracle);
    await oracle.label(trial);
    for (let round = 0; round < rounds; round += 1) {
      const disaster = round < disasters.length ? disasters[round] : disasters[Math.floor(oracle.random() * 5)];
      if (disaster === 'none') await oracle.change(changes);
      if (disaster === 'kill') {
        for (let i = 0; i < 2; i += 1) {
          await oracle.change(changes / 2);
          await delay(oracle.random() * 1200); // the instant of the kill is the fault
          await agent.stop('SIGKILL');
          agent = trial.start();
        }
      }
      if (disaster === 'chaos') {
        trial.relay.fateOf = () =>
          oracle.random() < 0.4 ? (fates[Math.floor(oracle.random() * fates.length)] as Fate) : 'pass';
        await oracle.change(changes);
        await delay(1500); // chaos lasts so long
        trial.relay.fateOf = () => 'pass';
      }
      if (disaster === 'restore') {
        const putBack = await trial.copyCloud({ newEpoch: oracle.random() < 0.5 });
        await oracle.change(changes);
        await agrees(trial, oracle);
        trial.relay.fateOf = () => 'unheard';
        const met = trial.relay.met.length;
        await putBack();
        await eventually('a call in vain', 10_000, () => (trial.relay.met.length > met + 1 ? true : undefined));
        trial.relay.fateOf = () => 'pass';
        await oracle.change(changes);
      }
      if (disaster === 'lose-state') {
        await agent.stop(oracle.random() < 0.5 ? 'SIGKILL' : 'SIGTERM');
        rmSync(join(trial.data, 'state'), { recursive: true });
        oracle.forgetBuried();
        await oracle.change(changes, tellable);
        agent = trial.start();
      }
      await agrees(trial, oracle, `${disaster} in round ${round}`);
    }
    // the control: an oracle that forgets one file sees a phantom
    const forgotten = oracle.paths()[0] ?? '';
    const file = oracle.files.get(forgotten);
    oracle.files.delete(forgotten);
    expect(await oracle.differences(trial)).toEqual([`phantom: ${forgotten}`]);
    if (file) oracle.files.set(forgotten, file);
    // and one that believes in a label that was never there misses it
    oracle.imagineLabel();
    expect(await oracle.differences(trial)).toEqual([expect.stringMatching(/^lost label: /)]);
    expect(await agent.stop()).toBe(0);
    const { exit, summary } = await trial.once();
    expect(exit).toBe(0);
    expect(summary).toMatchObject({
      on_disk: oracle.files.size,
      catalogued: oracle.files.size,
      exceptions: 0,
      dead_letters: 0,
      held_deletions: 0,
    });
  });
});

async function agrees(trial: ATrial, oracle: Oracle, after = 'the first scan'): Promise<void> {
  let wrong: string[] = [];
  try {
    await eventually('agreement', isLong ? 600_000 : 45_000, async () => {
      await delay(100); // a look reads and hashes every file, and the agent needs the processor too
      wrong = await oracle.differences(trial);
      return wrong.length === 0 ? true : undefined;
    });
  } catch (cause) {
    throw new Error(
      `NUCLEUS_SEED=${oracle.seed}, after ${after}: ${wrong.slice(0, 10).join('; ')}\n${trial.output().slice(-3000)}`,
      { cause },
    );
  }
  oracle.rest();
}
