/** Jobs of labels, scenes and autotags survive kill -9 of their worker: each goes on at its next step and leaves what an undisturbed one does. */
import { expect, test } from 'vitest';
import { aJpeg } from '../builders/a-picture.ts';
import { eventually } from '../builders/eventually.ts';
import { onEachDatabase } from '../contract/on-each-database.ts';
import { send } from '../contract/send.ts';
import { grey } from '../contract/some-labels.ts';
import { lidarScene, videoScene } from '../contract/some-scenes.ts';
import { aKilledCloud, type KilledCloud } from './a-killed-cloud.ts';

/** More than one step takes at once. */
const boxes = 600;
const trained = 6_000;
let uploads = 0;

const nucleus = (store: KilledCloud, route: string, body?: object) =>
  store.call(`nucleus/${route}`, body === undefined ? {} : { body });
const ended = (store: KilledCloud, jobId: string): Promise<any> =>
  eventually('the end of the job', 60_000, async () => {
    const { body } = await nucleus(store, `job/${jobId}`);
    return body.status === 'Running' ? undefined : body;
  });
const stepsOf = async (store: KilledCloud, jobId: string): Promise<number> =>
  (await nucleus(store, `job/${jobId}`)).body.completed_steps;
const endedAmong = async (store: KilledCloud, jobs: readonly string[]): Promise<number> =>
  (
    await store.query((db) =>
      db.selectFrom('jobs').select('id').where('id', 'in', jobs).where('ended_at', 'is not', null).execute(),
    )
  ).length;

/** A file that the first worker who asks for it never gets. */
const held = (store: KilledCloud, path: string, bytes: Buffer): string => {
  store.pictures.answer(path, () => store.pictures.answer(path, bytes));
  return store.pictures.origin + path;
};
/** Waits until every job has made a step and waits for its file, and kills. */
const killWhileHeld = async (store: KilledCloud, jobs: readonly string[], paths: readonly string[]): Promise<void> => {
  await eventually('progress of every job', 20_000, async () => {
    const steps = await Promise.all(jobs.map((job) => stepsOf(store, job)));
    return (
      (steps.every((count) => count > 0) && paths.every((path) => store.pictures.requests.includes(path))) || undefined
    );
  });
  await store.kill();
  expect(await endedAmong(store, jobs), 'jobs that were over before the kill').toBe(0);
};
const startFile = async (store: KilledCloud, dataset: string, route: string, lines: object[]): Promise<string> => {
  const requestId = `r${++uploads}`;
  const { signed_url } = (await nucleus(store, `dataset/${dataset}/signedUrl/${requestId}`)).body;
  const raw = lines.map((line) => JSON.stringify(line)).join('\n');
  await send(signed_url, { method: 'PUT', raw, headers: { 'content-type': '' } });
  return (await nucleus(store, `${route}?async=1`, { requestId, update: false })).body.job_id;
};
const aDataset = async (store: KilledCloud, over: object = {}): Promise<string> =>
  (await nucleus(store, 'dataset/create', { name: 'set', ...over })).body.dataset_id;

/** An item, a file of boxes on it, and a mask at the end that is waited for. */
const startLabels = async (store: KilledCloud) => {
  const id = await aDataset(store);
  const item = { reference_id: 'a', image_url: `${store.pictures.origin}/a.jpg` };
  await nucleus(store, `dataset/${id}/append`, { items: [item] });
  const mask = await grey(64, 48);
  const lines = (path: string) => [
    ...Array.from({ length: boxes }, (_, n) => ({
      reference_id: 'a',
      annotation_id: `box ${n}`,
      type: 'box',
      label: n % 2 === 0 ? 'car' : 'bus',
      geometry: { x: n % 60, y: 0, width: 1, height: 1 },
    })),
    { type: 'mask', reference_id: 'a', mask_url: held(store, path, mask), annotations: [{ label: 'sky', index: 1 }] },
  ];
  await nucleus(store, 'models/add', { name: 'm', reference_id: 'm' });
  const run = { name: 'r', reference_id: 'm' };
  const runId = (await nucleus(store, `dataset/${id}/modelRun/create`, run)).body.model_run_id;
  const paths = ['/truth.png', '/found.png'] as const;
  const annotations = await startFile(store, id, `dataset/${id}/annotate`, lines(paths[0]));
  const predictions = await startFile(store, id, `modelRun/${runId}/predict`, lines(paths[1]));
  return { id, runId, jobs: [annotations, predictions], paths };
};
/** Three scenes each, of which the second waits for a picture. */
const startScenes = async (store: KilledCloud) => {
  const picture = await aJpeg();
  const { origin } = store.pictures;
  store.pictures.answer('/cloud.json', Buffer.from('{"points":[{"x":0,"y":1,"z":2}]}'));
  const paths = ['/lidar.jpg', '/video.jpg'] as const;
  const withUrl = (frame: any, url: string) => ({ ...frame, url });
  const drives = ['d/0', 'd/1', 'd/2'].map((name, at) => {
    const scene = lidarScene(name, 1, origin);
    const url = at === 1 ? held(store, paths[0], picture) : `${origin}/a.jpg`;
    return { ...scene, frames: scene.frames.map((frame) => ({ ...frame, front: withUrl(frame.front, url) })) };
  });
  const clips = ['c/0', 'c/1', 'c/2'].map((name, at) => {
    const { video_url: _none, ...scene } = videoScene(name, 2, { upload_to_scale: true });
    const url = at === 1 ? held(store, paths[1], picture) : `${origin}/a.jpg`;
    return { ...scene, frames: scene.frames.map((frame) => withUrl(frame, url)) };
  });
  const [lidar, video] = [await aDataset(store, { is_scene: true }), await aDataset(store, { is_scene: true })];
  const jobs = [
    await startFile(store, lidar, `${lidar}/upload_scenes`, drives),
    await startFile(store, video, `${video}/upload_video_scenes`, clips),
  ];
  return { lidar, video, jobs, paths };
};
/** Trains over so many hashes that scoring takes many steps, and kills between two of them. */
const trainAndKill = async (store: KilledCloud): Promise<{ id: string; autotag: string; job: string }> => {
  const id = await aDataset(store, { use_privacy_mode: true });
  for (let from = 0; from < trained; from += 3_000) {
    const items = Array.from({ length: 3_000 }, (_, n) => ({
      reference_id: `item/${from + n}`,
      image_url: 'https://x.test/a',
      width: 1,
      height: 1,
      phash: (n % 2 === 0 ? '1' : '0').repeat(40) + (from + n).toString(2).padStart(24, '0'),
    }));
    await nucleus(store, `dataset/${id}/append`, { items });
  }
  const examples = { positives: ['item/0', 'item/2'], negatives: ['item/1', 'item/3'] };
  let head = (await store.call(`datasets/${id}/autotags`, { body: { name: 'even', ...examples } })).body;
  const autotag = head.autotag_id;
  // a quick machine may be through before the kill: then once more, as anybody may train again
  for (let attempt = 0; ; attempt++) {
    await eventually(
      'a step of the training',
      20_000,
      async () => (await stepsOf(store, head.job_id)) > 0 || undefined,
    );
    await store.kill();
    if ((await endedAmong(store, [head.job_id])) === 0) return { id, autotag, job: head.job_id };
    if (attempt === 5) throw new Error('the training is over before the kill every time: make it longer');
    await store.restart();
    head = (await nucleus(store, `autotag/${autotag}`, {})).body;
  }
};

