import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLedger } from '../../agent/src/egress/ledger.ts';
import { verifyLedger } from '../../agent/src/egress/verify-ledger.ts';
import { aTempFolder } from '../builders/a-temp-folder.ts';
import { testOnSmallDisk } from '../builders/as-root.ts';

testOnSmallDisk(
  'a disk that is really full refuses attempts, keeps the chain whole and goes on once there is space',
  '256k',
  async (folder) => {
    const ledger = await openLedger(join(folder, 'ledger'));
    const body = Buffer.alloc(20_000, 1);
    const append = () => ledger.append({ kind: 'changes', urlPath: '/v1/agents/changes', body });
    await append();
    writeFileSync(join(folder, 'ballast'), Buffer.alloc(180_000));
    let written = 1;
    for (let i = 0; i < 20; i += 1) {
      await append().then(
        () => (written += 1),
        (error: unknown) => expect(error).toMatchObject({ code: 'ledger-full' }),
      );
    }
    expect(written).toBeLessThan(10);
    expect(await verifyLedger(join(folder, 'ledger'))).toMatchObject({ lines: written, unfinished_bytes: 0 });
    rmSync(join(folder, 'ballast'));
    await append();
    await ledger.close();
    const verdict = await verifyLedger(join(folder, 'ledger'));
    expect(verdict.problem).toBeUndefined();
    expect(verdict.lines).toBe(written + 1);
  },
);

test('the chain holds when whoever is told of a line fails, as an index on a full disk does', async () => {
  const folder = join(await aTempFolder(), 'ledger');
  const ledger = await openLedger(folder, {
    onLine: () => {
      throw new Error('the index is full');
    },
  });
  const append = () => ledger.append({ kind: 'heartbeat', urlPath: '/v1/agents/heartbeat', body: Buffer.from('{}') });
  await expect(append()).rejects.toThrow('the index is full');
  await expect(append()).rejects.toThrow('the index is full');
  await ledger.close();
  const verdict = await verifyLedger(folder);
  expect([verdict.problem, verdict.lines]).toEqual([undefined, 2]);
});
