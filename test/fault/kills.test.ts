/** The agent is killed at every point that matters and at random ones; what is on disk, what it knows and what the cloud holds agree again. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { aTrial } from '../builders/a-trial.ts';
import { onEachDatabase, type TestDatabase } from '../contract/on-each-database.ts';
import { Oracle } from './oracle.ts';

const isLong = process.env.NUCLEUS_SOAK !== undefined;
const seed = Number(process.env.NUCLEUS_SEED ?? Math.floor(Math.random() * 1e9));
const preload = fileURLToPath(new URL('../builders/break-at.mjs', import.meta.url));

const points = [
  'before-migration-commit',
  'after-migration-commit',
  'before-owe-commit',
  'after-owe-commit',
  'torn-ledger-line',
  'before-ledger-sync',
  'after-ledger-sync',
  'before-send',
  'after-answer',
  'before-ack-commit',
  'after-ack-commit',
  'before-tombstone-commit',
  'after-tombstone-commit',
] as const;
const random = ['random', 'random'] as const;
/** A state is made once, so the points of its making come in the first rounds alone. */
const cycle = [...points.slice(2), ...random];
const rounds = isLong ? 200 : points.length + random.length;
const files = 90;

/** @param open the cloud's database. */
function killsAgree(open?: () => Promise<TestDatabase>): void {
  test(`${rounds} kills at any point lose, double and invent nothing (seed ${seed})`, {
    timeout: isLong ? 14_400_000 : 180_000,
  }, async () => {
    const trial = await aTrial({ ...(open && { database: await open() }), config: { scan: { settle_ms: 0 } } });
    const oracle = new Oracle(trial.folder, seed);
    const log = join(trial.home, 'reached');
    writeFileSync(log, '');
    await oracle.change(files, ['create']);
    const outcomes: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const point = round < 2 ? points[round] : cycle[(round - 2) % cycle.length];
      if (round >= 2 && (round - 2) % cycle.length === 0) await agrees();
      if (round >= 2) {
        await oracle.change(1, ['create']);
        await oracle.change(2, ['move', 'replace', 'swap']);
        // more in a minute would be held
        if (point?.includes('tombstone')) await oracle.change(1, ['delete']);
      }
      const isNamed = point !== 'random';
      const n = round < points.length + random.length ? 1 : 1 + Math.floor(oracle.random() * 3);
      const program = trial.startWith(
        isNamed
          ? { env: { TEST_BREAK_AT: `${point}:${n}`, TEST_BREAK_LOG: log }, nodeArgs: ['--import', preload] }
          : {},
        '--once',
      );
      if (!isNamed) {
        await delay(oracle.random() * 900); // the instant of the kill is the fault
        await program.stop('SIGKILL');
      }
      const exit = await program.ended;
      outcomes.push(`${point}:${n} ${exit}`);
      if (isNamed && n === 1) expect(exit, `${outcomes.join(', ')}\n${program.output()}`).toBe('SIGKILL');
    }
    expect(new Set(readFileSync(log, 'utf8').trim().split('\n'))).toEqual(new Set(points));
    await agrees();
    expect((await trial.command('ledger', 'verify')).exit).toBe(0);

    async function agrees(): Promise<void> {
      const { exit, summary, output } = await trial.once();
      const size = oracle.files.size;
      const want = { on_disk: size, catalogued: size, exceptions: 0, dead_letters: 0, held_deletions: 0 };
      expect([exit, summary], `${outcomes.join(', ')}\n${output}`).toEqual([0, expect.objectContaining(want)]);
      expect(await oracle.differences(trial), outcomes.join(', ')).toEqual([]);
      oracle.rest();
    }
  });
}

// one database is enough for what happens in the agent; over hours both are
if (isLong) onEachDatabase('an agent', killsAgree);
else killsAgree();

test('the control: with statements that stand alone, a kill between them loses a file', async () => {
  const lostWith = async (env: Record<string, string>): Promise<string[]> => {
    const trial = await aTrial({ config: { scan: { settle_ms: 0 } } });
    const oracle = new Oracle(trial.folder, seed);
    await oracle.change(2, ['create']);
    const broken = { TEST_BREAK_AT: 'within-owe:1', TEST_BREAK_LOG: join(trial.home, 'reached'), ...env };
    const program = trial.startWith({ env: broken, nodeArgs: ['--import', preload] }, '--once');
    expect(await program.ended).toBe('SIGKILL');
    await trial.once();
    return oracle.differences(trial);
  };
  expect(await lostWith({ TEST_WITHOUT_TRANSACTIONS: '1' })).toEqual([expect.stringMatching(/^lost: /)]);
  expect(await lostWith({})).toEqual([]);
});
