/** The agent is frozen and woken, and its decoders are killed at work: as memory pressure, a sleeping laptop and an operator do it. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { distinctJpegs } from '../builders/a-picture.ts';
import { aTrial } from '../builders/a-trial.ts';
import { eventually } from '../builders/eventually.ts';

/** Processes that a process has started and that run. */
function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return []; // it has ended meanwhile
  }
}

/** A process that has ended may wait for its parent to notice. */
function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
}

test('frozen, woken and with its decoders killed at work, the agent loses nothing and leaves no process behind', {
  timeout: 90_000,
}, async () => {
  const pictures = await distinctJpegs(120);
  const trial = await aTrial({ config: { scan: { interval_s: 1 }, extract: { processes: 2 } } });
  const names: string[] = [];
  const add = (count: number): void => {
    for (const bytes of pictures.splice(0, count)) {
      names.push(`f${names.length}.jpg`);
      writeFileSync(join(trial.folder, names.at(-1) as string), bytes);
    }
  };
  add(80);
  const agent = trial.start();
  const pid = agent.child.pid as number;
  await agent.printed(/Viewer: /); // from here on a decoder has come up
  const killed = new Set<number>();
  // more than so many failed starts in a row let a start be given up
  for (let round = 0; round < 4; round += 1) {
    // each time the ones that took the place of those before, as early as they are there
    const decoders = await eventually('two fresh decoders', 30_000, () => {
      const fresh = childrenOf(pid).filter((child) => !killed.has(child));
      return fresh.length >= 2 ? fresh : undefined;
    });
    for (const decoder of decoders) {
      killed.add(decoder);
      process.kill(decoder, 'SIGKILL');
    }
  }
  await trial.converges(() => names, 40_000);
  expect(killed.size).toBeGreaterThanOrEqual(8);

  agent.child.kill('SIGSTOP');
  add(40);
  const asked = trial.relay.met.length;
  await eventually('the process to be frozen', 5000, () =>
    / T /.test(readFileSync(`/proc/${pid}/stat`, 'latin1').slice(0, 40)) ? true : undefined,
  );
  // the control: while it is frozen nothing of it goes on, so what follows is its doing after it was woken
  expect((await trial.inCloud()).size).toBe(80);
  expect(trial.relay.met.length).toBe(asked);
  agent.child.kill('SIGCONT');
  await trial.converges(() => names, 30_000);
  expect(trial.query(`select count(*) n from items where status <> 'catalogued' or presence <> 'live'`)).toEqual([
    { n: 0 },
  ]);

  const last = childrenOf(pid);
  expect(last.length).toBeGreaterThan(0);
  await agent.stop('SIGKILL');
  await eventually('the end of its decoders', 10_000, () => (last.some(isAlive) ? undefined : true));
});
