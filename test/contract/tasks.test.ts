/** Tasks of the plain Scale API: their attachments, their ends, and what is billed. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { canonicalJson } from '../../shared/src/record/canonical-json.ts';
import { aJpeg } from '../builders/a-picture.ts';
import { eventually } from '../builders/eventually.ts';
import { type AnIntake, anIntake } from './an-intake.ts';
import { onEachDatabase } from './on-each-database.ts';

onEachDatabase('tasks', (open) => {
  let intake: AnIntake;
  let call: AnIntake['call'];
  beforeAll(async () => {
    intake = await anIntake(await open());
    ({ call } = intake);
  });
  afterAll(() => intake.close());

  const rowsOf = async (taskId: string) => {
    const { db, close } = await openDatabase(intake.cloud.databaseUrl, () => undefined);
    const usage = await db.selectFrom('usage_rows').selectAll().where('task_id', '=', taskId).execute();
    const audit = await db.selectFrom('audit').select(['action', 'actor']).where('target_id', '=', taskId).execute();
    const attachments = await db
      .selectFrom('task_attachments')
      .selectAll()
      .where('task_id', '=', taskId)
      .orderBy('place')
      .execute();
    await close();
    return { usage, audit: audit.map(({ action }) => action), attachments };
  };
  /** Place of the first row that does not follow from the one before it. */
  const firstBreak = (rows: readonly any[]): number | undefined => {
    const at = rows.findIndex(({ hash, ...row }, place) => {
      const proof = createHash('sha256').update(canonicalJson(row)).digest('hex');
      return row.n !== place + 1 || row.prev !== (rows[place - 1]?.hash ?? '') || proof !== hash;
    });
    return at === -1 ? undefined : at;
  };
  const complete = (id: string, body: object = { response: { annotations: [] } }) =>
    call(`task/${id}/complete`, { body });

  test('a task completed by the route has one usage row, one audit row and its attachments kept', async () => {
    const { task_id: id } = await intake.task({ attachments: [`${intake.pictures.origin}/b.jpg`] });
    const ready = await intake.ready(id);
    expect(ready.attachments).toEqual(
      ['a', 'b'].map((name) => ({
        attachment: `${intake.pictures.origin}/${name}.jpg`,
        state: 'ready',
        code: null,
        message: null,
      })),
    );
    const answers = await Promise.all([complete(id), complete(id), complete(id)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
    expect((await call(`task/${id}`)).body).toMatchObject({
      status: 'completed',
      response: { annotations: [] },
      completed_at: expect.stringMatching(/Z$/),
    });
    const { usage, audit, attachments } = await rowsOf(id);
    expect(usage).toHaveLength(1);
    expect(audit.filter((action) => action === 'task.complete')).toHaveLength(1);
    const sha256 = createHash('sha256')
      .update(await aJpeg())
      .digest('hex');
    expect(JSON.parse(usage[0]?.attachments ?? '')[0]).toMatchObject({
      attachment_id: attachments[0]?.id,
      sha256,
      bytes: (await aJpeg()).length,
    });
    const { body: stored } = await call(`task/${id}/attachments`);
    expect(stored.attachments[0]).toMatchObject({ sha256, width: 64, height: 48, tries: 1 });
    const bytes = await (await fetch(stored.attachments[0].url)).arrayBuffer();
    expect(Buffer.from(bytes).equals(await aJpeg())).toBe(true);
  });

  test('one good and one dead attachment end the task in error with both named, unbilled; back online and fetched again it completes', async () => {
    const dead = `${intake.pictures.origin}/dead-${Math.random()}.jpg`;
    const { task_id: id } = await intake.task({ attachments: [dead] });
    const failed = await intake.inStatus(id, 'error');
    const named = [
      { attachment: `${intake.pictures.origin}/a.jpg`, state: 'ready', code: null, message: null },
      { attachment: dead, state: 'error', code: 'fetch_not_found', message: 'The address answered 404.' },
    ];
    expect(failed.attachments).toEqual(named);
    expect(failed.response).toEqual({
      error: 'One or more attachments could not be downloaded',
      attachments: named,
    });
    expect((await complete(id)).status).toBe(409);
    expect((await rowsOf(id)).usage).toEqual([]);

    intake.pictures.answer(new URL(dead).pathname, await aJpeg({ seed: 3 }));
    const again = await call(`task/${id}/refetch`, { method: 'POST' });
    expect(again.body).toMatchObject({ status: 'pending', response: null });
    const asked = intake.pictures.requests.filter((path) => path === '/a.jpg').length;
    await intake.ready(id);
    expect((await complete(id)).body.status).toBe('completed');
    expect((await rowsOf(id)).usage).toHaveLength(1);
    expect(intake.pictures.requests.filter((path) => path === '/a.jpg').length, 'what is ready stays').toBe(asked);
    expect((await call(`task/${id}/refetch`, { method: 'POST' })).status).toBe(409);
  });

  test('a task whose attachment is still on its way cannot be completed', async () => {
    intake.pictures.answer('/held.jpg', () => undefined);
    const { task_id: id } = await intake.task({ attachment: `${intake.pictures.origin}/held.jpg` });
    await intake.once('fetching', id, ({ attachments }) => attachments[0].state === 'fetching');
    const early = await complete(id);
    expect([early.status, early.body]).toEqual([409, { error: '1 of 1 attachments are not ready yet.' }]);
    expect((await call(`task/${id}`)).body.status).toBe('pending');
    expect((await rowsOf(id)).usage).toEqual([]);
    expect((await call(`task/${id}/cancel`, { method: 'POST' })).body.status).toBe('canceled');
  });

  test('what may pass is tried again, what will not is not', async () => {
    let left = 2;
    const picture = await aJpeg();
    intake.pictures.answer('/busy.jpg', (_request, response) => {
      left -= 1;
      if (left >= 0) response.writeHead(503).end();
      else response.writeHead(200).end(picture);
    });
    intake.pictures.answer('/page.jpg', (_request, response) => void response.writeHead(200).end('<html>no</html>'));
    const busy = await intake.task({ attachment: `${intake.pictures.origin}/busy.jpg` });
    const page = await intake.task({ attachment: `${intake.pictures.origin}/page.jpg` });
    const inside = await intake.task({ attachment: 'http://169.254.169.254/latest' });
    expect((await intake.inStatus(page.task_id, 'error')).response).toMatchObject({
      error: 'One or more attachments have invalid data',
      attachments: [{ code: 'content_not_image' }],
    });
    expect((await intake.inStatus(inside.task_id, 'error')).attachments[0]).toMatchObject({
      code: 'fetch_failed',
      message: 'The image could not be fetched.',
    });
    await intake.ready(busy.task_id);
    expect((await rowsOf(busy.task_id)).attachments[0]?.tries).toBe(3);
    expect((await rowsOf(page.task_id)).attachments[0]?.tries).toBe(1);
    expect((await rowsOf(inside.task_id)).attachments[0]?.tries).toBe(1);
  });

  test('a unique id or an idempotency key makes one task of one request, and refuses another', async () => {
    const unique_id = `u-${Math.random()}`;
    const many = await Promise.all(Array.from({ length: 6 }, () => intake.task({ unique_id })));
    expect(new Set(many.map(({ task_id }) => task_id)).size).toBe(1);
    const other = await call('task/imageannotation', {
      body: { attachment: 'http://x.test', geometries: {}, unique_id },
    });
    expect([other.status, other.headers.get('x-error-code'), Object.keys(other.body)]).toEqual([
      409,
      'conflict',
      ['error'],
    ]);
    const { task_id: id } = many[0];
    expect((await call(`task/${id}/unique_id`, { method: 'DELETE' })).body.unique_id).toBeNull();
    const second = await intake.task({ unique_id });
    expect(second.task_id).not.toBe(id);
    expect((await call(`task/${id}/unique_id`, { body: { unique_id } })).status).toBe(409);
    await call(`task/${second.task_id}/cancel?clear_unique_id=True`, { method: 'POST' });
    expect((await call(`task/${id}/unique_id`, { body: { unique_id } })).body.unique_id).toBe(unique_id);

    const headers = { 'idempotency-key': `k-${Math.random()}` };
    const keyed = [await intake.task({}, { headers }), await intake.task({}, { headers })];
    expect(keyed[0].task_id).toBe(keyed[1].task_id);
    const changed = await call('task/imageannotation', {
      headers,
      body: { attachment: 'http://x.test', geometries: {} },
    });
    expect(changed.status).toBe(409);
  });

  test.each([
    ['videoannotation', { attachment: 'http://x.test' }, 402, 'Tasks of type videoannotation are not enabled here.'],
    ['imageannotation', { geometries: {} }, 400, 'Please include an attachment or attachments parameter'],
    [
      'imageannotation',
      { attachment: 'http://x.test' },
      400,
      'geometries: is required for tasks of type imageannotation.',
    ],
    [
      'segmentannotation',
      { attachment: 'http://x.test' },
      400,
      'labels: is required for tasks of type segmentannotation.',
    ],
    [
      'imageannotation',
      { attachment: 'http://x.test', geometries: {}, context_attachments: [{ attachment: 'http://x.test' }] },
      400,
      'context_attachments: may not repeat an attachment.',
    ],
    [
      'imageannotation',
      { attachment: 'http://x.test', geometries: {}, project: 'none' },
      404,
      'There is no such project.',
    ],
    ['imageannotation', { attachment: 'http://x.test', geometries: {}, batch: 'none' }, 404, 'There is no such batch.'],
    [
      'imageannotation',
      { attachment: 'http://x.test', geometries: {}, callback_url: 'me@x.test' },
      400,
      'callback_url: must be an http or https address.',
    ],
  ])('%s with %j is refused with %i and one sentence', async (type, body, status, error) => {
    const answer = await call(`task/${type}`, { body });
    expect([answer.status, answer.body]).toEqual([status, { error }]);
  });

  test('lists filter and page by cursor without losing or repeating one', async () => {
    const tags = [`t-${Math.random()}`];
    const made = [];
    for (let at = 0; at < 5; at += 1) made.push((await intake.task({ tags, metadata: { at } })).task_id);
    const seen: string[] = [];
    let token = '';
    do {
      const { body } = await call(`tasks?tags=${tags[0]}&limit=2${token === '' ? '' : `&next_token=${token}`}`);
      expect([body.total, body.limit, body.has_more]).toEqual([5, 2, body.next_token !== null]);
      seen.push(...body.docs.map(({ task_id }: any) => task_id));
      token = body.next_token ?? '';
    } while (token !== '');
    expect(seen.toSorted()).toEqual(made.toSorted());
    await call(`task/${made[0]}/cancel`, { method: 'POST' });
    const canceled = (await call(`tasks?tags=${tags[0]}&status=canceled`)).body.docs;
    expect(canceled.map(({ task_id }: any) => task_id)).toEqual([made[0]]);
    expect((await call(`tasks?tags=${tags[0]}&start_time=2999-01-01`)).body.total).toBe(0);
    await call(`task/${made[1]}/tags`, { method: 'DELETE', body: tags });
    await call(`task/${made[1]}/tags`, { method: 'PUT', body: ['x'] });
    expect((await call(`task/${made[1]}/setMetadata`, { body: { b: 2 } })).body).toMatchObject({
      metadata: { b: 2 },
      tags: ['x'],
    });
    expect((await call(`tasks?tags=${tags[0]}`)).body.total).toBe(4);
    expect((await call('tasks?next_token=nonsense')).status).toBe(400);
  });

  test('the ledger is chained without a gap, and its CSV holds no formula', async () => {
    const project = `=cmd-${Math.random()}`;
    expect((await call('projects', { body: { name: project, type: 'imageannotation' } })).status).toBe(200);
    const made = await Promise.all(Array.from({ length: 4 }, () => intake.task({ project })));
    for (const { task_id } of made) await intake.ready(task_id);
    await Promise.all(made.map(({ task_id }) => complete(task_id)));
    const { body } = await call('usage?limit=1000');
    expect(body.rows.filter((row: any) => row.project === project)).toHaveLength(4);
    expect(body.total_units).toBe(body.rows.length);
    expect(firstBreak(body.rows)).toBeUndefined();
    const [first, ...rest] = body.rows;
    expect(firstBreak(rest), 'a row that was taken out shows').toBe(0);
    expect(firstBreak([{ ...first, units: 0 }, ...rest]), 'a row that was changed shows').toBe(0);
    const csv = (await call('usage/csv')).text;
    expect(csv.split('\r\n')).toHaveLength(body.rows.length + 2);
    expect(csv).toContain(`"'${project}"`);
    expect(csv).not.toContain(`"${project}"`);
    expect((await call('usage?from=2999-01-01')).body).toEqual({ total_units: 0, rows: [], next_after: null });
  });

  test('test keys live in a world of their own', async () => {
    const key = await intake.cloud.makeKey({ mode: 'test' });
    expect(key).toMatch(/^test_/);
    const { task_id: id, is_test } = await intake.task({}, { key });
    expect(is_test).toBe(true);
    expect((await call(`task/${id}`)).status).toBe(404);
    const before = (await call('usage')).body.total_units;
    await eventually('the ready attachment', 10_000, async () => {
      const { body } = await call(`task/${id}`, { key });
      return body.attachments[0].state === 'ready' || undefined;
    });
    expect((await call(`task/${id}/complete`, { key, body: { response: {} } })).status).toBe(200);
    expect((await call('usage', { key })).body.total_units).toBe(1);
    expect((await call('usage')).body.total_units).toBe(before);
    const live = await intake.task();
    expect(live.is_test).toBe(false);
    expect((await call(`task/${live.task_id}`, { key })).status).toBe(404);
  });
});
