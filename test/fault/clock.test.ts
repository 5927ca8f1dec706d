import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { distinctJpegs } from '../builders/a-picture.ts';
import { aTrial } from '../builders/a-trial.ts';
import { eventually } from '../builders/eventually.ts';

const preload = fileURLToPath(new URL('../builders/shift-clock.mjs', import.meta.url));
const dayMs = 86_400_000;

test('a clock that jumps while the agent runs loses nothing, doubles nothing and starts no storm', async () => {
  const trial = await aTrial({ config: { scan: { interval_s: 1 } } });
  const clock = join(trial.home, 'clock');
  const shift = (ms: number): void => writeFileSync(clock, String(ms));
  shift(0);
  const contents = await distinctJpegs(40);
  const names = new Set<string>();
  const write = (name: string, content: number): void => {
    writeFileSync(join(trial.folder, name), contents[content] ?? '');
    names.add(name);
  };
  for (let i = 0; i < 10; i += 1) write(`f${i}.jpg`, i);
  const agent = trial.startWith({ env: { TEST_CLOCK_FILE: clock }, nodeArgs: ['--import', preload] });
  const before = await trial.converges(() => [...names], 30_000);
  const to2038 = Date.UTC(2038, 0, 20) - Date.now();
  for (const [step, jumpMs] of [-3 * dayMs, 10 * dayMs, to2038, 0].entries()) {
    const asked = trial.relay.met.length;
    const startedMs = performance.now();
    shift(jumpMs);
    write(`new${step}.jpg`, 10 + step);
    write(`f${step}.jpg`, 20 + step);
    rmSync(join(trial.folder, `f${step + 4}.jpg`));
    names.delete(`f${step + 4}.jpg`);
    const moved = step === 0 ? 'f8.jpg' : `moved${step - 1}.jpg`;
    renameSync(join(trial.folder, moved), join(trial.folder, `moved${step}.jpg`));
    names.delete(moved);
    names.add(`moved${step}.jpg`);
    const now = await trial.converges(() => [...names], 30_000);
    expect(now.get(`moved${step}.jpg`)?.id).toBe(before.get('f8.jpg')?.id);
    expect(now.get(`f${step}.jpg`)?.id).toBe(before.get(`f${step}.jpg`)?.id);
    await eventually('an empty queue', 10_000, () =>
      trial.query('select count(*) n from outbox')[0].n === 0 ? true : undefined,
    );
    // a heartbeat a second, a batch or two a look, a registration and a comparison
    expect(trial.relay.met.length - asked).toBeLessThan(40 + ((performance.now() - startedMs) / 1000) * 3);
  }
  // the control: the agent did believe in these times
  for (const year of ['2038-01', new Date(Date.now() - 3 * dayMs).toISOString().slice(0, 10)])
    expect(trial.output()).toContain(`"time":"${year}`);
  expect(await agent.stop()).toBe(0);
  const { exit, summary } = await trial.once();
  expect([exit, summary]).toEqual([
    0,
    expect.objectContaining({ on_disk: names.size, catalogued: names.size, dead_letters: 0, held_deletions: 0 }),
  ]);
});
