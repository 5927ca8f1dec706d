import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { compareInThread } from './compare-aside.ts';
import { compareHashes } from './compare-hashes.ts';
import type { Compared, CompareTask } from './compare-messages.ts';
import { HashTable } from './hash-table.ts';

/** Every third hash a bit beside the one before, every tenth equal to another. */
function aTable(count: number): HashTable {
  const table = new HashTable({ hasNames: true });
  let state = 7;
  const bits = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state.toString(2).padStart(32, '0');
  };
  let before = bits() + bits();
  for (let seq = 0; seq < count; seq++) {
    const flipped = before.slice(0, 40) + (before[40] === '1' ? '0' : '1') + before.slice(41);
    const phash = seq % 10 === 0 ? before : seq % 3 === 0 ? flipped : bits() + bits();
    before = phash;
    table.add([{ itemId: `di_${(count - seq) % 97}_${seq}`, referenceId: `r${seq}`, seq, phash, agentMetadata: null }]);
  }
  return table;
}

function onThisThread(task: CompareTask): Compared {
  const steps = compareHashes(task);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

test.each(['unique', 'groups'] as const)('a thread finds the same %s as this one', async (kind) => {
  const task = aTable(3_000).task(kind, 4);
  const here = onThisThread(structuredClone(task));
  const there = await compareInThread(task, {});
  expect(there.places.length).toBeGreaterThan(100);
  expect(there).toEqual(here);
});

test('equal hashes keep the one with the lowest id, whatever its length', () => {
  const table = new HashTable({ hasNames: true });
  const phash = '01'.repeat(32);
  for (const [seq, itemId] of ['di_b', 'di_aa', 'di_a'].entries()) {
    table.add([{ itemId, referenceId: itemId, seq, phash, agentMetadata: null }]);
  }
  expect([...onThisThread(table.task('unique', 0)).places]).toEqual([2]);
});

test('a comparison that is given up ends at once with the reason', async () => {
  const giveUp = new AbortController();
  const comparing = compareInThread(aTable(20_000).task('unique', 20), { signal: giveUp.signal });
  void wait(20).then(() => giveUp.abort(new Error('cancelled')));
  await expect(comparing).rejects.toThrow('cancelled');
});