onEachDatabase('a job of labels whose worker is killed', (open) => {
  test('goes on: files of annotations and predictions, scenes, videos and the training of an autotag', async () => {
    const store = await aKilledCloud(open);
    const labels = await startLabels(store);
    await killWhileHeld(store, labels.jobs, labels.paths);
    await store.restart();
    const all = { total: boxes + 1, errored: 0, ignored: 0, processed: boxes + 1 };
    const [annotated, predicted] = await Promise.all(labels.jobs.map((job) => ended(store, job)));
    expect(annotated).toMatchObject({ status: 'Completed', message: { annotation_upload: all } });
    expect(predicted).toMatchObject({ status: 'Completed', message: { prediction_upload: all } });
    for (const route of [`dataset/${labels.id}/refloc/a`, `modelRun/${labels.runId}/refloc/a`]) {
      const { box, segmentation } = (await nucleus(store, route)).body.annotations;
      const names = new Set(box.map((each: any) => each.annotation_id));
      expect([box.length, names.size, segmentation.length], route).toEqual([boxes, boxes, 1]);
    }
    const query = { pageSize: 9, query: `annotations.car = ${boxes / 2} AND predictions.bus = ${boxes / 2}` };
    expect((await nucleus(store, `dataset/${labels.id}/queryItemsPage`, query)).body.items).toHaveLength(1);

    const scenes = await startScenes(store);
    await killWhileHeld(store, scenes.jobs, scenes.paths);
    await store.restart();
    for (const job of scenes.jobs)
      expect(await ended(store, job)).toMatchObject({ status: 'Completed', message: { new_scenes: 3, new_items: 6 } });
    for (const [id, names] of [
      [scenes.lidar, ['d/0', 'd/1', 'd/2']],
      [scenes.video, ['c/0', 'c/1', 'c/2']],
    ] as const) {
      // biome-ignore format: short
      const listed = (await nucleus(store, `dataset/${id}/scenes_list`)).body.scenes;
      expect(listed.map((scene: any) => scene.reference_id)).toEqual(names);
      expect((await nucleus(store, `dataset/${id}/size`)).body).toEqual({ count: 6 });
    }

    const { id, autotag, job } = await trainAndKill(store);
    await store.restart();
    expect(await ended(store, job)).toMatchObject({ status: 'Completed', message: { scored: trained, examples: 4 } });
    const scores = async () =>
      (await nucleus(store, `dataset/${id}/autotag/even/taggedItems`, { score_threshold: -1 })).body.autotagItems;
    const found = await scores();
    expect(new Set(found.map((each: any) => each.ref_id)).size).toBe(trained);
    await ended(store, (await nucleus(store, `autotag/${autotag}`, {})).body.job_id);
    expect(await scores()).toEqual(found);
  });
});

test('the control: a file of annotations that forgets where it was meets its own labels', async () => {
  const store = await aKilledCloud(async () => ({ url: undefined, drop: async () => undefined }));
  const labels = await startLabels(store);
  await killWhileHeld(store, labels.jobs, labels.paths);
  await store.query((db) => db.updateTable('jobs').set({ checkpoint: null }).where('id', 'in', labels.jobs).execute());
  await store.restart();
  const { message } = await ended(store, labels.jobs[0] ?? '');
  expect(message.annotation_upload.ignored).toBeGreaterThan(0);
});
