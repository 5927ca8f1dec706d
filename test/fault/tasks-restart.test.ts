/** A task survives kill -9 of its worker at every step: each attachment is finished once, the task billed once, its end told. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { aJpeg } from '../builders/a-picture.ts';
import { aPictureServer } from '../builders/a-picture-server.ts';
import { aProgram, type RunningProgram } from '../builders/a-process.ts';
import { eventually } from '../builders/eventually.ts';
import { aReceiver } from '../contract/an-intake.ts';
import { onEachDatabase, type TestDatabase } from '../contract/on-each-database.ts';
import { send } from '../contract/send.ts';

const key = `live_${'k'.repeat(43)}`;

/** A built cloud in a process of its own, over a database and a folder that outlive it. */
const aStore = async (open: () => Promise<TestDatabase>) => {
  const database = await open();
  const data = await mkdtemp(join(tmpdir(), 'tasks-restart-'));
  const databaseUrl = database.url ?? `sqlite:${join(data, 'cloud.db')}`;
  const pictures = await aPictureServer({ '/a.jpg': await aJpeg() });
  const receiver = await aReceiver();
  const running = new Set<RunningProgram>();
  onTestFinished(async () => {
    await Promise.all([...running].map((program) => program.stop('SIGKILL')));
    await pictures.close();
    await receiver.close();
    await database.drop();
    await rm(data, { recursive: true, force: true });
  });
  const env = { NUCLEUS_CLOUD_KEY: key, NUCLEUS_CLOUD_FETCH_ALLOW: `${pictures.host},${receiver.host}` };
  let url = '';
  const start = async () => {
    const flags = ['--data', data, '--listen', '127.0.0.1:0', '--database', databaseUrl];
    const program = aProgram('cloud', ['serve', ...flags], { env });
    running.add(program);
    url = (await program.printed(/ready at (http:\S+)/))[1] ?? '';
    return program;
  };
  let program = await start();
  const call = (path: string, options: Parameters<typeof send>[1] = {}) =>
    send(`${url}/v1/${path}`, { key, ...options });
  const query = async <Row>(read: (db: Awaited<ReturnType<typeof openDatabase>>['db']) => Promise<Row>) => {
    const opened = await openDatabase(databaseUrl, () => undefined);
    try {
      return await read(opened.db);
    } finally {
      await opened.close();
    }
  };
  return {
    pictures,
    receiver,
    call,
    query,
    task: async (path: string): Promise<string> => {
      const body = {
        attachment: pictures.origin + path,
        geometries: {},
        callback_url: receiver.url(path),
      };
      return (await call('task/imageannotation', { body })).body.task_id;
    },
    attachment: async (id: string): Promise<any> => (await call(`task/${id}`)).body.attachments[0],
    kill: () => program.stop('SIGKILL'),
    restart: async () => {
      // The lease of a dead worker on PostgreSQL runs out by itself; here nobody wants to wait for it.
      await query((db) => db.updateTable('jobs').set({ locked_until: 0 }).where('ended_at', 'is', null).execute());
      program = await start();
    },
    stored: async () =>
      (await readdir(join(data, 'cloud', 'objects'), { recursive: true, withFileTypes: true })).filter((entry) =>
        entry.isFile(),
      ).length,
  };
};
type Store = Awaited<ReturnType<typeof aStore>>;

const isReady = (store: Store, id: string) =>
  eventually('the ready attachment', 20_000, async () => {
    return (await store.attachment(id)).state === 'ready' || undefined;
  });
const tasksThatWait = (store: Store, id: string, state: string) =>
  eventually(`the state ${state}`, 15_000, async () => (await store.attachment(id)).state === state || undefined);

onEachDatabase('a task whose worker is killed', (open) => {
  test('while it fetches, decodes, waits, completes and tells: finished exactly once', async () => {
    const store = await aStore(open);
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

test('the control: an attachment whose job is lost with the process stays where it was', async () => {
  const store = await aStore(async () => ({ url: undefined, drop: async () => undefined }));
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
