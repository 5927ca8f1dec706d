/** A cloud that is killed and started again over what it left, with servers of pictures and callbacks that outlive it. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { aJpeg } from '../builders/a-picture.ts';
import { aPictureServer } from '../builders/a-picture-server.ts';
import { aProgram, type RunningProgram } from '../builders/a-process.ts';
import { aReceiver } from '../contract/an-intake.ts';
import type { TestDatabase } from '../contract/on-each-database.ts';
import { send } from '../contract/send.ts';

const breakAt = new URL('../builders/break-cloud-at.mjs', import.meta.url).href;
const key = `live_${'k'.repeat(43)}`;

/** A built cloud in a process of its own, over a database and a folder that outlive it. Ends with its test. */
export const aKilledCloud = async (open: () => Promise<TestDatabase>) => {
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
  const flags = ['--data', data, '--listen', '127.0.0.1:0', '--database', databaseUrl];
  const start = async (nodeArgs: readonly string[] = []) => {
    const program = aProgram('cloud', ['serve', ...flags], { env, nodeArgs });
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
  // The lease of a dead worker on PostgreSQL runs out by itself; here nobody wants to wait for it.
  const freeJobs = () =>
    query((db) => db.updateTable('jobs').set({ locked_until: 0 }).where('ended_at', 'is', null).execute());
  return {
    isShared: database.url !== undefined,
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
    /** Lets no worker have a task's fetch until then; 0 lets it go. */
    hold: (taskId: string, untilMs: number) =>
      query((db) =>
        db
          .updateTable('jobs')
          .set({ run_at: untilMs })
          .where('input', 'like', `%${taskId}%`)
          .where('ended_at', 'is', null)
          .execute(),
      ),
    kill: () => program.stop('SIGKILL'),
    /** @param nodeArgs words for node itself */
    restart: async (nodeArgs: readonly string[] = []) => {
      await freeJobs();
      program = await start(nodeArgs);
    },
    /** Starts one that kills itself at a step of `break-cloud-at.mjs`, and waits for that. Answers the steps that were reached. */
    dieAt: async (step: string): Promise<string> => {
      await freeJobs();
      const log = join(data, `died-at-${step}`);
      const doomed = aProgram('cloud', ['serve', ...flags], {
        env: { ...env, TEST_BREAK_AT: step, TEST_BREAK_LOG: log },
        nodeArgs: ['--import', breakAt],
      });
      running.add(doomed);
      const late = setTimeout(() => void doomed.stop('SIGKILL'), 60_000);
      await doomed.ended;
      clearTimeout(late);
      return readFile(log, 'utf8').catch(() => `did not come to ${step}: ${doomed.output()}`);
    },
    /** Files of the object store; what a kill left half-written stands apart and goes a day later. */
    stored: async () =>
      (await readdir(join(data, 'cloud', 'objects'), { recursive: true, withFileTypes: true })).filter(
        (entry) => entry.isFile() && !entry.parentPath.endsWith('.incoming'),
      ).length,
  };
};
export type KilledCloud = Awaited<ReturnType<typeof aKilledCloud>>;
