/** Masks by address and by file: what is taken, how it is linked, and what COCO documents hold of it. */
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aJpeg, aPng } from '../builders/a-picture.ts';
import { aPictureServer, type PictureServer } from '../builders/a-picture-server.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';
import { grey } from './some-labels.ts';

onEachDatabase('masks', (open) => {
  let cloud: ACloud;
  let files: PictureServer;
  beforeAll(async () => {
    files = await aPictureServer({
      '/a.jpg': await aJpeg(),
      '/good.png': await grey(64, 48),
      '/small.png': await grey(9, 9),
      '/colours.png': await aPng(),
    });
    cloud = await aCloud({ database: await open(), fetchAllow: [files.host] });
  });
  afterAll(async () => {
    await cloud.close();
    await files.close();
  });

  const call = (route: string, options: Parameters<typeof send>[1] = {}) =>
    send(`${cloud.url}/v1/nucleus/${route}`, { key: cloud.adminKey, ...options });
  const aDataset = async (items: readonly object[], use_privacy_mode = true): Promise<string> => {
    const id = (await call('dataset/create', { body: { name: 'set', use_privacy_mode } })).body.dataset_id;
    await call(`dataset/${id}/append`, { body: { items } });
    return id;
  };
  const five = ['a', 'b', 'c', 'd', 'e'].map((ref, at) => ({
    reference_id: ref,
    image_url: `https://x.test/${ref}`,
    width: 8,
    height: 6,
    metadata: { at },
  }));
  const download = (dataset: string, format: string, query = '') =>
    send(`${cloud.url}/v1/exports/${dataset}/${format}${query}`, { key: cloud.adminKey });

  test('those that are stored are in COCO as run lengths, those of predictions have links too, and others are left out', async () => {
    const dataset = await aDataset(five);
    const allow = { method: 'PUT', key: cloud.adminKey, body: { accepted: true } };
    await send(`${cloud.url}/v1/datasets/${dataset}/masks`, allow);
    // a cross of 2 in a field of 1, in columns of six
    const pixels = Uint8Array.from({ length: 48 }, (_, i) => (i % 8 === 3 || Math.floor(i / 8) === 2 ? 2 : 1));
    const png = await sharp(pixels, { raw: { width: 8, height: 6, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    const mask = (reference_id: string) => ({
      type: 'mask',
      reference_id,
      mask_url: `/home/me/${reference_id}.png`,
      annotations: [
        { label: 'cross', index: 2, metadata: { n: 1 } },
        { label: 'none', index: 7 },
      ],
    });
    const post = async (route: string) => {
      const form = new FormData();
      form.append('serialized_request', JSON.stringify({ segmentations: [mask('b')], update: false }));
      form.append('mask', new Blob([png as BlobPart], { type: 'image/png' }), 'm.png');
      const authorization = `Basic ${Buffer.from(`${cloud.adminKey}:`).toString('base64')}`;
      const reply = await fetch(`${cloud.url}/v1/nucleus/${route}`, {
        method: 'POST',
        headers: { authorization },
        body: form,
      });
      return (await reply.json()) as any;
    };
    expect(await post(`dataset/${dataset}/annotate`)).toMatchObject({ annotations_processed: 1 });
    // an address that is kept and never requested
    await call(`dataset/${dataset}/annotate`, { body: { segmentations: [mask('c')] } });
    const coco = (await download(dataset, 'coco')).body;
    const counts = [2, 1, 5, 1, 5, 1, 3, 6, 2, 1, 5, 1, 5, 1, 5, 1, 3];
    expect(coco.annotations).toEqual([
      {
        id: 1,
        image_id: 2,
        category_id: 1,
        iscrowd: 0,
        bbox: [0, 0, 8, 6],
        area: 13,
        segmentation: { counts, size: [6, 8] },
        attributes: { n: 1 },
        label_id: expect.stringMatching(/^ann_/),
        annotation_id: null,
      },
    ]);
    expect([coco.categories, coco.left_out]).toEqual([[{ id: 1, name: 'cross' }], { segmentation: 1 }]);
    await call('models/add', { body: { name: 'm', reference_id: dataset } });
    const run = { name: 'r', reference_id: dataset };
    const { model_run_id } = (await call(`dataset/${dataset}/modelRun/create`, { body: run })).body;
    expect(await post(`modelRun/${model_run_id}/predict`)).toMatchObject({ predictions_processed: 1 });
    const [found] = (await call(`modelRun/${model_run_id}/refloc/b`)).body.annotations.segmentation;
    expect(found.id).toMatch(/^pred_/);
    const linkOf = (id: string) => send(`${cloud.url}/v1/insights/${dataset}/masks/${id}`, { key: cloud.adminKey });
    const { url } = (await linkOf(found.id)).body;
    const bytes = await fetch(url.replace(/^https?:\/\/[^/]+/, cloud.url));
    expect(Buffer.from(await bytes.arrayBuffer()).equals(png)).toBe(true);
    await call(`modelRun/${model_run_id}`, { method: 'DELETE', body: {} });
    expect((await linkOf(found.id)).headers.get('x-error-code')).toBe('label-not-found');
  });

  test('at addresses are fetched and checked like files; a bad one is its row’s error', async () => {
    const names = ['good', 'small', 'colours', 'missing', 'a.jpg'];
    const items = names.map((reference_id) => ({ reference_id, image_url: `${files.origin}/a.jpg` }));
    const id = await aDataset(items, false);
    const segmentations = names.map((reference_id) => ({
      reference_id,
      type: 'mask',
      mask_url: `${files.origin}/${reference_id.includes('.') ? reference_id : `${reference_id}.png`}`,
      annotations: [{ label: 'all', index: 1 }],
    }));
    const reply = (await call(`dataset/${id}/annotate`, { body: { segmentations, update: false } })).body;
    expect([reply.annotations_processed, reply.annotations_ignored, reply.errors]).toEqual([
      1,
      0,
      [
        'Row 1 of item small: mask: is 9 x 9 and its item is 64 x 48',
        'Row 2 of item colours: mask: must be a PNG with one channel of 8 bits',
        expect.stringMatching(/^Row 3 of item missing: mask: /),
        'Row 4 of item a.jpg: mask: must be a PNG with one channel of 8 bits',
      ],
    ]);
    const coco = (await download(id, 'coco')).body;
    expect(coco.annotations.map(({ area, segmentation }: any) => [area, segmentation])).toEqual([
      [64 * 48, { counts: [0, 64 * 48], size: [48, 64] }],
    ]);
  });

  test('by file are stored privately, served by links that end, and refused where they are no mask', async () => {
    const id = await aDataset([], false);
    const form = new FormData();
    form.append(
      'items',
      JSON.stringify(['a', 'b', 'c'].map((reference_id) => ({ reference_id, image_url: reference_id }))),
    );
    const png = await aPng({ widthPx: 20, heightPx: 10 });
    for (let i = 0; i < 3; i++) form.append('image', new Blob([png as BlobPart], { type: 'image/png' }), 'x.png');
    const post = (route: string, body: FormData) =>
      fetch(`${cloud.url}/v1/nucleus/${route}`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${cloud.adminKey}:`).toString('base64')}` },
        body,
      }).then(async (reply) => ({ status: reply.status, body: (await reply.json()) as any }));
    expect((await post(`dataset/${id}/append`, form)).body.new_items).toBe(3);
    const mask = (reference_id: string) => ({
      type: 'mask',
      reference_id,
      mask_url: `/home/me/${reference_id}.png`,
      annotations: [
        { label: 'road', index: 1 },
        { label: 'sky', index: 2, metadata: {} },
      ],
    });
    const withMasks = async (dataset: string, masks: [string, Uint8Array][], update = false) => {
      const body = new FormData();
      const request = { segmentations: masks.map(([ref]) => mask(ref)), update };
      body.append('serialized_request', JSON.stringify(request));
      for (const [, bytes] of masks) body.append('mask', new Blob([bytes as BlobPart], { type: 'image/png' }), 'm.png');
      return post(`dataset/${dataset}/annotate`, body);
    };
    const good = await grey(20, 10);
    const reply = await withMasks(id, [['a', good], ['b', await grey(9, 9)], ['c', png]]); // biome-ignore format: short
    expect(reply.body).toEqual({
      dataset_id: id,
      annotations_processed: 1,
      annotations_ignored: 0,
      errors: [
        'Row 1 of item b: mask: is 9 x 9 and its item is 20 x 10',
        'Row 2 of item c: mask: must be a PNG with one channel of 8 bits',
      ],
    });
    const [found] = (await call(`dataset/${id}/refloc/a`)).body.annotations.segmentation;
    expect(found).toMatchObject({ mask_url: '/home/me/a.png', annotations: mask('a').annotations });
    const link = (await send(`${cloud.url}/v1/insights/${id}/masks/${found.id}`, { key: cloud.adminKey })).body;
    expect(link).toEqual({ url: expect.stringContaining('/o/'), width: 20, height: 10 });
    const bytes = await fetch(link.url.replace(/^https?:\/\/[^/]+/, cloud.url));
    expect(Buffer.from(await bytes.arrayBuffer()).equals(good)).toBe(true);
    expect((await withMasks(id, [['a', await grey(9, 9)]])).body).toMatchObject({ annotations_ignored: 1 });

    const hidden = await aDataset(five.map((item) => ({ ...item, width: 20, height: 10 })));
    expect((await withMasks(hidden, [['a', await grey(20, 10)]])).status).toBe(400);
    // an address is kept and never requested
    const kept = await call(`dataset/${hidden}/annotate`, { body: { segmentations: [mask('a')] } });
    expect(kept.body).toMatchObject({ annotations_processed: 1 });
    const allow = { method: 'PUT', body: { accepted: true } };
    const url = `${cloud.url}/v1/datasets/${hidden}/masks`;
    expect((await send(url, { ...allow, key: await cloud.makeKey({ scopes: ['write'] }) })).status).toBe(403);
    expect((await send(url, { ...allow, key: cloud.adminKey })).body).toEqual({ accepted: true });
    expect((await withMasks(hidden, [['a', await grey(20, 10)]], true)).body).toMatchObject({
      annotations_processed: 1,
    });
  });
});
