/** A task survives kill -9 of its worker at every step: each attachment is finished once, the task billed once, its end told. */
import type { ServerResponse } from 'node:http';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { aJpeg } from '../builders/a-picture.ts';
import { eventually } from '../builders/eventually.ts';
import { onEachDatabase } from '../contract/on-each-database.ts';
import { aKilledCloud, type KilledCloud } from './a-killed-cloud.ts';

const isReady = (store: KilledCloud, id: string) =>
  eventually('the ready attachment', 20_000, async () => {
    return (await store.attachment(id)).state === 'ready' || undefined;
  });
const tasksThatWait = (store: KilledCloud, id: string, state: string) =>
  eventually(`the state ${state}`, 15_000, async () => (await store.attachment(id)).state === state || undefined);

onEachDatabase('a task whose worker is killed', (open) => {
  test('while it fetches, decodes, waits, completes and tells: finished exactly once', async () => {
    const store = await aKilledCloud(open);
    const ids: string[] = [];
    const killAt = async (path: string, moment: (id: string) => Promise<unknown>): Promise<void> => {
      const id = await store.task(path);
      ids.push(id);
      await moment(id);
      await store.kill();
      await store.restart();
      await isReady(store, id);
    };

    const held: ServerResponse[] = [];
    store.pictures.answer('/held.jpg', (_request, response) => void held.push(response));
    await killAt('/held.jpg', async () => {
      await eventually('the fetch', 10_000, () => held[0]);
      store.pictures.answer('/held.jpg', await aJpeg({ seed: 2 }));
    });

    const wall = { create: { width: 9_000, height: 9_000, channels: 3 as const, background: '#345' } };
    // Progressive, so that no decoder shortens it.
    const slow = await sharp(wall).jpeg({ progressive: true, quality: 90 }).toBuffer();
    store.pictures.answer('/slow.jpg', slow);
    await killAt('/slow.jpg', (id) => tasksThatWait(store, id, 'processing'));

    let refusals = 0;
    store.pictures.answer('/busy.jpg', (_request, response) => {
      refusals += 1;
      response.writeHead(503).end();
    });
    await killAt('/busy.jpg', async (id) => {
      await eventually('the first refusals', 15_000, async () =>
        refusals > 1 && (await store.attachment(id)).state === 'pending' ? true : undefined,
      );
      store.pictures.answer('/busy.jpg', await aJpeg({ seed: 3 }));
    });

    // The receiver answers nothing until the process that told it is dead.
    const refuse = store.receiver.hold('/a.jpg');
    const told = await store.task('/a.jpg');
    ids.push(told);
    await isReady(store, told);
    // some of them die with the process, while nobody waits for them yet
    const completing = Promise.allSettled(
      ids.map((id) => store.call(`task/${id}/complete`, { body: { response: { by: id } } })),
    );
    await eventually('the callback in flight', 10_000, () => store.receiver.at('/a.jpg')[0]);
    await store.kill();
    refuse();
    await completing;
    await store.restart();
    for (const id of ids) {
      const again = await store.call(`task/${id}/complete`, { body: { response: { by: 'again' } } });
      expect([200, 409]).toContain(again.status);
      await eventually('the callback taken', 15_000, async () => {
        return (await store.call(`task/${id}`)).body.callback_succeeded === true || undefined;
      });
    }

    const rows = await store.query(async (db) => ({
      usage: (await db.selectFrom('usage_rows').select('task_id').execute()).map(({ task_id }) => task_id),
      audits: (await db.selectFrom('audit').select('target_id').where('action', '=', 'task.complete').execute()).map(
        ({ target_id }) => target_id,
      ),
      objects: (await db.selectFrom('objects').select('sha256').execute()).length,
    }));
    expect(rows.usage.toSorted()).toEqual(ids.toSorted());
    expect(rows.audits.toSorted()).toEqual(ids.toSorted());
    expect(rows.objects).toBe(4);
    expect(await store.stored()).toBe(4);
    await eventually('no job left', 5_000, async () => {
      const left = await store.query((db) =>
        db.selectFrom('jobs').select('id').where('ended_at', 'is', null).execute(),
      );
      return left.length === 0 || undefined;
    });
    expect(store.receiver.at('/a.jpg').length, 'told again, because nobody had answered').toBeGreaterThan(1);
  });
});

/** Steps of an attachment's way in, in their order; so many deaths are less than a task gives up after. */
const steps = [
  ['asking', 'answered', 'arrived', 'decoding'],
  ['decoded', 'storing', 'stored'],
];

onEachDatabase('a task whose workers die one after the other', (open) => {
  test('each at the next step of its attachment: finished exactly once', async () => {
    const store = await aKilledCloud(open);
    const pathOf = (at: number) => `/${at}/steps.jpg`;
    for (const at of steps.keys()) store.pictures.answer(pathOf(at), () => undefined);
    const ids = await Promise.all(Array.from(steps.keys(), (at) => store.task(pathOf(at))));
    for (const id of ids) await tasksThatWait(store, id, 'fetching');
    await store.kill();
    // One process starts for each death, so that the other task has to wait for its turn.
    for (const id of ids) await store.hold(id, Number.MAX_SAFE_INTEGER);
    for (const [at, group] of steps.entries()) {
      const id = ids[at] as string;
      store.pictures.answer(pathOf(at), await aJpeg({ seed: 9 + at }));
      await store.hold(id, 0);
      for (const step of group) expect(await store.dieAt(step)).toBe(`${step}\n`);
      await store.hold(id, Number.MAX_SAFE_INTEGER);
    }
    for (const id of ids) await store.hold(id, 0);
    await store.restart();
    for (const id of ids) {
      await isReady(store, id);
      expect((await store.call(`task/${id}/complete`, { body: { response: {} } })).status).toBe(200);
    }
    const rows = await store.query(async (db) => ({
      usage: await db.selectFrom('usage_rows').select('attachments').execute(),
      objects: await db.selectFrom('objects').select('sha256').execute(),
      states: await db.selectFrom('task_attachments').select(['task_id', 'state', 'tries']).execute(),
    }));
    expect(rows.usage).toHaveLength(ids.length);
    expect(rows.objects).toHaveLength(ids.length);
    expect(await store.stored()).toBe(ids.length);
    const tries = Object.fromEntries(rows.states.map((row) => [row.task_id, [row.state, row.tries]]));
    expect(tries).toEqual(Object.fromEntries(ids.map((id, at) => [id, ['ready', (steps[at]?.length ?? 0) + 2]])));
  });
});

test('the control: an attachment whose job is lost with the process stays where it was', async () => {
  const store = await aKilledCloud(async () => ({ url: undefined, drop: async () => undefined }));
  store.pictures.answer('/held.jpg', () => undefined);
  const id = await store.task('/held.jpg');
  await tasksThatWait(store, id, 'fetching');
  await store.kill();
  store.pictures.answer('/held.jpg', await aJpeg());
  await store.query((db) => db.deleteFrom('jobs').execute());
  await store.restart();
  const other = await store.task('/a.jpg');
  await isReady(store, other);
  expect((await store.attachment(id)).state).toBe('fetching');
});
