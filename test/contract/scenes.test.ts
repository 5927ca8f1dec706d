/** Scenes: what is brought in and answered, updates, pages, deletion, videos by file. */
import { execFileSync, spawnSync } from 'node:child_process';
import { beforeAll, expect, test } from 'vitest';
import { describeWhere } from '../builders/describe-where.ts';
import { eventually } from '../builders/eventually.ts';
import { aSceneCloud, cloudJson } from './a-scene-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';
import { videoScene } from './some-scenes.ts';

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;

onEachDatabase('scenes', (open) => {
  const store = aSceneCloud(open);
  const { call, aDataset, upload, uploadLater, names, size, aLidar } = store;

  test('a lidar scene brings in its pictures and reads its point clouds', async () => {
    const id = await aDataset();
    expect(await upload(id, [aLidar('drive')])).toMatchObject({ new_scenes: 1, new_items: 4, upload_errors: 0 });
    const scene = (await call(`dataset/${id}/scene/drive`)).body;
    expect(scene.frames).toHaveLength(2);
    expect(scene.frames[0].lidar.pointcloud).toMatchObject({
      points: 2,
      min: { x: 0, y: -1, z: 2 },
      max: { x: 3, y: 1, z: 5 },
      has_intensity: false,
      bytes: cloudJson.length,
    });
    expect(scene.frames[0].lidar.image_url).toBeUndefined();
    const { item } = (await call(`dataset/${id}/refloc/drive%2Ffront%2F1`)).body;
    expect(item).toMatchObject({ width: expect.any(Number), phash: expect.stringMatching(/^[01]{64}$/) });
    expect(item.metadata.camera_params).toMatchObject({ fx: 900, position: { x: 1, y: 2.5, z: 0 } });
    // Point clouds have no picture to compare; the pictures of both frames are one.
    const { job_id } = (await call(`dataset/${id}/deduplicate_async`, { threshold: 0 })).body;
    const job = await eventually('the end of the job', 15_000, async () => {
      const { body } = await call(`job/${job_id}`);
      return body.status === 'Running' ? undefined : body;
    });
    expect(job.message.stats).toMatchObject({ original_count: 2, deduplicated_count: 1 });
  });

  test('a category may be of a whole scene: it is asked for, listed, and goes with it', async () => {
    const id = await aDataset({ use_privacy_mode: true });
    await upload(id, [aLidar('one'), aLidar('two')]);
    const taxonomy = { taxonomy_name: 'weather', type: 'category', labels: ['rain'], update: false };
    await call(`dataset/${id}/add_taxonomy`, taxonomy);
    const category = (reference_id: string, label: string, over: object = {}) => ({
      reference_id,
      label,
      type: 'category',
      ...over,
    });
    const rows = [
      category('one', 'rain', { taxonomy_name: 'weather', metadata: { sure: true } }),
      category('one', 'yard'),
      category('one/front/0', 'lamp'),
      category('nowhere', 'x'),
      { reference_id: 'one', type: 'box', label: 'x', geometry: { x: 0, y: 0, width: 1, height: 1 } },
    ];
    const annotate = async (annotations: object[], update = false) =>
      (await call(`dataset/${id}/annotate`, { annotations, update })).body;
    expect(await annotate(rows)).toEqual({
      dataset_id: id,
      annotations_processed: 3,
      annotations_ignored: 0,
      errors: ["Item with id nowhere doesn't exist.", "Item with id one doesn't exist."],
    });
    expect(await annotate(rows.slice(0, 3))).toMatchObject({ annotations_processed: 0, annotations_ignored: 3 });
    const labels = async (ref: string) => (await call(`dataset/${id}/scene/${ref}`)).body.annotations;
    expect(await labels('one')).toEqual({
      category: [
        expect.objectContaining({ ...rows[0], id: expect.stringMatching(/^ann_/), geometry: {}, task_id: null }),
        expect.objectContaining({ ...rows[1], metadata: {} }),
      ],
    });
    expect(await labels('two')).toBeUndefined();
    const found = async (route: string, query: string) =>
      (await call(`dataset/${id}/${route}`, { pageSize: 9, query })).body.items.map((each: any) => each.reference_id);
    expect(await found('queryScenesPage', 'annotations.weather = rain')).toEqual(['one']);
    expect(await found('queryScenesPage', 'annotations.category.yard = 0')).toEqual(['two']);
    expect(await found('queryItemsPage', 'annotations.category.count > 0')).toEqual(['one/front/0']);
    expect((await call(`dataset/${id}/class_labels`)).body).toEqual({ data: ['lamp', 'rain', 'yard'] });
    await annotate([category('two', 'yard')]);
    expect(await found('queryScenesPage', 'annotations.category.yard > 0')).toEqual(['one', 'two']);
    await call(`annotation/${id}`, { reference_ids: ['one'] }, 'DELETE');
    const isGone = async () => (await labels('one')) === undefined || undefined;
    await eventually('the end of the labels', 15_000, isGone);
    expect(await found('queryScenesPage', 'annotations.category.yard > 0')).toEqual(['two']);
    await call(`dataset/${id}/scene/two`, {}, 'DELETE');
    await upload(id, [aLidar('two')]);
    expect(await labels('two')).toBeUndefined();
  });

  test('a scene that is there is ignored, or its metadata is replaced while its frames stay', async () => {
    const id = await aDataset({ use_privacy_mode: true });
    await upload(id, [aLidar('drive')]);
    const changed = { ...aLidar('drive'), metadata: { site: 'road' }, tracks: [{ reference_id: 'bus' }] };
    expect(await upload(id, [changed])).toMatchObject({ ignored_scenes: 1, ignored_items: 4 });
    expect((await call(`dataset/${id}/scene/drive`)).body.metadata).toEqual({ site: 'yard', n: 3 });
    expect(await upload(id, [changed], { update: true })).toMatchObject({ updated_scenes: 1, updated_items: 4 });
    const scene = (await call(`dataset/${id}/scene/drive`)).body;
    expect(scene.metadata).toEqual({ site: 'road' });
    expect(scene.tracks.map(({ reference_id }: any) => reference_id).toSorted()).toEqual(['bus', 'drive/car']);
    const longer = await upload(id, [aLidar('drive', 3)], { update: true });
    expect(longer).toMatchObject({
      upload_errors: 1,
      error_payload: [{ error: expect.stringContaining('are others') }],
    });
    expect(await size(id)).toBe(4);
    const merged = [
      { reference_id: 'drive', metadata: { added: 1 } },
      { reference_id: 'nobody', metadata: {} },
    ];
    const reply = (await call(`dataset/${id}/metadata`, { level: 'scene', metadata: merged })).body;
    expect(reply).toMatchObject({ updated_items: 1, errored_items: 1 });
    const later = (
      await call(`dataset/${id}/metadata?async=1`, {
        level: 'scene',
        metadata: [{ reference_id: 'drive', metadata: { site: 'hill' } }],
      })
    ).body;
    await eventually('the update', 10_000, async () => {
      const { metadata } = (await call(`dataset/${id}/scene/drive`)).body;
      return metadata.site === 'hill' || undefined;
    });
    expect(later.job_type).toBe('metadataUpdate');
    expect((await call(`dataset/${id}/scene/drive`)).body.metadata).toEqual({ site: 'hill', added: 1 });
  });

  test('a deleted scene takes its items along, and its ids are free again', async () => {
    const id = await aDataset({ use_privacy_mode: true });
    await upload(id, [aLidar('a', 1), aLidar('b', 1)]);
    const query = async (text: string) =>
      (await call(`dataset/${id}/queryScenesPage`, { query: text, pageToken: null, pageSize: 10 })).body.items.map(
        (scene: any) => scene.reference_id,
      );
    expect(await query('n = 3')).toEqual(['a', 'b']);
    expect((await call(`dataset/${id}/scene/a`, {}, 'DELETE')).status).toBe(200);
    expect([await names(id), await size(id), await query('n = 3')]).toEqual([['b'], 2, ['b']]);
    expect((await call(`dataset/${id}/refloc/a%2Ffront%2F0`)).status).toBe(404);
    expect((await call(`dataset/${id}/scene/a%2Ffront%2F0?from_item=1`)).status).toBe(404);
    expect((await call(`dataset/${id}/scene/a`, {}, 'DELETE')).headers.get('x-error-code')).toBe('scene-not-found');
    expect(await upload(id, [aLidar('a', 2)])).toMatchObject({ new_scenes: 1, new_items: 4 });
    expect(await query('reference_id = "a"')).toEqual(['a']);
    expect(
      (await call(`dataset/${id}/queryScenesPage`, { query: 'nothing = 1', pageToken: null, pageSize: 1 })).status,
    ).toBe(400);
  });

  test('tracks come with labels, are answered by their scene and exported by frame', async () => {
    const id = await aDataset({ use_privacy_mode: true });
    const clip = (ref: string) => videoScene(ref, 3, { tracks: [{ reference_id: `${ref}/sent` }] });
    await upload(id, [clip('one'), clip('two')], {}, 'upload_video_scenes');
    const box = (frame: number, track: string | null, x: number) => ({
      reference_id: `one/${frame}`,
      type: 'box',
      label: 'car',
      annotation_id: `${track} at ${frame}`,
      geometry: { x, y: 2, width: 3, height: 4 },
      metadata: { frame },
      track_reference_id: track,
    });
    const annotations = [box(0, 'car 1', 1), box(2, 'car 1', 9), box(1, 'car 2', 5), box(1, null, 7)];
    expect((await call(`dataset/${id}/annotate`, { annotations, update: false })).body).toMatchObject({
      annotations_processed: 4,
    });
    const trackNames = async (route: string) =>
      (await call(`dataset/${id}/${route}`)).body.tracks.map(({ reference_id }: any) => reference_id).toSorted();
    expect(await trackNames('tracks')).toEqual(['car 1', 'car 2', 'one/sent', 'two/sent']);
    expect(await trackNames('scene/one')).toEqual(['car 1', 'car 2', 'one/sent']);
    expect(await trackNames('scene/two')).toEqual(['two/sent']);
    const { data } = (await call(`dataset/${id}/exportForTrainingByScene`, { pageToken: null, pageSize: 30 })).body;
    const row = (key: number, left: number) => ({ left, top: 2, width: 3, height: 4, key, metadata: { frame: key } });
    expect(data.map(({ scene, annotations: of }: any) => [scene.reference_id, of])).toEqual([
      [
        'one',
        {
          'car 1': { label: 'car', name: 'car 1', frames: [row(0, 1), row(2, 9)] },
          'car 2': { label: 'car', name: 'car 2', frames: [row(1, 5)] },
        },
      ],
      ['two', {}],
    ]);
    expect(data[0].scene.fileLocation).toBe('https://files.test/one.mp4');
    await call(`dataset/${id}/scene/one`, {}, 'DELETE');
    const left = await call(`dataset/${id}/exportForTrainingByScene`, { pageToken: null, pageSize: 30 });
    expect(left.text).not.toContain('car 1');
    const gone = await call(`dataset/${id}/exportForTrainingByScene`, {
      pageToken: null,
      pageSize: 1,
      sliceId: 'slc_x',
    });
    expect(gone.status).toBe(404);
  });

  test('a slice of scenes is made, grown and read by their reference ids, and its items are those of their frames', async () => {
    const id = await aDataset({ use_privacy_mode: true });
    const all = ['a', 'b', 'c'];
    await upload(
      id,
      all.map((ref) => aLidar(ref, 1)),
    );
    const make = async (body: object) => call(`dataset/${id}/create_slice`, { name: 'some', ...body });
    const { slice_id } = (await make({ reference_ids: ['c', 'a'] })).body;
    const members = async () =>
      (await call(`slice/${slice_id}`)).body.items.map((scene: any) => [scene.id.slice(0, 4), scene.reference_id]);
    expect((await call(`slice/${slice_id}/info`)).body.type).toBe('scene');
    expect(await members()).toEqual([
      ['scn_', 'a'],
      ['scn_', 'c'],
    ]);
    const grown = (await call(`slice/${slice_id}/append`, { reference_ids: ['a', 'b'], dataset_id: id })).body;
    expect(grown.new_items).toEqual(['b']);
    await send(`${store.cloud.url}/v1/slices/${slice_id}/remove`, {
      key: store.cloud.adminKey,
      body: { reference_ids: ['c'] },
    });
    expect((await members()).map(([, ref]: string[]) => ref)).toEqual(['a', 'b']);
    const page = (await call(`slice/${slice_id}/itemsPage`, { pageToken: null, pageSize: 10 })).body;
    expect(page.items.map((item: any) => item.ref_id)).toEqual(['a/cloud/0', 'a/front/0', 'b/cloud/0', 'b/front/0']);
    const first = { pageToken: null, pageSize: 1, sliceId: slice_id };
    const exported = (await call(`dataset/${id}/exportForTrainingByScene`, first)).body;
    expect(exported.data.map((row: any) => row.scene.reference_id)).toEqual(['a']);
    const next = { ...first, pageToken: exported.nextPageToken };
    const second = (await call(`dataset/${id}/exportForTrainingByScene`, next)).body;
    expect([second.data[0].scene.reference_id, second.nextPageToken]).toEqual(['b', null]);
    const sceneId = exported.data[0].scene.id;
    const byId = (await make({ scene_ids: [sceneId] })).body.slice_id;
    expect((await call(`slice/${byId}`)).body.items.map((scene: any) => scene.reference_id)).toEqual(['a']);
    for (const body of [{ reference_ids: ['a/front/0'] }, { scene_ids: ['scn_x'] }])
      expect((await make(body)).headers.get('x-error-code')).toBe('item-not-found');
    await call(`dataset/${id}/scene/a`, {}, 'DELETE');
    expect((await members()).map(([, ref]: string[]) => ref)).toEqual(['b']);
  });

  test('pages of scenes neither repeat nor drop one', async () => {
    const id = await aDataset({ use_privacy_mode: true });
    const all = Array.from({ length: 7 }, (_, i) => `s${i}`);
    await upload(
      id,
      all.map((ref) => aLidar(ref, 1)),
    );
    for (const route of ['queryScenesPage', 'exportForTrainingByScene']) {
      const seen: string[] = [];
      let pageToken: string | null = null;
      do {
        const { body } = await call(`dataset/${id}/${route}`, { query: '', pageToken, pageSize: 3 });
        seen.push(...(body.items ?? body.data).map((row: any) => (row.scene ?? row).reference_id));
        pageToken = body.nextPageToken;
      } while (pageToken);
      expect(seen, route).toEqual(all);
    }
  });

  describeWhere(hasFfmpeg, 'ffmpeg', 'a video by file', () => {
    beforeAll(() => {
      const source = 'testsrc=size=64x48:rate=5:duration=2';
      const video = execFileSync('ffmpeg', [
        ...['-nostdin', '-loglevel', 'error', '-f', 'lavfi', '-i', source, '-c:v', 'mpeg4'],
        ...['-f', 'mp4', '-movflags', 'frag_keyframe+empty_moov', 'pipe:1'],
      ]);
      store.files.answer('/v.mp4', video);
    });

    test('is cut into frames that are items with pictures of their own', async () => {
      const id = await aDataset();
      const job = await uploadLater(
        id,
        [
          { reference_id: 'clip', video_url: `${store.files.origin}/v.mp4`, metadata: { a: 1 }, upload_to_scale: true },
          { reference_id: 'slow', video_url: `${store.files.origin}/v.mp4`, frame_rate: 1, upload_to_scale: true },
        ],
        'upload_video_scenes',
      );
      expect(job).toMatchObject({ status: 'Completed', job_type: 'uploadVideoScene', message: { new_items: 12 } });
      const scene = (await call(`dataset/${id}/scene/clip`)).body;
      expect(scene).toMatchObject({ video_url: `${store.files.origin}/v.mp4`, metadata: { a: 1 } });
      expect(scene.frames).toHaveLength(10);
      const [frame] = scene.frames;
      expect(frame).toMatchObject({ width: 64, height: 48, phash: expect.any(String), ref_id: 'clip_frame_000000' });
      const picture = await send(frame.image_url, { key: store.cloud.adminKey });
      const shown = await fetch(store.cloud.url + picture.headers.get('location'));
      expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
      expect((await call(`dataset/${id}/scene/slow`)).body.frames).toHaveLength(2);
      expect(await size(id)).toBe(12);
      const again = await upload(
        id,
        [{ reference_id: 'clip', video_url: `${store.files.origin}/v.mp4`, metadata: { b: 2 } }],
        { update: true },
        'upload_video_scenes',
      );
      expect(again).toMatchObject({ updated_scenes: 1 });
      expect((await call(`dataset/${id}/scene/clip`)).body.metadata).toEqual({ b: 2 });
    });
  });
});
