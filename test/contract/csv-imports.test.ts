/** CSV files of addresses: checked first, imported once whatever happens, and every row's end in a report. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { aJpeg } from '../builders/a-picture.ts';
import { aPictureServer, type PictureServer } from '../builders/a-picture-server.ts';
import { eventually } from '../builders/eventually.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';

onEachDatabase('CSV imports', (open) => {
  let cloud: ACloud;
  let pictures: PictureServer;
  beforeAll(async () => {
    pictures = await aPictureServer();
    for (let i = 0; i < 300; i += 1)
      pictures.answer(`/${i}.jpg`, await (i < 4 ? aJpeg({ seed: i }) : aJpeg({ seed: 4 })));
    cloud = await aCloud({ database: await open(), fetchAllow: [pictures.host] });
  });
  afterAll(async () => {
    await cloud.close();
    await pictures.close();
  });
  const call = (path: string, body?: object) => send(cloud.url + path, { key: cloud.adminKey, body });
  const aDataset = async () => (await call('/v1/nucleus/dataset/create', { name: 'csv' })).body.dataset_id as string;
  const begin = (target: Record<string, string>, bytes: Buffer) =>
    send(`${cloud.url}/v1/uploads`, {
      method: 'POST',
      key: cloud.adminKey,
      raw: bytes,
      headers: {
        'tus-resumable': '1.0.0',
        'upload-length': String(bytes.length),
        'upload-metadata': Object.entries({ name: 'a.csv', purpose: 'csv', ...target })
          .map(([name, value]) => `${name} ${btoa(value)}`)
          .join(','),
        'content-type': 'application/offset+octet-stream',
      },
    });
  const upload = async (to: string | Record<string, string>, text: string) => {
    const { headers, status } = await begin(typeof to === 'string' ? { dataset_id: to } : to, Buffer.from(text));
    expect(status).toBe(201);
    return headers.get('location') as string;
  };
  const ended = (jobId: string) =>
    eventually('the end of the job', 20_000, async () => {
      const { body } = await call(`/v1/nucleus/job/${jobId}`);
      return body.status === 'Running' ? undefined : body;
    });
  const run = async (place: string, which: 'check' | 'import') =>
    ended((await call(`${place}/csv`, { run: which })).body.job_id);
  const report = async (place: string, which: 'check' | 'import') =>
    (await call(`${place}/report?run=${which}`)).text.trimEnd().split('\r\n');
  const at = (path: string) => `${pictures.origin}${path}`;

  test('a check names what is wrong, fetches nothing and writes nothing; the import does what it said', async () => {
    const datasetId = await aDataset();
    const text = [
      'attachment_url,reference_id,zip,size,note',
      `${at('/0.jpg')},first,00501,12.5,=1+1`,
      `${at('/1.jpg')},,10001,3,"two\nlines"`,
      `${at('/1.jpg')},,10001,,`,
      `${at('/missing.jpg')},gone,1,1,`,
      'ftp://host/a.jpg,ftp,1,1,',
      'http://127.0.0.1:1/a.jpg,local,1,1,',
      'http://localhost/a.jpg,local2,1,1,',
      `${at('/2.jpg')},short`,
      ',none,1,1,',
      `${at('/2.jpg')},=cmd,1,-7,x`,
    ].join('\r\n');
    const place = await upload(datasetId, `\uFEFF${text}`);
    expect((await call(`${place}/csv`, { run: 'import' })).status).toBe(409);
    const check = await run(place, 'check');
    expect(check).toMatchObject({
      status: 'Completed',
      message: { rows: 10, created: 4, already_there: 1, failed: 5 },
    });
    expect(check.message.columns.map(({ type }: { type: string }) => type)).toEqual([
      'address',
      'reference',
      'text',
      'number',
      'text',
    ]);
    expect(pictures.requests).toEqual([]);
    expect((await call(`/v1/nucleus/dataset/${datasetId}/size`)).body.count).toBe(0);
    expect(
      (await report(place, 'check')).map((line) => line.split(',').map((cell) => cell.replaceAll('"', ''))),
    ).toEqual([
      ['row', 'state', 'reference_id', 'item_id', 'code', 'error'],
      ['6', 'failed', '', '', 'url_scheme', "'ftp is not supported. Use https", ' s3', ' gs or an Azure blob.'].map(
        (cell) => cell.replace("'", ''),
      ),
      ['7', 'failed', '', '', 'address_private', 'The address is not public. Ask an administrator to allow it.'],
      ['8', 'failed', '', '', 'address_private', 'The address is not public. Ask an administrator to allow it.'],
      ['9', 'failed', '', '', 'column_count', '2 cells', ' the header has 5.'],
      ['10', 'failed', '', '', 'address_missing', 'There is no attachment_url.'],
    ]);

    expect(await run(place, 'import')).toMatchObject({
      status: 'Completed',
      message: { rows: 10, created: 3, already_there: 1, failed: 6 },
    });
    const { item } = (await call(`/v1/nucleus/dataset/${datasetId}/refloc/first`)).body;
    expect(item.metadata).toEqual({ zip: '00501', size: 12.5, note: '=1+1' });
    const second = (await call(`/v1/nucleus/dataset/${datasetId}/refloc/${encodeURIComponent(at('/1.jpg'))}`)).body
      .item;
    expect(second.metadata).toEqual({ zip: '10001', size: 3, note: 'two\nlines' });
    const lines = await report(place, 'import');
    expect(lines).toHaveLength(11);
    expect(lines[1]).toBe(`2,"added","first","${item.id}",,`);
    expect(lines[3]).toContain('4,"already-there"');
    expect(lines[4]).toMatch(/^5,"failed","gone","di_\w+","fetch","The address answered 404\. The item stays, /);
    // No cell of the report is a formula for a spreadsheet.
    expect(lines[10]).toMatch(/^11,"added","'=cmd","di_/);
    expect(lines.join('\n')).not.toMatch(/(^|,)"[=+@-]/m);
    // Asked for again it is the same import.
    expect((await run(place, 'import')).message).toMatchObject({ created: 3 });
  });

  test.each([
    ['a,b\n1,2\n', 'Row 1: the column attachment_url is missing.'],
    ['attachment_url,x,x\n', 'Row 1: the column "x" occurs twice.'],
    ['attachment_url,,x\n', 'Row 1: a column has no name.'],
    [`attachment_url,a\nhttp://a.test/x,"${'x'.repeat(1_100_000)}`, 'Row 2 is longer than'],
  ])('a file that cannot be worked with: %#', async (text, sentence) => {
    const job = await run(await upload(await aDataset(), text), 'check');
    expect([job.status, job.message.final_error]).toEqual(['Errored_User', expect.stringContaining(sentence)]);
  });

  test('texts and addresses become tasks of a project, each row once, with its end in the report', async () => {
    for (const [name, type] of [
      ['texts', 'textcollection'],
      ['boxes', 'imageannotation'],
    ])
      expect((await call('/v1/projects', { name, type, params: { geometries: { box: {} } } })).status).toBe(200);
    for (const [name, project] of [
      ['first', 'texts'],
      ['second', 'boxes'],
    ])
      expect((await call('/v1/batches', { name, project })).status).toBe(200);
    const texts = { project: 'texts', batch: 'first' };
    await call('/v1/task/textcollection', { project: 'texts', text: 'another', unique_id: 'taken' });
    const place = await upload(
      texts,
      [
        'text,unique_id,topic,score',
        '"Two lines,\nand a comma",one,=1+1,3',
        'Plain,,b,4.5',
        'Plain,,b,4.5',
        'Again,two,c,1',
        'Again,two,c,1',
        'Mine,taken,d,1',
        ' ,,e,1',
      ].join('\n'),
    );
    expect((await run(place, 'check')).message).toMatchObject({
      ...texts,
      rows: 7,
      created: 4,
      already_there: 2,
      failed: 1,
      problems: [{ row: 8, code: 'text_missing' }],
    });
    expect((await call('/v1/tasks?batch=first')).body.total, 'a check makes nothing').toBe(0);
    expect((await run(place, 'import')).message).toMatchObject({ rows: 7, created: 4, already_there: 1, failed: 2 });
    const { docs } = (await call('/v1/tasks?batch=first')).body;
    expect(docs).toHaveLength(4);
    const [one] = (await call('/v1/tasks?unique_id=one')).body.docs;
    expect(one).toMatchObject({
      type: 'textcollection',
      status: 'pending',
      ...texts,
      params: { text: 'Two lines,\nand a comma' },
      metadata: { topic: '=1+1', score: 3 },
      attachments: [],
    });
    const lines = await report(place, 'import');
    expect(lines[0]?.replaceAll('"', '')).toBe('row,state,unique_id,task_id,code,error');
    expect(lines[1]).toBe(`2,"added","one","${one.task_id}",,`);
    expect(lines[5]).toMatch(/^6,"already-there","two","task_/);
    expect(lines[6]).toContain('7,"failed","taken",,"task","This unique_id belongs to another request');
    await run(place, 'import');
    expect((await call('/v1/tasks?batch=first')).body.total, 'asked for again it is the same import').toBe(4);

    const boxes = await upload(
      { project: 'boxes', batch: 'second' },
      `attachment_url,n\n${at('/0.jpg')},1\nftp://x,2\n${at('/missing.jpg')},3\n`,
    );
    expect((await run(boxes, 'check')).message).toMatchObject({ created: 2, failed: 1 });
    expect((await run(boxes, 'import')).message).toMatchObject({ created: 2, failed: 1 });
    const counts = { pending: 1, completed: 0, canceled: 0, error: 1 };
    const views = await eventually('both attachments', 15_000, async () => {
      const { body } = await call('/v1/insights/batches');
      return body.batches[0].tasks.error === 1 && body.batches[0].attachments_moving === 0 ? body : undefined;
    });
    expect(views.total).toBe(2);
    expect(views.batches).toMatchObject([
      { name: 'second', status: 'staging', tasks: counts, attachments_failed: 1 },
      { name: 'first', tasks: { pending: 4 }, attachments_failed: 0, attachments_moving: 0 },
    ]);
    const wrongKind = await run(await upload({ project: 'boxes' }, 'text\nhello\n'), 'check');
    expect(wrongKind.message).toMatchObject({ created: 0, problems: [{ code: 'task' }] });
    const both = await run(await upload({ project: 'texts' }, 'text,attachment_url\na,b\n'), 'check');
    expect(both.message.final_error).toBe('Row 1: there must be one of the columns attachment_url and text.');

    await call('/v1/batches/first/finalize', {});
    for (const [target, status] of [
      [{ project: 'none' }, 404],
      [{ project: 'texts', batch: 'first' }, 409],
      [{ project: 'texts', batch: 'second' }, 400],
      [{ project: 'texts', dataset_id: 'ds_x' }, 400],
      [{ project: 'texts', purpose: 'item' }, 400],
    ] as const)
      expect((await begin(target, Buffer.from('text\na\n'))).status, JSON.stringify(target)).toBe(status);
  });

  test('an import that is stopped again and again makes every item and every row of the report once', async () => {
    const datasetId = await aDataset();
    const rows = Array.from({ length: 300 }, (_, i) => `${at(`/${i}.jpg`)},row-${i},${i}`);
    const place = await upload(datasetId, ['attachment_url,reference_id,n', ...rows].join('\n'));
    await run(place, 'check');
    const { body: head } = await call(`${place}/csv`, { run: 'import' });
    const { db, close } = await openDatabase(cloud.databaseUrl, () => undefined);
    const done = async () =>
      Number(
        (await db.selectFrom('jobs').select('completed_steps').where('id', '=', head.job_id).executeTakeFirstOrThrow())
          .completed_steps,
      );
    for (const least of [1, 129]) {
      await eventually('progress', 20_000, async () => ((await done()) >= least ? true : undefined));
      await cloud.restart();
    }
    expect(await ended(head.job_id)).toMatchObject({
      status: 'Completed',
      message: { rows: 300, created: 300, failed: 0 },
    });
    const kept = await db
      .selectFrom('csv_rows')
      .select(['row_no', 'state'])
      .where('run', '=', 'import')
      .where('reference_id', 'like', 'row-%')
      .orderBy('row_no')
      .execute();
    await close();
    expect(kept.map(({ row_no, state }) => [row_no, state])).toEqual(
      Array.from({ length: 300 }, (_, i) => [i + 2, 'added']),
    );
    expect((await call(`/v1/nucleus/dataset/${datasetId}/size`)).body.count).toBe(300);
    expect(await readFile(join(cloud.data, 'cloud', 'resumable', place.split('/').at(-1) as string), 'utf8')).toContain(
      'row-299',
    );
  });
});
