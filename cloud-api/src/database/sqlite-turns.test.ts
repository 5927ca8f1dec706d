import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SqliteConnection } from './sqlite-connection.ts';
import { SqliteTurns } from './sqlite-turns.ts';

let folder: string;
let writer: SqliteConnection;
let turns: SqliteTurns;
let reader: Sqlite.Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sqlite-turns-'));
  const path = join(folder, 'test.db');
  reader = new Sqlite(path);
  reader.pragma('journal_mode = WAL');
  reader.exec(
    `create table parents (id text primary key);
     create table kept (id text primary key, parent text references parents deferrable initially deferred)`,
  );
  writer = new SqliteConnection({ path, role: 'writer', busyTimeoutMs: 1_000 });
  turns = new SqliteTurns(writer, { transactions: 3, openMs: 60_000 });
});
afterEach(async () => {
  await writer.close();
  reader.close();
  rmSync(folder, { recursive: true, force: true });
});

const put = (id: string, parent: string | null = null) =>
  writer.run('insert into kept values (?, ?)', [id, parent]).then(() => undefined);
const kept = () => reader.prepare('select id from kept order by id').pluck().all();

/** One transaction: waits for its turn, works, and is kept or undone. */
async function transact(work: () => Promise<void>): Promise<void> {
  const endTurn = await turns.take();
  await turns.begin();
  try {
    await work();
  } catch (error) {
    await turns.rollback(endTurn);
    throw error;
  }
  await turns.commit(endTurn);
}

/** The same beside another one, each told whether it is kept and not whether it failed. */
const outcomes = async (...works: (() => Promise<void>)[]) =>
  (await Promise.allSettled(works.map(transact))).map(({ status }) => status);

test('transactions that wait for each other share a commit, and none is answered before it', async () => {
  let answered = 0;
  const first = transact(() => put('a')).then(() => (answered += 1));
  const second = transact(async () => {
    await put('b');
    expect([answered, kept()]).toEqual([0, []]);
  });
  await first;
  expect(kept()).toEqual(['a', 'b']);
  await second;
});

test('no more share a commit than may', async () => {
  const seen: unknown[] = [];
  await Promise.all(
    ['a', 'b', 'c', 'd'].map((id) =>
      transact(async () => {
        seen.push(kept());
        await put(id);
      }),
    ),
  );
  expect(seen.at(-1)).toEqual(['a', 'b', 'c']);
});

test('one that is undone takes nothing of the others with it, wherever it stands', async () => {
  const undone = (id: string) => async () => {
    await put(id);
    throw new Error('no more');
  };
  expect(
    await outcomes(
      () => put('a'),
      undone('b'),
      () => put('c'),
    ),
  ).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await outcomes(undone('d'), () => put('e'))).toEqual(['rejected', 'fulfilled']);
  expect(await outcomes(() => put('f'), undone('g'))).toEqual(['fulfilled', 'rejected']);
  expect(kept()).toEqual(['a', 'c', 'e', 'f']);
});

test('a statement that comes alone is answered with the commit that holds it', async () => {
  const first = transact(() => put('a'));
  const alone = turns.take().then((endTurn) => turns.runAlone(endTurn, () => put('b')));
  const twice = turns.take().then((endTurn) => turns.runAlone(endTurn, () => put('b')));
  const failed = expect(twice).rejects.toThrow('UNIQUE');
  await Promise.all([first, alone]);
  await failed;
  expect(kept()).toEqual(['a', 'b']);
});

test('a commit that fails is told to all whom it held, and the next one begins anew', async () => {
  expect(
    await outcomes(
      () => put('a', 'nobody'),
      () => put('b'),
    ),
  ).toEqual(['rejected', 'rejected']);
  expect(kept()).toEqual([]);
  expect(await outcomes(() => put('c'))).toEqual(['fulfilled']);
  expect(kept()).toEqual(['c']);
});

test('a failure that ends the whole transaction is told to those before it', async () => {
  const brokenOff = async () => {
    await put('b');
    await writer.run('rollback', []);
    throw new Error('the disk is full');
  };
  const [first, second, third] = await Promise.allSettled([
    transact(() => put('a')),
    transact(brokenOff),
    transact(() => put('c')),
  ]);
  expect(first).toMatchObject({ status: 'rejected', reason: { code: 'SQLITE_BUSY' } });
  expect(second).toMatchObject({ status: 'rejected', reason: { message: 'the disk is full' } });
  expect(third.status).toBe('fulfilled');
  expect(kept()).toEqual(['c']);
});

test('a turn that ends without a transaction leaves nobody waiting', async () => {
  const first = transact(() => put('a'));
  const idle = turns.take().then((endTurn) => turns.endIdle(endTurn));
  await Promise.all([first, idle]);
  expect(kept()).toEqual(['a']);
});
