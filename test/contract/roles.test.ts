/** `serve --role`: one process answers requests, another runs jobs, over one PostgreSQL and one folder. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { aPostgresDatabase, describeWithPostgres } from '../builders/a-postgres.ts';
import { aProgram } from '../builders/a-process.ts';
import { eventually } from '../builders/eventually.ts';
import { send } from './send.ts';

const key = `live_${'r'.repeat(43)}`;

const aFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'roles-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

test.each(['http', 'jobs'])('the role %s over SQLite ends with exit 2 and one sentence', async (role) => {
  const program = aProgram('cloud', ['serve', '--data', await aFolder(), '--listen', '127.0.0.1:0', '--role', role]);
  expect(await program.ended).toBe(2);
  expect(program.output()).toContain(`The role ${role} needs PostgreSQL`);
});

test('a role that does not exist ends with exit 2', async () => {
  const program = aProgram('cloud', ['serve', '--data', await aFolder(), '--listen', '127.0.0.1:0', '--role', 'both']);
  expect(await program.ended).toBe(2);
});

describeWithPostgres('two roles over one PostgreSQL', () => {
  test('jobs wait while nobody runs them and end once a process of role jobs is there', async () => {
    const database = await aPostgresDatabase();
    const data = await aFolder();
    const start = async (role: string) => {
      const flags = ['--data', data, '--listen', '127.0.0.1:0', '--database', database.url, '--role', role];
      const program = aProgram('cloud', ['serve', ...flags], { env: { NUCLEUS_CLOUD_KEY: key } });
      const [, url = ''] = await program.printed(/ready at (http:\S+)/);
      return { program, url };
    };
    const http = await start('http');
    onTestFinished(async () => {
      await http.program.stop();
      await database.drop();
    });
    const call = (route: string, options: Parameters<typeof send>[1] = {}) =>
      send(`${http.url}/v1/nucleus/${route}`, { key, ...options });
    const id = (await call('dataset/create', { body: { name: 'set', use_privacy_mode: true } })).body.dataset_id;
    const items = [{ reference_id: 'a', image_url: 'https://images.test/a.jpg', width: 1, height: 1 }];
    await call(`dataset/${id}/append`, { body: { items } });
    const metadata = [{ reference_id: 'a', metadata: { n: 1 } }];
    const { job_id } = (await call(`dataset/${id}/metadata?async=1`, { body: { level: 'item', metadata } })).body;
    // Longer than the half second for which every job is told to run.
    const until = Date.now() + 1_500;
    await eventually('time to pass', 5_000, () => Date.now() > until || undefined);
    expect((await call(`job/${job_id}`)).body).toMatchObject({ status: 'Running', completed_steps: 0 });
    const jobs = await start('jobs');
    expect((await send(`${jobs.url}/readyz`)).status).toBe(200);
    expect((await send(`${jobs.url}/v1/nucleus/dataset/details`, { key })).status).toBe(404);
    await eventually('the end of the job', 10_000, async () => {
      return (await call(`job/${job_id}`)).body.status === 'Completed' || undefined;
    });
    expect((await send(`${jobs.url}/metrics`)).text).toContain(
      'nucleus_job_attempts_total{kind="metadataUpdate",result="completed"} 1',
    );
    expect(await jobs.program.stop()).toBe(0);

    // two that search keep out of each other's files, and each finds what the other wrote
    const second = await start('http');
    onTestFinished(() => second.program.stop().then(() => undefined));
    const found = async (url: string, query: string) =>
      (await send(`${url}/v1/insights/${id}/tiles`, { key, body: { offset: 0, limit: 5, query } })).body.total;
    expect(await found(http.url, 'n = 1')).toBe(1);
    const files = async () => {
      const below = await readdir(join(data, 'cloud', 'search'), { recursive: true });
      const projections = below.filter((path) => path.endsWith('.duckdb')).toSorted();
      return Promise.all(projections.map(async (path) => (await stat(join(data, 'cloud', 'search', path))).ino));
    };
    const [own] = await files();
    expect(await found(second.url, 'n = 1')).toBe(1);
    const more = [{ ...items[0], reference_id: 'b', metadata: { n: 2 } }];
    await send(`${second.url}/v1/nucleus/dataset/${id}/append`, { key, body: { items: more } });
    expect([await found(http.url, 'n = 2'), await found(second.url, 'n = 2')]).toEqual([1, 1]);
    expect(await files()).toEqual([own, expect.any(Number)]);
  });
});
