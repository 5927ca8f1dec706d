import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Lookups, prepareLookups } from './lookups.ts';
import { openState, type State } from './open-state.ts';
import { keepPlaces, type Places } from './places.ts';

let base: string;
let state: State;
let lookups: Lookups;
let places: Places;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'lookups-'));
  state = openState(base);
  lookups = prepareLookups(state);
  places = keepPlaces(lookups, () => performance.now());
  for (const [no, alias] of [
    [1, 'b'],
    [2, 'a'],
    [3, 'empty'],
  ] as const) {
    state
      .prepare(
        `insert into sources (source_no, alias, folder, dataset_name, level, names, fields_off)
         values (?, ?, '/', ?, 'standard', 'relative-path', '[]')`,
      )
      .run(no, alias, alias);
  }
});
afterEach(() => {
  state.close();
  rmSync(base, { recursive: true });
});

function insert(sourceNo: number, paths: readonly string[], over: { presence?: string; status?: string } = {}): void {
  const { presence = 'live', status = 'catalogued' } = over;
  const add = state.prepare(
    `insert into items (item_key, source_no, reference_id, presence, status, path, dev, ino, byte_size, mtime_ms, ctime_ms,
       facts, ingest_day) values (?, ?, ?, ?, ?, ?, 1, 1, 1, 1.5, 1.5, ?, '2026-11-23')`,
  );
  const facts = JSON.stringify({ width: 30, height: 40, fields: { format: 'png' } });
  state.transaction(() => {
    for (const path of paths) {
      add.run(randomBytes(16), sourceNo, `${presence}-${status}-${path}`, presence, status, Buffer.from(path), facts);
    }
  })();
}
const numbered = (count: number, prefix: string): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(6, '0')}`);
const pathsOf = async (sourceNos: number[], offset: number, limit: number) => {
  const page = await places.page(sourceNos, offset, limit);
  return { total: page.total, paths: page.items.map((item) => item.path.toString()) };
};

describe('a page by place', () => {
  test('is what a sorted list of the catalogued, live files has there, at every offset', async () => {
    const [b, a] = [numbered(5000, 'b'), numbered(3000, 'a')];
    insert(1, b.toReversed());
    insert(2, a.toReversed());
    insert(1, numbered(500, 'b0005x'), { status: 'exception' });
    insert(1, numbered(500, 'b0007x'), { presence: 'missing' });
    const all = [...a, ...b];
    for (const offset of [0, 1, 2047, 2048, 2049, 2999, 3000, 3001, 5047, 5048, 7990, 7999, 8000, 9000]) {
      for (const limit of [1, 7, 2000]) {
        expect(await pathsOf([2, 3, 1], offset, limit)).toEqual({
          total: 8000,
          paths: all.slice(offset, offset + limit),
        });
      }
    }
  });

  test('follows the catalogue', async () => {
    insert(1, ['m']);
    expect(await pathsOf([1], 0, 10)).toEqual({ total: 1, paths: ['m'] });
    insert(1, ['a', 'z']);
    expect(await pathsOf([1], 0, 10)).toEqual({ total: 3, paths: ['a', 'm', 'z'] });
    state.prepare("update items set status = 'pending' where path = ?").run(Buffer.from('m'));
    expect(await pathsOf([1], 0, 10)).toEqual({ total: 2, paths: ['a', 'z'] });
    expect(await pathsOf([3], 0, 10)).toEqual({ total: 0, paths: [] });
  });

  test('names the state of each file', async () => {
    insert(1, ['dead', 'queued', 'synced']);
    state.prepare("update items set revision = 1, acked_revision = 1 where path = cast('synced' as blob)").run();
    const keys = state
      .prepare<[], { item_key: Buffer; reference_id: string }>('select item_key, reference_id from items')
      .all();
    const find = (name: string) => keys.find((key) => key.reference_id.endsWith(name));
    state
      .prepare("insert into dead_letters values (1, ?, ?, 1, 'x', 0)")
      .run(find('dead')?.reference_id, find('dead')?.item_key);
    state
      .prepare("insert into outbox values (1, ?, ?, 1, 'put', null)")
      .run(find('queued')?.reference_id, find('queued')?.item_key);
    const page = await places.page([1], 0, 10);
    expect(page.items.map((item) => [item.is_dead, item.is_queued])).toEqual([
      [1, 0],
      [0, 1],
      [0, 0],
    ]);
  });
});

describe('one file', () => {
  test('is found by key at its generation only, by id and by path, while live and catalogued', () => {
    insert(1, ['x/y.png']);
    const [key] = state.prepare<[], Buffer>('select item_key from items').pluck().all();
    const itemKey = key as Buffer;
    expect(lookups.findByKey(1, itemKey, 1)).toMatchObject({ format: 'png', longestEdgePx: 40, mtimeMs: 1.5 });
    expect(lookups.isServable(1, itemKey, 1)).toBe(true);
    expect(lookups.isServable(1, itemKey, 2)).toBe(false);
    expect(lookups.findByKey(1, itemKey, 2)).toBeUndefined();
    expect(lookups.findByKey(2, itemKey, 1)).toBeUndefined();
    expect(lookups.findByReference(1, 'live-catalogued-x/y.png')?.itemKey).toEqual(itemKey);
    expect(lookups.findByPath(1, Buffer.from('x/y.png'))?.itemKey).toEqual(itemKey);
    expect(lookups.findByPath(2, Buffer.from('x/y.png'))).toBeUndefined();
    state.prepare("update items set status = 'pending'").run();
    expect(lookups.findByPath(1, Buffer.from('x/y.png'))).toBeUndefined();
    expect(lookups.findByKey(1, itemKey, 1)).toBeUndefined();
    expect(lookups.hasItem(itemKey)).toBe(true);
  });
  test('of a suspended source has no preview from memory', () => {
    insert(1, ['x']);
    const [key] = state.prepare<[], Buffer>('select item_key from items').pluck().all();
    state.prepare("update sources set state = 'suspended'").run();
    expect(lookups.isServable(1, key as Buffer, 1)).toBe(false);
  });
});

test('page, skip and count read the index of places and no row they do not return', () => {
  const plan = (sql: string, ...args: unknown[]): string =>
    state
      .prepare<unknown[], { detail: string }>(`explain query plan ${sql}`)
      .all(...args)
      .map((row) => row.detail)
      .join('; ');
  const where =
    "from items indexed by items_by_place where presence = 'live' and status = 'catalogued' and source_no = ? and path >= ?";
  expect(plan(`select path ${where} order by path limit 1 offset ?`, 1, Buffer.alloc(0), 5)).toContain(
    'COVERING INDEX items_by_place',
  );
  expect(plan(`select count(*) ${where}`, 1, Buffer.alloc(0))).toContain('COVERING INDEX items_by_place');
});
