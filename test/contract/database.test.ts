/** Opening a database: once, by many, and never by an older program. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { insertRows, isAmong } from '../../cloud-api/src/database/insert-rows.ts';
import { type Database, openDatabase } from '../../cloud-api/src/database/open-database.ts';
import type { ItemsTable } from '../../cloud-api/src/database/tables.ts';
import { together } from '../../cloud-api/src/database/together.ts';
import { itemColumns } from '../../cloud-api/src/items/item-columns.ts';
import { eventually } from '../builders/eventually.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';

const runFile = promisify(execFile);
const bin = fileURLToPath(new URL('../../cloud-api/bin/nucleus-cloud.js', import.meta.url));

onEachDatabase('opening a database', (open) => {
  const started = async (): Promise<ACloud> => {
    const cloud = await aCloud({ database: await open() });
    onTestFinished(() => cloud.close());
    return cloud;
  };

  test('several processes that start together make one schema and one epoch', async () => {
    const database = await open();
    const folder = await mkdtemp(join(tmpdir(), 'starters-'));
    onTestFinished(async () => {
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    });
    const url = database.url ?? `sqlite:${join(folder, 'cloud.db')}`;
    const starters = Array.from({ length: 4 }, () => runFile(process.execPath, [bin, 'migrate', '--database', url]));
    for (const { stdout } of await Promise.all(starters)) expect(stdout).toBe('The database is up to date.\n');
    const { storeEpoch, close } = await openDatabase(url, () => undefined);
    await close();
    expect(storeEpoch).toMatch(/^[0-9a-f]{32}$/);
  });

  test('a database of a newer program is left alone', async () => {
    const cloud = await started();
    const { db, close } = await openDatabase(cloud.databaseUrl, () => undefined);
    await db.updateTable('store_meta').set({ value: '999' }).where('name', '=', 'schema_version').execute();
    await close();
    await expect(openDatabase(cloud.databaseUrl, () => undefined)).rejects.toMatchObject({
      code: 'state-newer',
      exit: 2,
    });
  });

  test('readiness turns red when the tables are gone, and no reply says why', async () => {
    const cloud = await started();
    const { db, close } = await openDatabase(cloud.databaseUrl, () => undefined);
    await db.schema.dropTable('store_meta').execute();
    await db.schema.dropTable('items').execute();
    await close();
    const ready = await send(`${cloud.url}/readyz`);
    expect([ready.status, ready.body]).toEqual([503, { status: 'not-ready', reason: 'database' }]);
    const crash = await send(`${cloud.url}/v1/nucleus/dataset/ds_x/refloc/y`, { key: cloud.adminKey });
    expect([crash.status, crash.text]).toEqual([500, '{"error":"Something failed on the server."}']);
    expect((await send(`${cloud.url}/healthz`)).status).toBe(200);
  });

  test('a read beside an open write waits for nobody, sees what was committed, and sees the write once it is', async () => {
    const cloud = await started();
    const { db, close } = await openDatabase(cloud.databaseUrl, () => undefined);
    onTestFinished(close);
    const name = async () =>
      (await db.selectFrom('tenants').select('name').where('id', '=', 'ten_x').executeTakeFirst())?.name;
    await db.insertInto('tenants').values({ id: 'ten_x', name: 'before', created_at: 0 }).execute();
    await db.transaction().execute(async (tx) => {
      await tx.updateTable('tenants').set({ name: 'after' }).where('id', '=', 'ten_x').execute();
      expect(await name()).toBe('before');
    });
    expect(await name()).toBe('after');
    const undone = db.transaction().execute(async (tx) => {
      await tx.updateTable('tenants').set({ name: 'lost' }).where('id', '=', 'ten_x').execute();
      throw new Error('no more');
    });
    await expect(undone).rejects.toThrow('no more');
    expect(await name()).toBe('after');
  });

  test('what a transaction asks together is done in order, and undone together', async () => {
    const cloud = await started();
    const { db, close } = await openDatabase(cloud.databaseUrl, () => undefined);
    onTestFinished(close);
    const put = (tx: Database, name: string) =>
      tx
        .insertInto('tenants')
        .values({ id: `ten_${name}`, name, created_at: 0 })
        .execute();
    const names = (on: Database) =>
      on.selectFrom('tenants').select('name').where('id', 'like', 'ten__').orderBy('id').execute();
    const seen = await db.transaction().execute(async (tx) => {
      const [, between] = await together(tx, (tx) => [put(tx, 'a'), names(tx), put(tx, 'b'), 'no statement']);
      return [between, await names(tx)];
    });
    expect(seen).toEqual([[{ name: 'a' }], [{ name: 'a' }, { name: 'b' }]]);
    const twice = db
      .transaction()
      .execute((tx) => together(tx, (tx) => [put(tx, 'c'), put(tx, 'c'), put(tx, 'd'), names(tx)]));
    await expect(twice).rejects.toThrow(/unique/i);
    expect(await names(db)).toEqual([{ name: 'a' }, { name: 'b' }]);
  });

  test.each([
    { what: 'plain texts', signs: [] },
    { what: 'the signs that part texts on the way', signs: ['a\u001fb', '\u001e'] },
  ])('rows that are inserted in bulk come back letter by letter: $what', async ({ signs }) => {
    const cloud = await started();
    const { db, close } = await openDatabase(cloud.databaseUrl, () => undefined);
    onTestFinished(close);
    const odd = ['NULL', '', '{a,"b"}', 'c:\\d\\', "o'clock", 'é\n\t🙂', '[1]', ' null ', ...signs];
    const rows = odd.map((text, n) => ({
      tenant_id: 't',
      dataset_id: 'd',
      id: `i${n}`,
      phash: n % 2 === 0 ? null : text,
      text,
      n,
    }));
    const columns = { ...Object.fromEntries(Object.keys(itemColumns).map((column) => [column, null])), kind: 'image' };
    await insertRows(
      db,
      'items',
      itemColumns,
      rows.map(({ text, n, ...keys }) => ({
        ...(columns as never as ItemsTable),
        ...keys,
        ref_key: text,
        seq: n,
        state: 'live',
        change_no: 2 ** 52 + n,
        image_url: text,
        user_metadata: text,
        rev: 0,
        digest: text,
        created_at: 0,
        updated_at: 0,
      })),
    );
    const found = await db.selectFrom('items').selectAll().orderBy('seq').execute();
    expect(found.map(({ ref_key, phash, width, change_no }) => [ref_key, phash, width, change_no])).toEqual(
      rows.map(({ text, phash, n }) => [text, phash, null, 2 ** 52 + n]),
    );
    const among = db
      .selectFrom('items')
      .select('seq')
      .where(isAmong(db, 'ref_key', ['{a,"b"}', 'NULL', 'none']));
    expect((await among.orderBy('seq').execute()).map(({ seq }) => seq)).toEqual([0, 2]);
  });

  test('the search files of a deleted dataset go with it, and no others', async () => {
    const cloud = await started();
    const call = (path: string, body?: object, method = 'POST') =>
      send(`${cloud.url}/v1${path}`, { key: cloud.adminKey, method, ...(body === undefined ? {} : { body }) });
    const aSearched = async (name: string): Promise<string> => {
      const { dataset_id: id } = (await call('/nucleus/dataset/create', { name, use_privacy_mode: true })).body;
      const items = [{ reference_id: name, image_url: 'https://x.test/a', width: 8, height: 6, metadata: { n: 1 } }];
      await call(`/nucleus/dataset/${id}/append`, { items });
      expect((await call(`/insights/${id}/tiles`, { offset: 0, limit: 1, query: 'n = 1' })).body.total).toBe(1);
      return id;
    };
    const [gone, kept] = [await aSearched('gone'), await aSearched('kept')];
    const files = async () =>
      (await readdir(join(cloud.data, 'cloud', 'search'), { recursive: true }))
        .map((path) => basename(path))
        .filter((name) => name.startsWith('ds_'))
        .toSorted();
    expect(await files()).toEqual(
      [`${gone}.duckdb`, `${kept}.duckdb`].flatMap((name) => [name, `${name}.wal`]).toSorted(),
    );
    await call(`/nucleus/dataset/${gone}`, {}, 'DELETE');
    await eventually(
      'the files to go',
      5_000,
      async () => !(await files()).some((name) => name.includes(gone)) || undefined,
    );
    expect(await files()).toContain(`${kept}.duckdb`);
    expect((await call(`/insights/${kept}/tiles`, { offset: 0, limit: 1, query: 'n = 1' })).body.total).toBe(1);
  });

  test('every write of a dataset carries a higher change number, deletions too, and leaves an audit row of ids', async () => {
    const cloud = await started();
    const call = (route: string, options: object) =>
      send(`${cloud.url}/v1/nucleus/${route}`, { key: cloud.adminKey, ...options });
    const { dataset_id: id } = (await call('dataset/create', { body: { name: 'secret-name', use_privacy_mode: true } }))
      .body;
    const items = [{ reference_id: 'secret-ref', image_url: 'https://secret.test/a', width: 8, height: 6 }];
    await call(`dataset/${id}/append`, { body: { items } });
    await call(`dataset/${id}/refloc/secret-ref`, { method: 'DELETE', body: {} });
    await call(`dataset/${id}/append`, { body: { items } });
    const { db, close } = await openDatabase(cloud.databaseUrl, () => undefined);
    onTestFinished(close);
    const rows = await db
      .selectFrom('items')
      .select(['state', 'change_no', 'reference_id', 'image_url'])
      .orderBy('change_no')
      .execute();
    expect(rows.map(({ state }) => state)).toEqual(['deleted', 'live']);
    expect(rows[0]).toMatchObject({ reference_id: null, image_url: '' });
    expect(rows[0]?.change_no).toBeLessThan(rows[1]?.change_no ?? 0);
    const audit = await db.selectFrom('audit').selectAll().execute();
    expect(audit.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['dataset.create', 'items.append', 'items.delete']),
    );
    expect(JSON.stringify(audit)).not.toContain('secret');
  });
});
