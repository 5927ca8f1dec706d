/** Scale Files: uploaded or imported, named by tasks and items, never served; what nobody uses goes. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request as requestHttp } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aJpeg } from '../builders/a-picture.ts';
import { eventually } from '../builders/eventually.ts';
import { type AnIntake, anIntake } from './an-intake.ts';
import { onEachDatabase } from './on-each-database.ts';

const dayMs = 24 * 3_600_000;

onEachDatabase('Scale Files', (open) => {
  let intake: AnIntake;
  let call: AnIntake['call'];
  beforeAll(async () => {
    intake = await anIntake(await open());
    ({ call } = intake);
  });
  afterAll(() => intake.close());

  const upload = async (bytes: Uint8Array, fields: Record<string, string> = {}, key = intake.cloud.adminKey) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append('file', new Blob([bytes as Uint8Array<ArrayBuffer>]), 'ä "x".jpg');
    const response = await fetch(`${intake.cloud.url}/v1/files/upload`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` },
      body: form,
    });
    return { status: response.status, code: response.headers.get('x-error-code'), body: await response.json() };
  };
  /** Files on their way in, and everything that is stored. */
  const onDisk = async () => {
    const list = async (folder: string) =>
      (await readdir(join(intake.cloud.data, 'cloud', folder), { recursive: true, withFileTypes: true })).filter(
        (entry) => entry.isFile(),
      ).length;
    return { incoming: await list('incoming'), objects: await list('objects') };
  };

  test('a file is kept with what is said of it, and used by a task and an item as it is stored', async () => {
    await call('projects', { body: { name: 'cranes', type: 'imageannotation' } });
    const jpeg = await aJpeg({ seed: 11 });
    const fields = { display_name: 'ä "x"', reference_id: 'r-1', project_name: 'cranes', metadata: '{"n":50}' };
    const { status, body: file } = await upload(jpeg, fields);
    expect(status).toBe(200);
    expect(file).toMatchObject({
      ...fields,
      metadata: { n: 50 },
      size: jpeg.length,
      sha256: createHash('sha256').update(jpeg).digest('hex'),
      mime_type: 'image/jpeg',
      used_at: null,
    });
    expect(file.attachment_url).toMatch(/^scaledata:\/\/[a-z0-9]{20}\/file_[a-z0-9]{20}$/);
    const before = await onDisk();
    const { task_id: id } = await intake.task({ attachment: file.attachment_url });
    await intake.ready(id);
    const [stored] = (await call(`task/${id}/attachments`)).body.attachments;
    expect([stored.sha256, stored.width]).toEqual([file.sha256, 64]);
    const { body: dataset } = await call('nucleus/dataset/create', { body: { name: 'set' } });
    const items = [{ reference_id: 'a', image_url: file.attachment_url, metadata: {} }];
    const appended = await call(`nucleus/dataset/${dataset.dataset_id}/append`, { body: { items } });
    expect(appended.body).toMatchObject({ new_items: 1, upload_errors: 0 });
    const { item } = (await call(`nucleus/dataset/${dataset.dataset_id}/refloc/a`)).body;
    expect(item).toMatchObject({ image_url: file.attachment_url, width: 64, height: 48 });
    expect(await onDisk(), 'nothing is copied').toEqual(before);
  });

  test('a reference id is taken once, also at once, and nothing of the second is left', async () => {
    const answers = await Promise.all(
      [1, 2, 3].map(async () => upload(await aJpeg({ seed: 12 }), { reference_id: 'r-2' })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect([refused?.code, refused?.body]).toEqual([
      'conflict',
      { error: 'There is a file with this reference_id already.' },
    ]);
    expect((await upload(await aJpeg({ seed: 13 }), { reference_id: 'r-2' })).status).toBe(409);
    expect((await onDisk()).incoming).toBe(0);
  });

  test('what is no image, too large, unnamed or cut off is refused and leaves nothing', async () => {
    const before = await onDisk();
    expect(await upload(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toMatchObject({
      status: 400,
      code: 'attachment-refused',
    });
    expect(await upload(Buffer.alloc(intake.fileMaxBytes + 1))).toMatchObject({ status: 413, code: 'body-too-large' });
    expect(await upload(await aJpeg(), { project_name: 'none' })).toMatchObject({ code: 'project-not-found' });
    expect(await upload(await aJpeg(), { metadata: '[' })).toMatchObject({ code: 'invalid-json' });
    const jpeg = await aJpeg({ seed: 14 });
    const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n';
    const whole = Buffer.concat([Buffer.from(head), jpeg, Buffer.from('\r\n--b--\r\n')]);
    for (const cut of [0, 20, head.length, head.length + 100, whole.length - 30, whole.length - 3]) {
      await new Promise<void>((resolve) => {
        const request = requestHttp(`${intake.cloud.url}/v1/files/upload`, {
          method: 'POST',
          headers: {
            'authorization': `Basic ${Buffer.from(`${intake.cloud.adminKey}:`).toString('base64')}`,
            'content-type': 'multipart/form-data; boundary=b',
            'content-length': whole.length,
          },
        });
        request.on('error', () => resolve());
        request.on('close', () => resolve());
        request.write(whole.subarray(0, cut), () => request.destroy());
      });
    }
    await eventually('nothing on its way in', 5_000, async () => (await onDisk()).incoming === 0 || undefined);
    expect(await onDisk()).toEqual(before);
  });

  test('a file is imported from an address by the fetcher’s rules, and nothing answers its bytes', async () => {
    const imported = await call('files/import', {
      body: { file_url: `${intake.pictures.origin}/b.jpg`, reference_id: 'i' },
    });
    expect(imported.body).toMatchObject({ reference_id: 'i', size: (await aJpeg({ seed: 2 })).length });
    const inside = await call('files/import', { body: { file_url: 'http://169.254.169.254/latest' } });
    expect([inside.status, inside.body]).toEqual([400, { error: 'The image could not be fetched.' }]);
    const { id, attachment_url } = imported.body;
    for (const path of [`files/${id}`, `files/${id}/content`, `files/download/${id}`, `assets/${id}`]) {
      expect((await call(path)).status, path).toBe(404);
    }
    expect(JSON.stringify(imported.body)).not.toContain('http');
    const foreign = await intake.cloud.makeKey({ tenant: `t-${Math.random().toString(36).slice(2)}` });
    const theft = await intake.task({ attachment: attachment_url }, { key: foreign });
    const failed = await eventually('the refusal', 10_000, async () => {
      const { body } = await call(`task/${theft.task_id}`, { key: foreign });
      return body.status === 'error' ? body : undefined;
    });
    expect(failed.attachments[0]).toMatchObject({ code: 'file_not_found', message: 'There is no such file.' });
  });

  test('lists page by cursor, and a file that nobody used goes after 7 days', async () => {
    const made: any[] = [];
    for (let at = 0; at < 3; at += 1) made.push((await upload(await aJpeg({ seed: 20 + at }))).body);
    const seen: any[] = [];
    let cursor = '';
    do {
      const { body } = await call(`files?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...body.docs);
      cursor = body.cursor ?? '';
    } while (cursor !== '');
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    expect(seen.slice(0, 3).map(({ id }) => id)).toEqual(made.map(({ id }) => id).toReversed());
    expect((await call('files?project=cranes')).body.docs.map(({ reference_id }: any) => reference_id)).toEqual([
      'r-1',
    ]);
    const used = await intake.task({ attachment: made[0].attachment_url });
    await intake.ready(used.task_id);
    intake.skip(6.9 * dayMs);
    await intake.cloud.restart();
    expect((await call('files')).body.docs).toHaveLength(seen.length);
    intake.skip(0.2 * dayMs);
    await intake.cloud.restart();
    const left = await eventually('the sweep', 10_000, async () => {
      const { docs } = (await call('files')).body;
      return docs.length < seen.length ? docs : undefined;
    });
    expect(left.map(({ id }: any) => id).toSorted()).toEqual(
      seen
        .filter(({ id, used_at }) => used_at !== null || id === made[0].id)
        .map(({ id }) => id)
        .toSorted(),
    );
    expect((await call(`task/${used.task_id}/attachments`)).body.attachments[0].url).toMatch(/^http/);
  });
});
