/** Pictures of an asynchronous append: fetched before their lines are written, tried again or on demand, and never in privacy mode. */
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

  const attachmentOf = async (id: string, ref: string): Promise<any> => {
    const { item } = (await call(`dataset/${id}/refloc/${ref}`)).body;
    return (await send(`${cloud.url}/v1/insights/${id}/items/${item.id}/attachment`, { key: cloud.adminKey })).body;
  };
  const errorsOf = async (jobId: string): Promise<any[]> =>
    (await call(`job/${jobId}/errors`)).body.map((text: string) => JSON.parse(text));

  test('a job fetches the pictures of its lines; one that cannot be had is an error of its line', async () => {
    const id = await aDataset();
    const gone = `${pictures.origin}/gone.jpg`;
    const lines = [
      anItem('a'),
      anItem('b', { image_url: gone }),
      anItem('c', { image_url: 'http://10.9.9.9:1/never' }),
      anItem('d', { image_url: 'file:///etc/passwd' }),
    ];
    const jobId = await append(id, lines);
    const job = await finished(jobId);
    expect([job.status, job.message.new_items, job.message.upload_errors]).toEqual(['Completed', 1, 3]);
    expect((await call(`dataset/${id}/refloc/a`)).body.item).toMatchObject({ width: expect.any(Number) });
    const stays = 'The item stays, and its picture can be fetched again.';
    expect(await errorsOf(jobId)).toEqual([
      { line: 2, item: lines[1], error: `image_url: The address answered 404. ${stays}` },
      { line: 3, item: lines[2], error: `image_url: The image could not be fetched. ${stays}` },
      { line: 4, item: lines[3], error: 'image_url: The image could not be fetched.' },
    ]);
    expect((await call(`dataset/${id}/refloc/d`)).status, 'what can never be fetched is not kept').toBe(404);
    const asked = pictures.requests.length;
    const again = await append(id, [anItem('a', { metadata: { z: 1 } })], true);
    expect((await finished(again)).message).toMatchObject({ updated_items: 1, upload_errors: 0 });
    expect(pictures.requests.length).toBe(asked);
  });

  test('an item whose first fetch fails stays in error with its cause, and is new when its picture is there', async () => {
    const id = await aDataset();
    const gone = `${pictures.origin}/later.jpg`;
    const said = { width: 7, height: 5, metadata: { site: 4 } };
    await finished(
      await append(id, [anItem('a'), anItem('b', { image_url: gone, ...said }), anItem('c', { image_url: gone })]),
    );
    const bare = await attachmentOf(id, 'b');
    expect(bare).toMatchObject({
      state: 'error',
      code: 'fetch_not_found',
      message: 'The address answered 404.',
      tries: 1,
    });
    expect([bare.can_refetch, bare.sha256, bare.url]).toEqual([true, null, null]);
    expect((await call(`dataset/${id}/size`)).body.count).toBe(3);
    expect((await call(`dataset/${id}/refloc/c`)).body.item).not.toHaveProperty('width');
    const unique = await finished(
      (await call(`dataset/${id}/deduplicate_async`, { body: { threshold: 4 } })).body.job_id,
    );
    expect(unique).toMatchObject({
      status: 'Completed',
      message: { stats: { original_count: 3, deduplicated_count: 1 } },
    });

    // By hand, with what the caller said of it.
    pictures.answer('/later.jpg', await aJpeg({ seed: 4 }));
    const { item } = (await call(`dataset/${id}/refloc/b`)).body;
    await send(`${cloud.url}/v1/insights/${id}/items/${item.id}/refetch`, { key: cloud.adminKey, method: 'POST' });
    await eventually('the picture', 15_000, async () => (await attachmentOf(id, 'b')).state === 'ready' || undefined);
    expect((await call(`dataset/${id}/refloc/b`)).body.item).toMatchObject({ id: item.id, ...said });

    // By sending it again: what never had a picture is no known item, even to who does not update.
    const wrong = anItem('c', { image_url: `${pictures.origin}/never.jpg` });
    const sync = (items: object[]) => call(`dataset/${id}/append`, { body: { items, update: false } });
    expect((await sync([wrong])).body).toMatchObject({ new_items: 0, ignored_items: 0, upload_errors: 1 });
    expect((await call(`dataset/${id}/refloc/c`)).body.item.image_url, 'nobody keeps what a reply refused').toBe(gone);
    const better = anItem('c', { metadata: { mended: 1 } });
    expect((await sync([better])).body).toMatchObject({ new_items: 1, upload_errors: 0 });
    expect((await sync([better])).body).toMatchObject({ new_items: 0, ignored_items: 1 });
    expect(await attachmentOf(id, 'c')).toMatchObject({ state: 'ready', code: null, attachment: better.image_url });
    expect((await call(`dataset/${id}/size`)).body.count).toBe(3);
  });

  test('what may pass is tried again by itself, and the same line twice is one item', async () => {
    const id = await aDataset();
    const picture = await aJpeg({ seed: 5 });
    let left = 1;
    pictures.answer('/busy.jpg', (_request, response) => {
      left -= 1;
      if (left >= 0) response.writeHead(503).end();
      else response.writeHead(200).end(picture);
    });
    const busy = anItem('busy', { image_url: `${pictures.origin}/busy.jpg` });
    const jobId = await append(id, [busy, busy]);
    expect((await finished(jobId)).message).toMatchObject({ new_items: 0, ignored_items: 1, upload_errors: 1 });
    expect((await errorsOf(jobId))[0].error).toBe(
      'image_url: The address answered 503. The item stays, and its picture is tried again.',
    );
    await eventually(
      'the second try',
      20_000,
      async () => (await attachmentOf(id, 'busy')).state === 'ready' || undefined,
    );
    expect(left).toBe(-1);
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
