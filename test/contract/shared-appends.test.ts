/** Appends that share a transaction: each is answered, logged and refused as if it had been alone. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenDatabase, openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { createDataset } from '../../cloud-api/src/datasets/create-dataset.ts';
import { AppendGroups } from '../../cloud-api/src/items/group-appends.ts';
import { readAppendedItems } from '../../cloud-api/src/items/read-appended.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';

onEachDatabase('appends that come together', (open) => {
  let cloud: ACloud;
  let second: OpenDatabase;
  let groups: AppendGroups;
  beforeAll(async () => {
    cloud = await aCloud({ database: await open() });
    second = await openDatabase(cloud.databaseUrl, () => undefined);
    groups = new AppendGroups(second.db);
  });
  afterAll(async () => {
    await second.close();
    await cloud.close();
  });

  const acting = (actor = 'test') => ({ tenantId: cloud.running.tenantId, actor, nowMs: Date.now() });
  const aDataset = () =>
    second.db.transaction().execute((tx) => createDataset(tx, acting(), { name: 'set', isPrivate: true }));
  const append = (datasetId: string, names: readonly string[], { update = false, actor = 'test', value = 1 } = {}) => {
    const items = names.map((reference_id) => ({
      reference_id,
      image_url: 'https://inside.example/a.jpg',
      ...(reference_id.startsWith('flat') ? {} : { width: 4, height: 3 }),
      metadata: { value },
    }));
    const prepared = {
      ...readAppendedItems(items, () => update),
      pictures: new Map(),
      keepsUnfetched: false,
      uploadedUrl: undefined,
    };
    return groups.write(acting(actor), datasetId, prepared);
  };
  const counts = (reply: {
    new_items: number;
    updated_items: number;
    ignored_items: number;
    upload_errors: number;
  }) => [reply.new_items, reply.updated_items, reply.ignored_items, reply.upload_errors];
  const writesOf = async (datasetId: string): Promise<string[]> => {
    const rows = await second.db
      .selectFrom('dataset_writes')
      .select('actor')
      .where('dataset_id', '=', datasetId)
      .orderBy('change_no')
      .execute();
    return rows.map(({ actor }) => actor);
  };
  const rowsOf = (datasetId: string) =>
    second.db
      .selectFrom('items')
      .select(['reference_id', 'seq', 'user_metadata'])
      .where('dataset_id', '=', datasetId)
      .orderBy('seq')
      .execute();

  test('later ones meet what earlier ones did, and there are two writes instead of six', async () => {
    const datasetId = await aDataset();
    const replies = await Promise.all([
      append(datasetId, ['a']),
      append(datasetId, ['b', 'flat', 'c']),
      append(datasetId, ['a', 'b', 'd'], { value: 2 }),
      append(datasetId, ['b', 'a', 'e'], { update: true, value: 3 }),
      append(datasetId, []),
      append(datasetId, ['f', 'f']),
    ]);
    expect(replies.map(counts)).toEqual([
      [1, 0, 0, 0],
      [2, 0, 0, 1],
      [1, 0, 2, 0],
      [1, 2, 0, 0],
      [0, 0, 0, 0],
      [1, 0, 1, 0],
    ]);
    expect(replies[1]?.error_payload).toMatchObject([{ reference_id: 'flat' }]);
    expect(replies.filter(({ error_payload }) => error_payload !== undefined)).toHaveLength(1);
    const rows = await rowsOf(datasetId);
    expect(rows.map(({ reference_id, seq }) => `${seq}${reference_id}`)).toEqual(['0a', '1b', '2c', '3d', '4e', '5f']);
    expect(rows.map(({ user_metadata }) => JSON.parse(user_metadata).value)).toEqual([3, 3, 1, 2, 3, 1]);
    expect(await writesOf(datasetId)).toEqual(['test', 'test']);
    const logged = await second.db.selectFrom('audit').select('amount').where('target_id', '=', datasetId).execute();
    expect(logged.map(({ amount }) => amount).toSorted()).toEqual([1, 1, 1, 1, 2, 3]);
    const { live_count, next_seq } = await second.db
      .selectFrom('datasets')
      .select(['live_count', 'next_seq'])
      .where('id', '=', datasetId)
      .executeTakeFirstOrThrow();
    expect([live_count, next_seq]).toEqual([6, 6]);
  });

  test('who wrote is kept: appends of two keys do not share', async () => {
    const datasetId = await aDataset();
    await Promise.all(['one', 'two', 'one', 'two'].map((actor, i) => append(datasetId, [`${i}`], { actor })));
    expect((await writesOf(datasetId)).toSorted()).toEqual(['one', 'one', 'two', 'two']);
  });

  test('one that the database refuses fails alone', async () => {
    const refusing = cloud.databaseUrl.startsWith('sqlite:')
      ? `create trigger no_poison before insert on items when new.reference_id = 'poison' begin select raise(abort, 'no'); end`
      : `alter table items add constraint no_poison check (reference_id <> 'poison')`;
    await second.db.executeQuery({ sql: refusing, parameters: [], query: { kind: 'RawNode' } } as never);
    const datasetId = await aDataset();
    const settled = await Promise.allSettled(
      ['a', 'b', 'poison', 'c'].map((name) => append(datasetId, [name, `${name}2`])),
    );
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    const rows = await rowsOf(datasetId);
    expect(rows.map(({ reference_id }) => reference_id)).toEqual(['a', 'a2', 'b', 'b2', 'c', 'c2']);
    expect(await append(datasetId, ['later'])).toMatchObject({ new_items: 1 });
  });
});
