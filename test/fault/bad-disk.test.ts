/** The disk below the agent's data fails: writes at any place, flushes, and what was written long ago. */
import { spawnSync } from 'node:child_process';
import { existsSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { aJpeg } from '../builders/a-picture.ts';
import { type ATrial, aTrial } from '../builders/a-trial.ts';
import { describeWhere } from '../builders/describe-where.ts';

const isLong = process.env.NUCLEUS_SOAK !== undefined;
const preload = fileURLToPath(new URL('../builders/break-at.mjs', import.meta.url));
const settings = { config: { scan: { settle_ms: 0, interval_s: 1 } } };
const hasLimits = spawnSync('prlimit', ['--version']).status === 0;

async function add(trial: ATrial, ...names: string[]): Promise<void> {
  for (const name of names) {
    const seed = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1e6, 7);
    writeFileSync(join(trial.folder, name), await aJpeg({ widthPx: 16, heightPx: 12, seed }));
  }
}

/** Everything is well again, without help: exact sets, and a ledger that verifies. */
async function isWell(trial: ATrial, names: readonly string[]): Promise<void> {
  const { exit, summary, output } = await trial.once();
  expect([exit, summary.on_disk, summary.catalogued, summary.dead_letters], output).toEqual([
    0,
    names.length,
    names.length,
    0,
  ]);
  expect([...(await trial.inCloud()).keys()].toSorted()).toEqual([...names].toSorted());
  expect((await trial.command('ledger', 'verify')).exit).toBe(0);
}

describe('a damaged state', () => {
  test.each([
    {
      what: 'is no database any more',
      damage: (file: string) => overwrite(file, 0, 4096),
    },
    {
      what: 'was torn by a crash',
      damage: (file: string) => {
        rmSync(join(file, '..', 'closed'));
        overwrite(file, 8192, statSync(file).size - 8192);
      },
    },
  ])('that $what is set aside and made anew with the same ids', async ({ damage }) => {
    const trial = await aTrial(settings);
    const names = ['a.jpg', 'b.jpg', 'c.jpg'];
    await add(trial, ...names);
    await isWell(trial, names);
    const before = await trial.inCloud();
    damage(join(trial.data, 'state', 'agent.db'));
    await isWell(trial, names);
    expect(await trial.inCloud()).toEqual(before);
    expect(existsSync(join(trial.data, 'state.damaged-1', 'agent.db'))).toBe(true);
    // a sound one is not set aside, whether it was closed or killed
    rmSync(join(trial.data, 'state', 'closed'), { force: true });
    expect((await trial.once()).summary.catalogued).toBe(names.length);
    expect(existsSync(join(trial.data, 'state.damaged-2'))).toBe(false);
  });
});

function overwrite(file: string, from: number, bytes: number): void {
  writeSync(openSync(file, 'r+'), Buffer.alloc(bytes, 0xa5), 0, bytes, from);
}

describe('a flush that fails', () => {
  test.each(['ledger-sync-fails', 'ledger-write-fails'])(
    '(%s) ends the process, and the next one goes on',
    async (point) => {
      const trial = await aTrial(settings);
      await add(trial, 'a.jpg');
      const program = trial.startWith({
        env: { TEST_BREAK_AT: `${point}:4`, TEST_BREAK_LOG: join(trial.home, 'reached') },
        nodeArgs: ['--import', preload],
      });
      expect(await program.ended).toBe(1);
      expect(program.output()).toContain('Ending, to start again from what is on the disk.');
      expect(program.output()).not.toMatch(/^ +at /m);
      await isWell(trial, ['a.jpg']);
    },
  );
});

describeWhere(hasLimits, 'prlimit', 'a write that fails', () => {
  const pages = isLong ? Array.from({ length: 100 }, (_, i) => i * 2 + 1) : [9, 33];
  test(`at ${pages.length} sizes of a file ends in one sentence or in a retry, and heals`, {
    timeout: isLong ? 3_600_000 : 180_000,
  }, async () => {
    const trial = await aTrial(settings);
    const names: string[] = [];
    const exits = new Set<number | string>();
    for (const page of pages) {
      names.push(`f${page}.jpg`);
      await add(trial, `f${page}.jpg`);
      const within = ['prlimit', `--fsize=${page * 4096}:`];
      const program = trial.startWith({ within }, '--once', '--json');
      const exit = await program.ended;
      exits.add(exit);
      expect([0, 1, 2], program.output()).toContain(exit);
      expect(program.output()).not.toMatch(/^ +at /m);
      if (isLong) await isWell(trial, names);
    }
    // the control: the limits were met
    expect(exits).not.toEqual(new Set([0]));
    await isWell(trial, names);
  });

  test('in a running agent is tried again until there is room', async () => {
    const trial = await aTrial(settings);
    await add(trial, 'a.jpg');
    const agent = trial.start();
    await trial.converges(() => ['a.jpg']);
    const { pid } = agent.child;
    const limit = (bytes: string) => spawnSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);
    limit('4096');
    await add(trial, 'b.jpg');
    await agent.printed(/"(scan failed, trying again|sync failed)"/);
    expect([...(await trial.inCloud()).keys()]).toEqual(['a.jpg']);
    limit('unlimited');
    await trial.converges(() => ['a.jpg', 'b.jpg'], 30_000);
    expect(await agent.stop()).toBe(0);
    await isWell(trial, ['a.jpg', 'b.jpg']);
  });
});
