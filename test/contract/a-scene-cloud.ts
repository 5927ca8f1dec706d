/** A cloud over a database with a server of pictures and point clouds, and what tests of scenes ask of it. */
import { afterAll, beforeAll } from 'vitest';
import { aJpeg } from '../builders/a-picture.ts';
import { aPictureServer, type PictureServer } from '../builders/a-picture-server.ts';
import { eventually } from '../builders/eventually.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import type { TestDatabase } from './on-each-database.ts';
import { send } from './send.ts';
import { lidarScene } from './some-scenes.ts';

/** Two points in JSON. */
export const cloudJson = JSON.stringify({
  points: [
    { x: 0, y: 1, z: 2 },
    { x: 3, y: -1, z: 5 },
  ],
});

/** Opens both before the tests of the block that calls it and closes them after; `cloud` and `files` are there within tests. */
export function aSceneCloud(open: () => Promise<TestDatabase>) {
  let cloud: ACloud;
  let files: PictureServer;
  let requests = 0;
  beforeAll(async () => {
    files = await aPictureServer({
      '/a.jpg': await aJpeg(),
      '/cloud.json': Buffer.from(cloudJson),
      '/empty.json': Buffer.from('{"points": []}'),
      '/junk.mp4': Buffer.from('no video'),
    });
    cloud = await aCloud({ database: await open(), fetchAllow: [files.host] });
  });
  afterAll(async () => {
    await cloud.close();
    await files.close();
  });

  const call = (route: string, body?: object, method?: string) =>
    send(`${cloud.url}/v1/nucleus/${route}`, {
      key: cloud.adminKey,
      ...(body === undefined ? {} : { body }),
      ...(method === undefined ? {} : { method }),
    });
  const aDataset = async (over: object = {}): Promise<string> =>
    (await call('dataset/create', { name: 'drives', is_scene: true, ...over })).body.dataset_id;
  const upload = async (id: string, scenes: object[], over: object = {}, route = 'upload_scenes') =>
    (await call(`${id}/${route}`, { scenes, update: false, ...over })).body;
  const uploadLater = async (id: string, lines: (object | string)[], route = 'upload_scenes', update = false) => {
    const requestId = `r${++requests}`;
    const { signed_url } = (await call(`dataset/${id}/signedUrl/${requestId}`)).body;
    const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
    await fetch(signed_url, { method: 'PUT', body: text });
    const { job_id } = (await call(`${id}/${route}?async=1`, { requestId, update })).body;
    return eventually('the end of the job', 20_000, async () => {
      const { body } = await call(`job/${job_id}`);
      return body.status === 'Running' ? undefined : body;
    });
  };
  const names = async (id: string) =>
    (await call(`dataset/${id}/scenes_list`)).body.scenes.map((scene: any) => scene.reference_id);
  const size = async (id: string) => (await call(`dataset/${id}/size`)).body.count;
  const aLidar = (ref: string, frames = 2, over: object = {}) => lidarScene(ref, frames, files.origin, over);

  return {
    get cloud() {
      return cloud;
    },
    get files() {
      return files;
    },
    call,
    aDataset,
    upload,
    uploadLater,
    names,
    size,
    aLidar,
  };
}
