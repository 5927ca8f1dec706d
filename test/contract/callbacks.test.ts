/** Callbacks of tasks and batches: signed, tried for a day, never to a private network; and what a batch is. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../builders/eventually.ts';
import { type AnIntake, anIntake, aReceiver } from './an-intake.ts';
import { onEachDatabase } from './on-each-database.ts';

onEachDatabase('callbacks', (open) => {
  let intake: AnIntake;
  let call: AnIntake['call'];
  beforeAll(async () => {
    intake = await anIntake(await open());
    ({ call } = intake);
  });
  afterAll(() => intake.close());

  const completed = async (over: object): Promise<string> => {
    const { task_id: id } = await intake.task(over);
    await intake.ready(id);
    expect((await call(`task/${id}/complete`, { body: { response: { boxes: [1] } } })).status).toBe(200);
    return id;
  };
  const heardAt = (path: string, times = 1) =>
    eventually(`${times} callbacks at ${path}`, 10_000, () => {
      const heard = intake.receiver.at(path);
      return heard.length >= times ? heard : undefined;
    });

  test('an end is told once, signed under the tenant’s key, and kept as told', async () => {
    const id = await completed({ callback_url: intake.receiver.url('/done') });
    const [heard] = await heardAt('/done');
    expect(heard?.body).toMatchObject({
      status: 'completed',
      task_id: id,
      response: { boxes: [1] },
      task: { task_id: id, status: 'completed', attachments: [{ state: 'ready' }] },
    });
    const { body: secret } = await call('callbacks/key');
    const [, seconds, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(heard?.headers[secret.header])) ?? [];
    expect(createHmac('sha256', secret.key).update(`${seconds}.${heard?.text}`).digest('hex')).toBe(mac);
    await intake.once('the callback kept', id, ({ callback_succeeded }) => callback_succeeded === true);
    expect(intake.receiver.at('/done')).toHaveLength(1);
  });

  test('an error is told with every bad attachment; a fetch again starts over', async () => {
    const gone = `${intake.pictures.origin}/none.jpg`;
    const { task_id: id } = await intake.task({ attachment: gone, callback_url: intake.receiver.url('/failed') });
    const [heard] = await heardAt('/failed');
    expect(heard?.body.response).toEqual({
      error: 'One or more attachments could not be downloaded',
      attachments: [
        { attachment: gone, state: 'error', code: 'fetch_not_found', message: 'The address answered 404.' },
      ],
    });
    await intake.once('the callback kept', id, ({ callback_succeeded }) => callback_succeeded === true);
    const again = await call(`task/${id}/refetch`, { method: 'POST' });
    expect(again.body.callback_succeeded).toBeNull();
    await heardAt('/failed', 2);
  });

  test('twenty tries within 24 hours, then it has failed; a redirect is no success', async () => {
    intake.receiver.answer((path) => (path === '/never' ? 302 : 200));
    const id = await completed({ callback_url: intake.receiver.url('/never') });
    for (let tries = 1; tries < 20; tries += 1) {
      await heardAt('/never', tries);
      expect((await call(`task/${id}`)).body.callback_succeeded).toBeNull();
      // Beyond the longest wait, so that the next try is due whichever it is.
      intake.skip(9_600_000);
      // Rings the queue's bell, so that nothing waits for its next look.
      await call('task/textcollection', { body: {} });
    }
    await intake.once('the failure kept', id, ({ callback_succeeded }) => callback_succeeded === false);
    expect(intake.receiver.at('/never')).toHaveLength(20);
    expect(intake.receiver.at('/elsewhere')).toEqual([]);
  });

  test('an address inside is never called, unless an operator allows it', async () => {
    const canary = await aReceiver();
    const id = await completed({ callback_url: canary.url('/secret') });
    const control = await completed({ callback_url: intake.receiver.url('/allowed') });
    await heardAt('/allowed');
    await intake.once('the control', control, ({ callback_succeeded }) => callback_succeeded === true);
    // The refused one was due before the control and has had its first try.
    expect((await call(`task/${id}`)).body.callback_succeeded).toBeNull();
    expect(canary.heard).toEqual([]);
    await canary.close();
  });

  test('a batch takes tasks until it is finalized, counts them, and tells its end once', async () => {
    const project = `p-${Math.random()}`;
    const name = `b ${Math.random()}/x`;
    const at = `batches/${encodeURIComponent(name)}`;
    const params = { instruction: 'Draw boxes.', geometries: { box: { objects_to_annotate: ['crane'] } } };
    await call('projects', { body: { name: project, type: 'imageannotation', params } });
    expect((await call('projects', { body: { name: project, type: 'imageannotation' } })).status).toBe(409);
    const made = await call('batches', { body: { project, name, callback: intake.receiver.url('/batch') } });
    expect(made.body).toMatchObject({ name, project, status: 'staging', metadata: {} });
    const a = await intake.task({ batch: name, geometries: undefined });
    expect(a).toMatchObject({
      project,
      batch: name,
      instruction: 'Draw boxes.',
      params: { geometries: params.geometries },
    });
    const b = await intake.task({ batch: name });
    expect((await call(`${at}/status`)).body).toEqual({ status: 'staging', pending: 2 });
    expect((await call(`${at}/finalize`, { body: {} })).body.status).toBe('in_progress');
    const late = await call('task/imageannotation', { body: { batch: name, attachment: 'http://x.test' } });
    expect(late.status).toBe(409);
    for (const { task_id } of [a, b]) await intake.ready(task_id);
    // At once: on PostgreSQL each would see the other as pending if the batch were not locked.
    await Promise.all([
      call(`task/${a.task_id}/complete`, { body: { response: {} } }),
      call(`task/${b.task_id}/cancel`, { method: 'POST' }),
    ]);
    expect((await call(`${at}/status`)).body).toEqual({ status: 'completed', completed: 1, canceled: 1 });
    const [heard] = await heardAt('/batch');
    expect(heard?.body).toMatchObject({ batch: { name, status: 'completed' }, counts: { completed: 1, canceled: 1 } });
    expect((await call(`batches?project=${project}&status=completed`)).body).toMatchObject({
      totalDocs: 1,
      has_more: false,
      docs: [{ name }],
    });
    expect((await call(`${at}/setMetadata`, { body: { a: 1 } })).body.metadata).toEqual({ a: 1 });
    const patched = await call(`projects/${project}/setParams`, { body: { patch: true, instruction: 'New.' } });
    expect(patched.body.param_history.at(-1)).toMatchObject({ ...params, instruction: 'New.', version: 1 });
    expect(intake.receiver.at('/batch')).toHaveLength(1);
  });
});
