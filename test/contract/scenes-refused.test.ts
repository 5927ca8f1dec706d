/** Scenes that are refused while the others are kept, that nothing is left of deleted ones, and that privacy mode never fetches. */
import { expect, test } from 'vitest';
import { openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { aJpeg } from '../builders/a-picture.ts';
import { aPictureServer } from '../builders/a-picture-server.ts';
import { eventually } from '../builders/eventually.ts';
import { aCloud } from './a-cloud.ts';
import { aSceneCloud, cloudJson } from './a-scene-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';
import { frameItem, lidarScene, videoScene } from './some-scenes.ts';

onEachDatabase('what is wrong with scenes', (open) => {
  const store = aSceneCloud(open);
  const { call, aDataset, upload, uploadLater, names, size, aLidar } = store;
  const image = (ref: string, path = '/a.jpg', over: object = {}) =>
    frameItem(ref, 'image', store.files.origin + path, over);
  const cloudItem = (ref: string, path = '/cloud.json') => frameItem(ref, 'pointcloud', store.files.origin + path);

  const bad: [string, (of: { image: typeof image; cloudItem: typeof cloudItem }) => object, RegExp][] = [
    ['two lidar sensors', ({ cloudItem: c }) => ({ frames: [{ a: c('b1') }, { b: c('b2') }] }), /one lidar sensor/],
    ['two clouds in a frame', ({ cloudItem: c }) => ({ frames: [{ a: c('b1'), b: c('b2') }] }), /one lidar sensor/],
    ['a frame without a cloud', ({ image: i }) => ({ frames: [{ a: i('b1') }] }), /^frames.0: has no point cloud/],
    ['a repeated id', ({ cloudItem: c }) => ({ frames: [{ a: c('b') }, { a: c('b') }] }), /^frames.1: repeats/],
    ['an id of another item', ({ cloudItem: c }) => ({ frames: [{ a: c('good/cloud/0') }] }), /^frames.0: an item/],
    [
      'an unreachable cloud',
      ({ cloudItem: c }) => ({ frames: [{ a: c('b', '/gone.json') }] }),
      /^frames.0.a: The point cloud could not be fetched/,
    ],
    [
      'an empty cloud',
      ({ cloudItem: c }) => ({ frames: [{ a: c('b', '/empty.json') }] }),
      /^frames.0.a: The point cloud has no points/,
    ],
    [
      'a cloud that is none',
      ({ cloudItem: c }) => ({ frames: [{ a: c('b', '/a.jpg') }] }),
      /^frames.0.a: The point cloud is no JSON/,
    ],
    [
      'an unreachable picture',
      ({ image: i, cloudItem: c }) => ({ frames: [{ a: c('b1'), left: i('b2', '/gone.jpg') }] }),
      /^frames.0.left: The image could not be fetched/,
    ],
    [
      'half of the camera parameters',
      ({ image: i, cloudItem: c }) => ({
        frames: [{ a: c('b1'), l: i('b2', '/a.jpg', { camera_params: { fx: 1 } }) }],
      }),
      /^frames.0.l.camera_params.position/,
    ],
    [
      'metadata of another type',
      ({ image: i, cloudItem: c }) => ({
        frames: [{ a: c('b1'), l: i('b2', '/a.jpg', { metadata: { at: 'noon' } }) }],
      }),
      /metadata.at: holds (numbers|text) in this dataset, and what was sent is/,
    ],
    ['no frames', () => ({ frames: [] }), /^frames: /],
  ];
  test('scenes that cannot be taken are refused one by one, and the good ones are in', async () => {
    const id = await aDataset();
    const good = aLidar('good', 1);
    Object.assign(good.frames[0]?.front ?? {}, { metadata: { at: 5 } });
    const scenes = bad.map(([name, make]) => ({ reference_id: name, ...make({ image, cloudItem }) }));
    const counts = await upload(id, [good, ...scenes, aLidar('last', 1)]);
    expect(counts).toMatchObject({ new_scenes: 2, new_items: 4, upload_errors: bad.length });
    for (const [at, [name, , why]] of bad.entries())
      expect(counts.error_payload[at], name).toMatchObject({ reference_id: name, error: expect.stringMatching(why) });
    expect([await names(id), await size(id)]).toEqual([['good', 'last'], 4]);
    const job = await uploadLater(id, [...scenes, '{broken', aLidar('later', 1)]);
    expect([job.status, job.message.final_error]).toEqual([
      'Errored_User',
      expect.stringContaining(`${bad.length + 1} of ${bad.length + 2}`),
    ]);
    const errors = (await call(`job/${job.job_id}/errors`)).body.map((text: string) => JSON.parse(text));
    expect(errors).toHaveLength(bad.length + 1);
    expect(errors.find(({ line }: any) => line === 1)).toMatchObject({ reference_id: 'two lidar sensors' });
    expect([await names(id), await size(id)]).toEqual([['good', 'last', 'later'], 6]);
  });

  test.each([
    ['frames without their rate', { frames: [1] }, /^frame_rate/],
    ['frames and a file', { frames: [1], frame_rate: 5, video_url: '/v.mp4' }, /not by both/],
    ['nothing', {}, /needs frames/],
    ['an unreachable file', { video_url: '/gone.mp4' }, /^video_url: The video could not be fetched/],
    ['a file that is no video', { video_url: '/junk.mp4' }, /^video_url: The file is not a video/],
    ['a cloud as a frame', { frames: ['cloud'], frame_rate: 5 }, /made of images/],
  ])('a video scene of %s is refused and nothing of it is kept', async (_name, given, why) => {
    const id = await aDataset();
    const { frames, video_url, ...rest } = given as { frames?: unknown[]; video_url?: string };
    const scene = {
      reference_id: 'v',
      ...rest,
      ...(video_url === undefined ? {} : { video_url: store.files.origin + video_url }),
      ...(frames === undefined
        ? {}
        : { frames: frames.map((kind, i) => (kind === 'cloud' ? cloudItem : image)(`f${i}`)) }),
    };
    const counts = await upload(id, [scene], {}, 'upload_video_scenes');
    expect(counts).toMatchObject({
      new_scenes: 0,
      upload_errors: 1,
      error_payload: [{ error: expect.stringMatching(why) }],
    });
    expect([await names(id), await size(id)]).toEqual([[], 0]);
  });

  test('in privacy mode no address of a scene is ever requested', async () => {
    const canary = await aPictureServer({ '/a.jpg': await aJpeg(), '/cloud.json': Buffer.from(cloudJson) });
    const watched = await aCloud({ database: await open(), fetchAllow: [canary.host] });
    const ask = async (route: string, body?: object) =>
      (
        await send(`${watched.url}/v1/nucleus/${route}`, {
          key: watched.adminKey,
          ...(body === undefined ? {} : { body }),
        })
      ).body;
    const create = async (over: object) =>
      (await ask('dataset/create', { name: 'x', is_scene: true, ...over })).dataset_id;
    const lidar = lidarScene('secret/drive', 1, canary.origin);
    const video = videoScene('secret/clip', 1, {
      video_url: `${canary.origin}/v.mp4`,
      frames: [frameItem('secret/f', 'image', `${canary.origin}/a.jpg`)],
    });
    try {
      const id = await create({ use_privacy_mode: true });
      expect(await ask(`${id}/upload_scenes`, { scenes: [lidar] })).toMatchObject({ new_items: 2 });
      expect(await ask(`${id}/upload_scenes`, { scenes: [lidar], update: true })).toMatchObject({ updated_items: 2 });
      expect(await ask(`${id}/upload_video_scenes`, { scenes: [video] })).toMatchObject({ new_items: 1 });
      const wanting = [
        { ...video, reference_id: 'w1', upload_to_scale: true },
        { ...video, reference_id: 'w2', frames: [] },
        { ...video, reference_id: 'w3', frame_rate: null },
      ];
      const refused = await ask(`${id}/upload_video_scenes`, { scenes: wanting });
      expect(refused.error_payload.map(({ error }: any) => error)).toEqual([
        expect.stringContaining('upload_to_scale'),
        expect.stringContaining('are required when using privacy mode'),
        expect.stringContaining('are required when using privacy mode'),
      ]);
      // A scene of an ordinary dataset may stay outside as well.
      const ordinary = await create({});
      expect(await ask(`${ordinary}/upload_video_scenes`, { scenes: [video] })).toMatchObject({ new_items: 1 });
      await ask(`dataset/${id}/scene/${encodeURIComponent('secret/drive')}`);
      expect(canary.connections()).toBe(0);
      // The same scene, where pictures are brought in, is seen by the canary.
      expect(await ask(`${ordinary}/upload_scenes`, { scenes: [lidar] })).toMatchObject({ new_items: 2 });
      expect(canary.connections()).toBeGreaterThan(0);
    } finally {
      await watched.close();
      await canary.close();
    }
  });

  test('in privacy mode errors of jobs name lines and never a reference id', async () => {
    const id = await aDataset({ use_privacy_mode: true });
    const job = await uploadLater(id, [aLidar('secret/a', 1), { reference_id: 'secret/b', frames: [] }]);
    expect(job.status).toBe('Errored_User');
    expect((await call(`job/${job.job_id}/errors`)).text).not.toContain('secret');
    expect(await names(id)).toEqual(['secret/a']);
  });

  test('datasets of items take no scenes, and those of scenes no items', async () => {
    const items = await aDataset({ is_scene: false });
    const refused = await call(`${items}/upload_scenes`, { scenes: [] });
    expect([refused.status, refused.headers.get('x-error-code')]).toEqual([400, 'dataset-holds-items']);
    expect((await call(`${items}/upload_video_scenes?async=1`, { requestId: 'a' })).status).toBe(400);
    expect((await call(`dataset/${items}/metadata`, { level: 'scene', metadata: [] })).status).toBe(400);
    const scenes = await aDataset();
    expect((await call(`dataset/${scenes}/append`, { items: [] })).headers.get('x-error-code')).toBe(
      'dataset-holds-scenes',
    );
    expect((await call(`${scenes}/upload_scenes?async=1`, { requestId: 'never-sent' })).status).toBe(404);
  });

  test('a deleted dataset leaves no row of its scenes', async () => {
    const id = await aDataset({ use_privacy_mode: true });
    await upload(id, [aLidar('a', 1), aLidar('b', 1)]);
    await call(`dataset/${id}`, {}, 'DELETE');
    const { db, close } = await openDatabase(store.cloud.databaseUrl, () => undefined);
    const left = async () => {
      const tables = ['scenes', 'scene_frames', 'scene_tracks', 'tracks'] as const;
      const rows = await Promise.all(
        tables.map((table) => db.selectFrom(table).select('tenant_id').where('dataset_id', '=', id).execute()),
      );
      return rows.flat().length;
    };
    await eventually('the rows to go', 10_000, async () => (await left()) === 0 || undefined);
    expect(await left()).toBe(0);
    await close();
  });

  test('tracks are told by the frames that they are on, and a frame that is gone is none', async () => {
    const id = await aDataset({ use_privacy_mode: true });
    await upload(id, [videoScene('one', 3), videoScene('two', 1)], {}, 'upload_video_scenes');
    const box = (frame: number, track: string) => ({
      ...{ reference_id: `one/${frame}`, type: 'box', label: 'car', annotation_id: track, track_reference_id: track },
      geometry: { x: 1, y: 2, width: 3, height: 4 },
    });
    await call(`dataset/${id}/annotate`, { annotations: [box(0, 'a'), box(2, 'a'), box(1, 'b')] });
    const spans = async (scene: string) =>
      send(`${store.cloud.url}/v1/insights/${id}/scene-tracks`, { key: store.cloud.adminKey, body: { scene } });
    const track = { reference_id: 'a', labels: ['car'], count: 2 };
    const [from, alone, to] = [0, 1, 2].map((frame) => ({ from: frame, to: frame }));
    expect((await spans('one')).body.tracks).toEqual([
      { ...track, spans: [from, to] },
      { reference_id: 'b', labels: ['car'], count: 1, spans: [alone] },
    ]);
    // its neighbours then stand side by side
    await call(`dataset/${id}/refloc/one%2F1`, {}, 'DELETE');
    expect((await spans('one')).body.tracks).toEqual([{ ...track, spans: [{ from: 0, to: 1 }] }]);
    expect((await spans('two')).body.tracks).toEqual([]);
    expect([(await spans('nobody')).status, (await spans('nobody')).body.code]).toEqual([404, 'scene-not-found']);
  });
});
