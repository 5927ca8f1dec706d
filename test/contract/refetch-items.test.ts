/** What is stored of items' pictures: asked for again it stays until the new one is there, a failure says why; and what their EXIF says. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { aJpeg } from '../builders/a-picture.ts';
import { eventually } from '../builders/eventually.ts';
import { tellingPictures, tellingTexts } from '../builders/telling-pictures.ts';
import { type AnIntake, anIntake } from './an-intake.ts';
import { onEachDatabase } from './on-each-database.ts';

const onItsWay = expect.stringMatching(/^(pending|fetching|processing)$/);
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

onEachDatabase('the stored picture of an item', (open) => {
  let intake: AnIntake;
  let call: AnIntake['call'];
  let datasetId: string;
  beforeAll(async () => {
    intake = await anIntake(await open());
    ({ call } = intake);
    datasetId = (await call('nucleus/dataset/create', { body: { name: 'again' } })).body.dataset_id;
  });
  afterAll(() => intake.close());

  const itemOf = async (ref: string) => (await call(`nucleus/dataset/${datasetId}/refloc/${ref}`)).body.item;
  const anItem = async (ref: string, over: object = {}): Promise<string> => {
    const item = { reference_id: ref, image_url: `${intake.pictures.origin}/${ref}.jpg`, ...over };
    expect((await call(`nucleus/dataset/${datasetId}/append`, { body: { items: [item] } })).body.new_items).toBe(1);
    return (await itemOf(ref)).id;
  };
  const look = async (id: string) => (await call(`insights/${datasetId}/items/${id}/attachment`)).body;
  const refetch = (id: string, options: Parameters<typeof call>[1] = {}) =>
    call(`insights/${datasetId}/items/${id}/refetch`, { method: 'POST', ...options });
  const tileOf = async (id: string) => {
    const body = { offset: 0, limit: 100, query: '' };
    const { tiles } = (await call(`insights/${datasetId}/tiles`, { body })).body;
    return tiles.find((tile: { id: string }) => tile.id === id);
  };
  const settled = (id: string, state: string) =>
    eventually(`the state ${state}`, 15_000, async () => {
      const view = await look(id);
      return view.state === state ? view : undefined;
    });
  const rows = async <Row>(read: (db: Awaited<ReturnType<typeof openDatabase>>['db']) => Promise<Row>) => {
    const { db, close } = await openDatabase(intake.cloud.databaseUrl, () => undefined);
    try {
      return await read(db);
    } finally {
      await close();
    }
  };

  test('that is asked for again shows the new one once it is there; a dead address says why and keeps the old one, and completes when it is back', async () => {
    const [first, second] = [await aJpeg({ seed: 5 }), await aJpeg({ seed: 6, widthPx: 200, heightPx: 100 })];
    intake.pictures.answer('/one.jpg', first);
    const id = await anItem('one', { metadata: { kept: 'yes' } });
    const before = await look(id);
    expect(before).toMatchObject({ state: 'ready', code: null, can_refetch: true, tries: null, sha256: hashOf(first) });
    const blur = (await tileOf(id)).b;
    expect(await tileOf(id)).toEqual({ id, ref: 'one', w: 64, h: 48, p: true, b: expect.stringMatching(/^.{28}$/) });

    intake.pictures.answer('/one.jpg', second);
    expect((await refetch(id)).body).toMatchObject({ state: onItsWay, sha256: hashOf(first) });
    expect(await settled(id, 'ready')).toMatchObject({ sha256: hashOf(second), width: 200, height: 100, tries: null });
    expect(await itemOf('one')).toMatchObject({ id, width: 200, height: 100, metadata: { kept: 'yes' } });
    expect((await tileOf(id)).b).not.toBe(blur);

    intake.pictures.answer('/one.jpg', (_request, response) => void response.writeHead(404).end());
    await refetch(id);
    const failed = await settled(id, 'error');
    expect(failed).toMatchObject({
      code: 'fetch_not_found',
      message: 'The address answered 404.',
      tries: 1,
      sha256: hashOf(second),
    });
    expect(Buffer.from(await (await fetch(failed.url)).arrayBuffer()).equals(second)).toBe(true);
    expect(await tileOf(id)).toMatchObject({ p: true, a: { state: 'error', code: 'fetch_not_found' } });
    expect((await call(`nucleus/dataset/${datasetId}/size`)).body.count).toBe(1);

    intake.pictures.answer('/one.jpg', first);
    expect((await refetch(id)).body).toMatchObject({ state: onItsWay, code: null, message: null });
    expect(await settled(id, 'ready')).toMatchObject({ sha256: hashOf(first) });
    expect(await tileOf(id)).not.toHaveProperty('a');
    const audit = await rows((db) =>
      db
        .selectFrom('audit')
        .select('action')
        .where('target_id', '=', id)
        .where('action', '=', 'item.refetch')
        .execute(),
    );
    expect(audit).toHaveLength(3);
  });

  test('while it is on its way, asking again makes no second fetch; an item that goes meanwhile stays gone', async () => {
    const picture = await aJpeg({ seed: 7 });
    intake.pictures.answer('/held.jpg', picture);
    const id = await anItem('held');
    const asked = () => intake.pictures.requests.filter((path) => path === '/held.jpg').length;
    const before = asked();
    let release = (): void => undefined;
    intake.pictures.answer('/held.jpg', (_request, response) => {
      release = () => void response.writeHead(200).end(picture);
    });
    await refetch(id);
    await settled(id, 'fetching');
    expect((await refetch(id)).body.state).toBe('fetching');
    expect(asked() - before).toBe(1);
    expect((await call(`nucleus/dataset/${datasetId}/refloc/held`, { method: 'DELETE' })).status).toBe(200);
    release();
    await eventually('the end of the fetch', 10_000, async () => {
      const open = await rows((db) => db.selectFrom('jobs').select('id').where('ended_at', 'is', null).execute());
      return open.length === 0 || undefined;
    });
    expect((await call(`nucleus/dataset/${datasetId}/refloc/held`)).status).toBe(404);
    expect(await rows((db) => db.selectFrom('item_fetches').selectAll().execute())).toEqual([]);
    expect(asked() - before).toBe(1);
  });

  test('a picture that is never fetched, or is another tenant’s, is not fetched again', async () => {
    const id = await anItem('a');
    const requests = intake.pictures.requests.length;
    const foreign = await intake.cloud.makeKey({ tenant: 'others' });
    expect((await refetch(id, { key: foreign })).status).toBe(404);
    expect((await refetch(id, { key: await intake.cloud.makeKey({ scopes: ['read'] }) })).status).toBe(403);
    const secret = (await call('nucleus/dataset/create', { body: { name: 'p', use_privacy_mode: true } })).body
      .dataset_id;
    const item = { reference_id: 'p', image_url: `${intake.pictures.origin}/a.jpg`, width: 1, height: 1 };
    await call(`nucleus/dataset/${secret}/append`, { body: { items: [item] } });
    const hidden = (await call(`nucleus/dataset/${secret}/refloc/p`)).body.item.id;
    const path = `insights/${secret}/items/${hidden}`;
    expect((await call(`${path}/refetch`, { method: 'POST' })).status).toBe(409);
    expect((await call(`${path}/attachment`)).body).toMatchObject({
      state: null,
      code: 'privacy_mode',
      can_refetch: false,
    });

    const form = new FormData();
    form.append('items', JSON.stringify([{ reference_id: 'file', image_url: 'a.jpg' }]));
    form.append('image', new Blob([new Uint8Array(await aJpeg())]), 'a.jpg');
    await fetch(`${intake.cloud.url}/v1/nucleus/dataset/${datasetId}/append`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${intake.cloud.adminKey}:`)}` },
      body: form,
    });
    const file = (await itemOf('file')).id;
    expect(await look(file)).toMatchObject({ state: 'ready', can_refetch: false });
    expect((await refetch(file)).status).toBe(409);
    expect(intake.pictures.requests.length).toBe(requests);
  });

  test('what EXIF says of a capture stands beside the item, in no metadata of the caller, and no other tag does', async () => {
    const telling = await tellingPictures(70);
    const told = {
      ...{ capture_local: '2024-05-01T10:00:00', capture_time: '2024-05-01T08:00:00Z' },
      ...{ camera_make: 'canon', camera_model: 'canon eos 40d' },
      ...{ exposure_us: 4000, f_number: 2.8, iso: 400, focal_length_mm: 50, lat: 60.170094, lon: 24.945336 },
    };
    const exifOf: Record<string, object> = {
      'yard/a.jpg': { ...told, orientation: 6 },
      'c d.webp': { ...told, orientation: 1 },
      'e.png': { ...told, orientation: 1 },
      'f.png': {},
    };
    const urlOf = (ref: string) => `${intake.pictures.origin}/${encodeURI(ref)}`;
    for (const [ref, bytes] of telling) intake.pictures.answer(new URL(urlOf(ref)).pathname, bytes);
    const items: any[] = [];
    for (const ref of Object.keys(exifOf)) {
      await anItem(encodeURIComponent(ref), { reference_id: ref, image_url: urlOf(ref), metadata: { k: 1 } });
      items.push(await itemOf(encodeURIComponent(ref)));
    }
    const views = await Promise.all(items.map(({ id }) => look(id)));
    expect(Object.fromEntries(items.map((item, place) => [item.reference_id, views[place].exif]))).toEqual(exifOf);
    expect(items.map(({ metadata, exif }) => [metadata, exif])).toEqual(items.map(() => [{ k: 1 }, undefined]));

    const { task_id } = await intake.task({ attachment: urlOf('yard/a.jpg') });
    await intake.ready(task_id);
    const [attachment] = (await call(`task/${task_id}/attachments`)).body.attachments;
    expect(attachment.exif).toEqual(exifOf['yard/a.jpg']);
    const said = JSON.stringify([items, views, attachment]);
    expect(tellingTexts.filter((text) => said.includes(text))).toEqual([]);
    expect(telling.get('yard/a.jpg')?.includes('Jane Q. Photographer'), 'it was there to be read').toBe(true);

    // What was stored before EXIF was read says nothing, until the same bytes come again.
    await rows((db) => db.updateTable('objects').set({ exif: null }).where('sha256', '=', attachment.sha256).execute());
    expect((await look(items[0].id)).exif).toBeNull();
    await anItem('again', { image_url: urlOf('yard/a.jpg') });
    expect((await look(items[0].id)).exif).toEqual(exifOf['yard/a.jpg']);
  });
});
