/** What nothing refers to goes after 7 days, what anything refers to never does, and bytes that come again meanwhile are kept. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { objectKey } from '../../cloud-api/src/attachments/kept-image.ts';
import { reclaimObject, sweepObjects } from '../../cloud-api/src/attachments/sweep-objects.ts';
import { type OpenDatabase, openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { openDiskStore } from '../../cloud-api/src/objects/disk-store.ts';
import type { ObjectStore } from '../../cloud-api/src/objects/object-store.ts';
import { aJpeg } from '../builders/a-picture.ts';
import { type AnIntake, anIntake } from './an-intake.ts';
import { onEachDatabase } from './on-each-database.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

onEachDatabase('the sweep of objects', (open) => {
  let intake: AnIntake;
  let database: OpenDatabase;
  let objects: ObjectStore;
  let tenantId: string;
  beforeAll(async () => {
    intake = await anIntake(await open());
    database = await openDatabase(intake.cloud.databaseUrl, () => undefined);
    objects = await openDiskStore(join(intake.cloud.data, 'cloud', 'objects'));
    ({ tenantId } = intake.cloud.running);
  });
  afterAll(async () => {
    await database.close();
    await intake.close();
  });

  const aPicture = async (seed: number): Promise<string> => {
    intake.pictures.answer(`/${seed}.jpg`, await aJpeg({ seed }));
    return `${intake.pictures.origin}/${seed}.jpg`;
  };
  const aTask = async (url: string): Promise<{ id: string; sha256: string; preview: string }> => {
    const { task_id: id } = await intake.task({ attachment: url });
    await intake.ready(id);
    const [{ sha256, preview_url: preview }] = (await intake.call(`task/${id}/attachments`)).body.attachments;
    return { id, sha256, preview };
  };
  const cancel = (id: string) => intake.call(`task/${id}/cancel`, { method: 'POST' });
  const isStored = async (sha256: string) => (await objects.stat(objectKey(tenantId, sha256))) !== undefined;
  const sweep = (nowMs: number) => sweepObjects(database.db, objects, nowMs);
  const keys = async () => {
    const found: string[] = [];
    for await (const key of objects.list(tenantId)) found.push(key);
    return found;
  };

  test('7 days after its task was canceled a picture goes, its renditions too; proofs, items and files stay', async () => {
    const loose = await aTask(await aPicture(101));
    const proof = await aTask(await aPicture(102));
    const shared = await aTask(await aPicture(103));
    await intake.call(`task/${proof.id}/complete`, { body: { response: {} } });
    const { dataset_id: id } = (await intake.call('nucleus/dataset/create', { body: { name: 'set' } })).body;
    const items = [{ reference_id: 'a', image_url: await aPicture(103) }];
    await intake.call(`nucleus/dataset/${id}/append`, { body: { items } });
    const file = (await intake.call('files/import', { body: { file_url: await aPicture(104) } })).body;
    expect((await fetch(loose.preview)).status).toBe(200);
    for (const { id: canceled } of [loose, shared]) await cancel(canceled);

    const startMs = Date.now();
    await sweep(startMs);
    await sweep(startMs + 6.9 * dayMs);
    expect(await isStored(loose.sha256)).toBe(true);
    await sweep(startMs + 7.1 * dayMs);
    // The row is gone; the bytes wait for an hour.
    expect(await isStored(loose.sha256)).toBe(true);
    await sweep(startMs + 7.1 * dayMs + 1.1 * hourMs);
    expect((await keys()).filter((key) => key.includes(loose.sha256))).toEqual([]);
    for (const { sha256 } of [proof, shared, file]) expect(await isStored(sha256), sha256).toBe(true);
    expect(await database.db.selectFrom('object_removals').selectAll().execute()).toEqual([]);
  });

  test('a picture that comes again before its bytes are gone keeps them', async () => {
    const url = await aPicture(110);
    const first = await aTask(url);
    await cancel(first.id);
    const startMs = Date.now();
    await sweep(startMs);
    await sweep(startMs + 8 * dayMs);
    const again = await aTask(url);
    expect(again.sha256).toBe(first.sha256);
    await sweep(startMs + 8 * dayMs + 2 * hourMs);
    expect(await isStored(again.sha256)).toBe(true);
    // Referred to again within the seven days: they start anew.
    const late = await aTask(await aPicture(111));
    await cancel(late.id);
    await sweep(startMs);
    const kept = await aTask(await aPicture(111));
    await sweep(startMs + 6 * dayMs);
    await cancel(kept.id);
    await sweep(startMs + 8 * dayMs);
    await sweep(startMs + 8 * dayMs + 2 * hourMs);
    expect(await isStored(late.sha256)).toBe(true);
  });

  test('whoever brings bytes whose removal has begun waits for its end', async () => {
    const sha256 = 'e'.repeat(64);
    const removal = { tenant_id: tenantId, sha256, state: 'removing', at: Date.now() };
    await database.db.insertInto('object_removals').values(removal).execute();
    let hasEnded = false;
    const waiting = reclaimObject(database.db, tenantId, sha256).then(() => {
      hasEnded = true;
    });
    // One that did not wait would have needed a single question of these.
    for (let asked = 0; asked < 10; asked += 1) await database.db.selectFrom('object_removals').selectAll().execute();
    expect(hasEnded).toBe(false);
    await database.db.deleteFrom('object_removals').where('sha256', '=', sha256).execute();
    await waiting;
    await database.db
      .insertInto('object_removals')
      .values({ ...removal, state: 'marked' })
      .execute();
    await reclaimObject(database.db, tenantId, sha256);
    expect(await database.db.selectFrom('object_removals').selectAll().execute()).toEqual([]);
  });
});
