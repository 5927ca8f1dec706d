/** The agent is frozen and woken, and its decoders are killed at work: as memory pressure, a sleeping laptop and an operator do it. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { aMemoryGroup, describeWithMemoryGroups, type MemoryGroup } from '../builders/a-memory-group.ts';
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

describeWithMemoryGroups('with little memory', () => {
  test('a picture that needs more costs its decoder alone, and is catalogued where there is more', {
    timeout: 90_000,
  }, async () => {
    const group = aMemoryGroup('little', 300 * 2 ** 20);
    const trial = await aTrial({ config: { scan: { settle_ms: 0 }, extract: { timeout_ms: 120_000 } } });
    onTestFinished(async () => void (await eventually('an empty group', 10_000, () => removed(group))));
    for (const [i, bytes] of (await distinctJpegs(20)).entries()) writeFileSync(join(trial.folder, `${i}.jpg`), bytes);
    // interlaced rows come in no order, so all of it is held
    const size = { width: 8000, height: 8000 };
    const whole = sharp({ create: { ...size, channels: 4, background: '#369c' } });
    writeFileSync(
      join(trial.folder, 'whole.png'),
      await whole.png({ progressive: true, compressionLevel: 1 }).toBuffer(),
    );
    const run = async (within: string[]) => {
      const program = trial.startWith({ within }, '--once', '--json');
      const exit = await program.ended;
      return { exit, summary: JSON.parse(program.stdout().trim().split('\n').at(-1) ?? '{}') };
    };
    expect(await run(group.within)).toMatchObject({ exit: 0, summary: { on_disk: 21, catalogued: 20, exceptions: 1 } });
    expect(group.killed()).toBeGreaterThan(0);
    expect(trial.query(`select path, exception_code code from items where status = 'exception'`)).toEqual([
      { path: Buffer.from('whole.png'), code: 'crashed' },
    ]);
    // the control: the picture is good, and the memory was what it lacked
    expect(await run([])).toMatchObject({ exit: 0, summary: { on_disk: 21, catalogued: 21, exceptions: 0 } });
  });
});

function removed(group: MemoryGroup): true | undefined {
  try {
    group.remove();
    return true;
  } catch {
    return undefined; // somebody in it is still ending
  }
}
