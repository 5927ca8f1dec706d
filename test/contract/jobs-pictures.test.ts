/** Pictures of an asynchronous append: fetched before their lines are written, and never in privacy mode. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aJpeg } from '../builders/a-picture.ts';
import { aPictureServer, type PictureServer } from '../builders/a-picture-server.ts';
import { eventually } from '../builders/eventually.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';

onEachDatabase('pictures of an asynchronous append', (open) => {
  let cloud: ACloud;
  let pictures: PictureServer;
  beforeAll(async () => {
    pictures = await aPictureServer({ '/a.jpg': await aJpeg(), '/slow.jpg': () => undefined });
    cloud = await aCloud({ database: await open(), fetchAllow: [pictures.host] });
  });
  afterAll(async () => {
    await cloud.close();
    await pictures.close();
  });

  const call = (route: string, options: Parameters<typeof send>[1] = {}) =>
    send(`${cloud.url}/v1/nucleus/${route}`, { key: cloud.adminKey, ...options });
  const aDataset = async (over: object = {}): Promise<string> =>
    (await call('dataset/create', { body: { name: 'set', ...over } })).body.dataset_id;
  const anItem = (ref: string, over: object = {}) => ({
    reference_id: ref,
    image_url: `${pictures.origin}/a.jpg`,
    metadata: {},
    ...over,
  });
  let requests = 0;
  /** Uploads the lines and answers the id of the job that appends them. */
  const append = async (id: string, lines: readonly object[], update = false): Promise<string> => {
    requests += 1;
    const requestId = `r${requests}`;
    const { signed_url } = (await call(`dataset/${id}/signedUrl/${requestId}`)).body;
    const body = lines.map((line) => JSON.stringify(line)).join('\n');
    expect((await fetch(signed_url, { method: 'PUT', body })).status).toBe(200);
    return (await call(`dataset/${id}/append?async=1`, { body: { requestId, update } })).body.job_id;
  };
  const finished = (jobId: string): Promise<any> =>
    eventually('the end of the job', 15_000, async () => {
      const { body } = await call(`job/${jobId}`);
      return body.status === 'Running' ? undefined : body;
    });

  test('a job fetches the pictures of its lines; one that cannot be had is an error of its line', async () => {
    const id = await aDataset();
    const gone = `${pictures.origin}/gone.jpg`;
    const lines = [
      anItem('a'),
      anItem('b', { image_url: gone }),
      anItem('c', { image_url: 'http://10.9.9.9:1/never' }),
    ];
    const jobId = await append(id, lines);
    const job = await finished(jobId);
    expect([job.status, job.message.new_items, job.message.upload_errors]).toEqual(['Completed', 1, 2]);
    expect((await call(`dataset/${id}/refloc/a`)).body.item).toMatchObject({ width: expect.any(Number) });
    expect((await call(`dataset/${id}/refloc/b`)).status).toBe(404);
    const errors = (await call(`job/${jobId}/errors`)).body.map((text: string) => JSON.parse(text));
    expect(errors).toEqual([
      { line: 2, item: lines[1], error: expect.stringMatching(/^image_url: /) },
      { line: 3, item: lines[2], error: expect.stringMatching(/^image_url: /) },
    ]);
    const asked = pictures.requests.length;
    const again = await append(id, [anItem('a', { metadata: { z: 1 } })], true);
    expect((await finished(again)).message).toMatchObject({ updated_items: 1, upload_errors: 0 });
    expect(pictures.requests.length).toBe(asked);
  });

  test('in privacy mode a job requests no address', async () => {
    const id = await aDataset({ use_privacy_mode: true });
    const asked = pictures.requests.length;
    const jobId = await append(id, [anItem('a', { width: 1, height: 1 })]);
    expect((await finished(jobId)).message).toMatchObject({ new_items: 1, upload_errors: 0 });
    expect(pictures.requests.length).toBe(asked);
  });

  test('a picture that a stop cuts off is no error of its line: the chunk is done again', async () => {
    const id = await aDataset();
    const asked = pictures.requests.length;
    const jobId = await append(id, [anItem('a', { image_url: `${pictures.origin}/slow.jpg` }), anItem('b')]);
    await eventually(
      'the slow picture to be asked for',
      5_000,
      () => pictures.requests.length >= asked + 2 || undefined,
    );
    pictures.answer('/slow.jpg', await aJpeg());
    await cloud.restart();
    expect((await finished(jobId)).message).toMatchObject({ new_items: 2, upload_errors: 0 });
  });
});
