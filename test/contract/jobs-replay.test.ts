/** Jobs as the Python client meets them: signed uploads, async appends, metadata updates, status, lists and errors. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aJpeg } from '../builders/a-picture.ts';
import { aPictureServer, type PictureServer } from '../builders/a-picture-server.ts';
import { eventually } from '../builders/eventually.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { anAgent, aPut } from './an-agent.ts';
import { onEachDatabase } from './on-each-database.ts';
import { type Answer, send } from './send.ts';

onEachDatabase('jobs over the Nucleus routes', (open) => {
  let cloud: ACloud;
  let pictures: PictureServer;
  /** What the cloud's clock is ahead of this machine's. */
  let aheadMs = 0;
  beforeAll(async () => {
    pictures = await aPictureServer({ '/a.jpg': await aJpeg() });
    cloud = await aCloud({ database: await open(), clock: () => Date.now() + aheadMs, fetchAllow: [pictures.host] });
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
  const aRequestId = (): string => {
    requests += 1;
    return requests.toString(16).padStart(32, '0');
  };
  /** PUT as `requests.put(url, data=…)` sends it: no credentials and no content type. */
  const put = (url: string, body: string | Uint8Array): Promise<Response> =>
    fetch(url, { method: 'PUT', body: Buffer.from(body) });
  const sign = async (id: string, request: string): Promise<string> =>
    (await call(`dataset/${id}/signedUrl/${request}`)).body.signed_url;
  const upload = async (id: string, lines: readonly (object | string)[], request = aRequestId()): Promise<string> => {
    const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
    expect((await put(await sign(id, request), text)).status).toBe(200);
    return request;
  };
  const append = (id: string, requestId: string, update = false): Promise<Answer> =>
    call(`dataset/${id}/append?async=1`, { body: { requestId, update } });
  /** Polls as the client does: while the status reads exactly `Running`. */
  const finished = (jobId: string): Promise<any> =>
    eventually('the end of the job', 15_000, async () => {
      const { body } = await call(`job/${jobId}`);
      return body.status === 'Running' ? undefined : body;
    });

  test('an asynchronous append: signed address, upload, job, items, and a status that runs first', async () => {
    const id = await aDataset();
    const request = await upload(id, [anItem('a', { metadata: { n: 50 } }), anItem('b'), anItem('a')]);
    const head = await append(id, request);
    expect(head.body).toEqual({
      job_id: expect.stringMatching(/^job_[a-z0-9]{20}$/),
      job_last_known_status: 'Running',
      job_type: 'uploadDatasetItems',
      job_creation_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      dataset_id: id,
    });
    const jobId = head.body.job_id;
    const first = (await call(`job/${jobId}`)).body;
    expect([first.status, first.job_type]).toEqual(['Running', 'uploadDatasetItems']);
    expect(await finished(jobId)).toEqual({
      job_id: jobId,
      status: 'Completed',
      message: { dataset_id: id, new_items: 2, updated_items: 0, ignored_items: 1, upload_errors: 0 },
      job_progress: '1.00',
      completed_steps: 3,
      total_steps: 3,
      job_type: 'uploadDatasetItems',
    });
    expect((await call(`dataset/${id}/size`)).body).toEqual({ count: 2 });
    expect((await call(`dataset/${id}/refloc/a`)).body.item.metadata).toEqual({ n: 50 });
    expect((await call(`job/${jobId}/errors`)).text).toBe('[]');
    expect((await call(`job/${jobId}/info`)).body).toMatchObject({ job_id: jobId, job_last_known_status: 'Completed' });
  });

  test('the same request again is the same job, also after it has ended', async () => {
    const id = await aDataset();
    const request = await upload(id, [anItem('a')]);
    const [one, two] = await Promise.all([append(id, request), append(id, request)]);
    expect(two.body.job_id).toBe(one.body.job_id);
    await finished(one.body.job_id);
    expect((await append(id, request)).body.job_id).toBe(one.body.job_id);
    expect((await call(`dataset/${id}/size`)).body).toEqual({ count: 1 });
  });

  test('rows that cannot be taken are errors of a completed job, and the rest goes in', async () => {
    const id = await aDataset();
    const lines = [anItem('a'), '{broken', '', { image_url: 'x' }, anItem('b', { width: 0 }), anItem('c'), '"\\u0000"'];
    const { body } = await append(id, await upload(id, lines));
    const job = await finished(body.job_id);
    expect([job.status, job.message.new_items, job.message.upload_errors]).toEqual(['Completed', 2, 4]);
    const errors = (await call(`job/${body.job_id}/errors`)).body.map((text: string) => JSON.parse(text));
    expect(errors.map(({ line }: { line: number }) => line).toSorted()).toEqual([2, 4, 5, 7]);
    expect(errors.find(({ line }: { line: number }) => line === 5)).toMatchObject({ item: { reference_id: 'b' } });
  });

  test('in privacy mode errors name lines and never a reference id', async () => {
    const id = await aDataset({ use_privacy_mode: true });
    const lines = [anItem('secret/path-1', { width: 1, height: 1 }), anItem('secret/path-2')];
    const { body } = await append(id, await upload(id, lines));
    expect((await finished(body.job_id)).message).toMatchObject({ new_items: 1, upload_errors: 1 });
    const errors = (await call(`job/${body.job_id}/errors`)).body;
    expect(errors).toEqual(['{"line":2,"error":"width and height are required when using privacy mode"}']);
  });

  test('update replaces metadata and an empty file is a whole job', async () => {
    const id = await aDataset();
    await finished((await append(id, await upload(id, [anItem('a', { metadata: { x: 1, y: 2 } })]))).body.job_id);
    const again = await append(id, await upload(id, [anItem('a', { metadata: { z: 3 } })]), true);
    expect((await finished(again.body.job_id)).message).toMatchObject({ updated_items: 1, new_items: 0 });
    expect((await call(`dataset/${id}/refloc/a`)).body.item.metadata).toEqual({ z: 3 });
    const empty = await finished((await append(id, await upload(id, []))).body.job_id);
    expect([empty.status, empty.job_progress, empty.total_steps]).toEqual(['Completed', '1.00', 0]);
  });

  test('an address opens one object of one dataset of one tenant, for an hour, until its job begins', async () => {
    const id = await aDataset();
    const request = aRequestId();
    const url = await sign(id, request);
    expect(url).toMatch(new RegExp(`^${cloud.url}/o/1\\.[\\w-]{8}\\.[\\w-]+\\.[\\w-]{43}$`));
    expect((await put(url, JSON.stringify(anItem('first')))).status).toBe(200);
    expect((await put(url, JSON.stringify(anItem('second')))).status).toBe(200);
    const changed = `${url.slice(0, -1)}${url.endsWith('A') ? 'B' : 'A'}`;
    const tampered = await put(changed, 'x');
    expect([tampered.status, tampered.headers.get('x-error-code')]).toEqual([404, 'link-refused']);
    expect((await fetch(url)).status).toBe(404);
    // Another dataset of the same tenant, and the same request id there, hold nothing.
    expect((await append(await aDataset(), request)).headers.get('x-error-code')).toBe('upload-not-found');
    aheadMs = 61 * 60 * 1000;
    const late = await put(url, 'x');
    aheadMs = 0;
    expect([late.status, late.headers.get('x-error-code')]).toEqual([410, 'link-expired']);
    const { body } = await append(id, request);
    expect((await put(url, 'x')).status).toBe(409);
    await finished(body.job_id);
    expect((await call(`dataset/${id}/refloc/second`)).status).toBe(200);
    expect((await call(`dataset/${id}/refloc/first`)).status).toBe(404);
  });

  test('uploads lie where only their owner reads them, and are gone after their job', async () => {
    const folder = join(cloud.data, 'cloud', 'uploads');
    const id = await aDataset();
    const request = await upload(id, [anItem('a')]);
    const name = (await readdir(folder)).find((each) => each.includes(request)) ?? '';
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await finished((await append(id, request)).body.job_id);
    await eventually('the file to go', 5_000, async () => !(await readdir(folder)).includes(name) || undefined);
    expect((await readdir(folder)).filter((each) => each.includes(request))).toEqual([]);
  });

  test.each(['..%2F..%2Fx', 'a.b', 'a'.repeat(65), '%00'])('the request id %s names no file', async (request) => {
    const id = await aDataset();
    expect((await call(`dataset/${id}/signedUrl/${request}`)).status).toBe(400);
  });

  test('a job without its upload, without a dataset or for scenes is refused', async () => {
    const id = await aDataset();
    expect((await append(id, aRequestId())).status).toBe(404);
    expect((await append(`ds_${'x'.repeat(20)}`, aRequestId())).status).toBe(404);
    expect((await append(await aDataset({ is_scene: true }), aRequestId())).status).toBe(400);
    const sync = await call(`dataset/${id}/append`, { body: { requestId: aRequestId(), update: false } });
    expect(sync.status).toBe(400);
  });

  test('metadata is merged key by key, at once and as a job, and entries without an item are errors', async () => {
    const id = await aDataset();
    await call(`dataset/${id}/append`, {
      body: { items: [anItem('a', { metadata: { keep: 1, change: 'old' } }), anItem('b')] },
    });
    const metadata = [
      { reference_id: 'a', metadata: { change: 'new', add: 0.5 } },
      { reference_id: 'fake_garbage', metadata: { x: 1 } },
      { reference_id: 'b', metadata: { keep: 'text where numbers are' } },
    ];
    const sync = await call(`dataset/${id}/metadata?async=0`, { body: { level: 'item', metadata } });
    expect(sync.body).toEqual({
      dataset_id: id,
      updated_items: 1,
      errored_items: 2,
      errors: [
        { reference_id: 'fake_garbage', error: "Item with id fake_garbage doesn't exist." },
        {
          reference_id: 'b',
          error: 'metadata.keep: holds numbers in this dataset, and "text where numbers are" is text',
        },
      ],
    });
    expect((await call(`dataset/${id}/refloc/a`)).body.item.metadata).toEqual({ keep: 1, change: 'new', add: 0.5 });
    const head = await call(`dataset/${id}/metadata?async=1`, {
      body: { level: 'item', metadata: [...metadata, { reference_id: 'a', metadata: { late: [1] } }] },
    });
    expect(head.body).toMatchObject({ job_last_known_status: 'Running', job_type: 'metadataUpdate' });
    const job = await finished(head.body.job_id);
    expect(job).toMatchObject({ status: 'Completed', completed_steps: 4, total_steps: 4, job_progress: '1.00' });
    expect(job.message).toEqual({ dataset_id: id, updated_items: 2, errored_items: 2 });
    expect((await call(`job/${head.body.job_id}/errors`)).body[0]).toContain(
      "Item with id fake_garbage doesn't exist.",
    );
    const { item } = (await call(`dataset/${id}/refloc/a`)).body;
    expect(item.metadata).toEqual({ keep: 1, change: 'new', add: 0.5, late: [1] });
  });

  test('fields of the agent stay the agent’s, and its items take the users’ own', async () => {
    const agent = await anAgent(cloud, { dataset_name: `agents-${requests}` });
    await agent.push([aPut('secret/a')]);
    const metadata = [
      { reference_id: 'secret/a', metadata: { mine: 1, format: 'jpeg' } },
      { reference_id: 'secret/a', metadata: { format: 'png' } },
    ];
    const sync = await call(`dataset/${agent.datasetId}/metadata`, { body: { level: 'item', metadata } });
    expect(sync.body).toMatchObject({ updated_items: 1, errored_items: 1 });
    const { item } = (await call(`dataset/${agent.datasetId}/refloc/secret%2Fa`)).body;
    expect(item.metadata).toMatchObject({ mine: 1, format: 'jpeg' });
    const job = await call(`dataset/${agent.datasetId}/metadata?async=1`, { body: { level: 'item', metadata } });
    await finished(job.body.job_id);
    const errors = (await call(`job/${job.body.job_id}/errors`)).body;
    expect(errors).toEqual([expect.stringContaining(item.id)]);
    expect(errors[0]).not.toContain('secret');
  });

  test('jobs are listed by dataset, type and time, completed ones when asked', async () => {
    const id = await aDataset();
    const list = async (over: object = {}) =>
      (
        await call('jobs/', {
          body: {
            dataset_id: id,
            job_types: [],
            from_date: null,
            to_date: null,
            limit: 50_000,
            show_completed: false,
            ...over,
          },
        })
      ).body.map(({ job_id }: { job_id: string }) => job_id);
    expect(await list()).toEqual([]);
    const one = (await append(id, await upload(id, [anItem('a')]))).body.job_id;
    expect(await list()).toEqual([one]);
    await finished(one);
    const two = (await call(`dataset/${id}/metadata?async=1`, { body: { level: 'item', metadata: [] } })).body.job_id;
    await finished(two);
    expect(await list()).toEqual([]);
    expect(await list({ show_completed: true })).toEqual([two, one]);
    expect(await list({ show_completed: true, limit: 1 })).toEqual([two]);
    expect(await list({ show_completed: true, job_types: ['metadataUpdate'] })).toEqual([two]);
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    expect(await list({ show_completed: true, from_date: tomorrow })).toEqual([]);
    expect(await list({ show_completed: true, to_date: tomorrow })).toEqual([two, one]);
    expect((await call('jobs/', { body: { from_date: 'never' } })).status).toBe(400);
    expect((await call('jobs', { body: { dataset_id: id, show_completed: true } })).body).toHaveLength(2);
  });

  test('a job that is not there, or another tenant’s, is a 404 on every route', async () => {
    const id = await aDataset();
    const { job_id } = (await append(id, await upload(id, [anItem('a')]))).body;
    const foreign = await cloud.makeKey({ tenant: `other-${requests}` });
    for (const route of ['', '/info', '/errors']) {
      expect((await call(`job/job_${'x'.repeat(20)}${route}`)).status).toBe(404);
      expect((await call(`job/${job_id}${route}`, { key: foreign })).status).toBe(404);
    }
    const cancel = await send(`${cloud.url}/v1/jobs/${job_id}/cancel`, { key: foreign, body: {} });
    expect([cancel.status, cancel.body.code]).toEqual([404, 'job-not-found']);
    expect((await finished(job_id)).status).toBe('Completed');
  });

  test('jobs, their errors and open addresses are there after a restart', async () => {
    const id = await aDataset();
    const open = await sign(id, 'late');
    const { job_id } = (await append(id, await upload(id, ['{broken', anItem('a')]))).body;
    const before = await finished(job_id);
    await cloud.restart();
    expect((await call(`job/${job_id}`)).body).toEqual(before);
    expect((await call(`job/${job_id}/errors`)).body).toHaveLength(1);
    expect((await put(`${cloud.url}${new URL(open).pathname}`, JSON.stringify(anItem('b')))).status).toBe(200);
    await finished((await append(id, 'late')).body.job_id);
    expect((await call(`dataset/${id}/size`)).body).toEqual({ count: 2 });
  });
});
