/** What an operator of the cloud does from the command line: looks after it, copies it while it runs, and makes and bounds keys. */
import { chmod, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aJpeg } from '../builders/a-picture.ts';
import { aProgram, type RunningProgram } from '../builders/a-process.ts';
import { makeTempFolder, removeFolder } from '../builders/a-temp-folder.ts';
import { send } from '../contract/send.ts';

const key = `live_${'k'.repeat(43)}`;
let home: string;
let data: string;
let cloud: RunningProgram;
let url: string;
let datasetId: string;

const run = async (...args: string[]) => {
  const program = aProgram('cloud', args);
  const exit = await program.ended;
  return { exit, stdout: program.stdout(), output: program.output() };
};
const serve = async (folder: string) => {
  const program = aProgram('cloud', ['serve', '--data', folder, '--listen', '127.0.0.1:0'], {
    env: { NUCLEUS_CLOUD_KEY: key },
  });
  const [, address = ''] = await program.printed(/ready at (http:\S+)/);
  return { program, address };
};
const call = (path: string, body?: object, at = url, as = key) =>
  send(`${at}/v1/nucleus/${path}`, { key: as, ...(body === undefined ? {} : { body }) });
const anItem = (reference_id: string) => ({ reference_id, image_url: 'https://x.test/a', width: 1, height: 1 });

beforeAll(async () => {
  home = await makeTempFolder('cloud-operator');
  data = join(home, 'data');
  ({ program: cloud, address: url } = await serve(data));
  datasetId = (await call('dataset/create', { name: 'kept', use_privacy_mode: true })).body.dataset_id;
  await call(`dataset/${datasetId}/append`, { items: Array.from({ length: 500 }, (_, i) => anItem(`item/${i}`)) });
});
afterAll(async () => {
  await cloud.stop('SIGKILL');
  await removeFolder(home);
});

test('doctor finds a running cloud well, and names what is wrong with a remedy', async () => {
  const well = await run('doctor', '--data', data, '--json');
  const { ok, checks } = JSON.parse(well.stdout.trimEnd().split('\n').at(-1) ?? '');
  expect([well.exit, ok, checks.map(({ name }: { name: string }) => name)]).toEqual([
    0,
    true,
    ['data folder', 'disk space', 'public address', 'database', 'keys', 'jobs', 'agents', 'stored pictures'],
  ]);
  const open = await run('doctor', '--data', data, '--public-url', 'http://cloud.example');
  expect([open.exit, open.output]).toEqual([
    1,
    expect.stringMatching(/fail {2}public address: .*in the clear\n {6}→ .*https/),
  ]);
  const unreachable = await run('doctor', '--data', data, '--database', 'postgres://nobody@127.0.0.1:1/none');
  expect([unreachable.exit, unreachable.output]).toEqual([1, expect.stringMatching(/fail {2}database: .*\n {6}→ /)]);
  expect(unreachable.output).toContain('ok    stored pictures');
});

test('a backup taken while items come is a cloud of one moment, under an epoch of its own', async () => {
  const picture = new FormData();
  const own = (await call('dataset/create', { name: 'pictures' })).body.dataset_id;
  picture.append('items', JSON.stringify([{ reference_id: 'a', image_url: 'a.jpg', metadata: {}, update: false }]));
  picture.append('image', new Blob([Buffer.from(await aJpeg())], { type: 'image/jpeg' }), 'a.jpg');
  const authorization = `Basic ${Buffer.from(`${key}:`).toString('base64')}`;
  const uploaded = await fetch(`${url}/v1/nucleus/dataset/${own}/append`, {
    method: 'POST',
    headers: { authorization },
    body: picture,
  });
  expect((await uploaded.json()).new_items).toBe(1);

  let isOver = false;
  let sent = 0;
  const writing = (async () => {
    while (!isOver) {
      await call(`dataset/${datasetId}/append`, { items: [anItem(`late/${sent}`), anItem(`twin/${sent}`)] });
      sent += 1;
    }
  })();
  const copy = join(home, 'copy');
  const made = await run('backup', copy, '--data', data, '--json');
  isOver = true;
  await writing;
  expect(made.exit).toBe(0);
  expect(JSON.parse(made.stdout)).toMatchObject({ folder: copy, objectFiles: 1, hasObjects: true });
  for (const [path, mode] of [
    ['', 0o700],
    ['cloud', 0o700],
    ['cloud/cloud.db', 0o600],
  ] as const)
    expect((await stat(join(copy, path))).mode & 0o777, path).toBe(mode);
  expect((await readdir(home)).filter((name) => name.endsWith('.part'))).toEqual([]);

  const { program, address } = await serve(copy);
  try {
    const { items } = (await call(`dataset/${datasetId}/itemsPage`, { pageToken: null, pageSize: 100_000 }, address))
      .body;
    const refs = new Set(items.map((item: { reference_id: string }) => item.reference_id));
    expect(Array.from({ length: 500 }, (_, i) => refs.has(`item/${i}`))).not.toContain(false);
    // Two items of one request are both there or both not.
    for (let i = 0; i < sent; i++) expect(refs.has(`late/${i}`)).toBe(refs.has(`twin/${i}`));
    expect((await call(`dataset/${datasetId}/size`, undefined, address)).body.count).toBe(items.length);
    const { item } = (await call(`dataset/${own}/refloc/a`, undefined, address)).body;
    const asset = await fetch(`${address}/v1/assets/${item.id}`, { headers: { authorization } });
    expect([asset.status, asset.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    const epochOf = async (at: string) => {
      const agentKey = (
        await run('keys', 'create', '--data', at === url ? data : copy, '--scope', 'agent')
      ).stdout.trim();
      const agent = { agent_id: `agt_${'a'.repeat(20)}`, version: '0.1.0', public_url: 'http://a.test', sources: [] };
      return (await send(`${at}/v1/agents/register`, { key: agentKey, body: agent })).body.store_epoch;
    };
    const [before, after] = [await epochOf(url), await epochOf(address)];
    expect([before, after]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^[0-9a-f]{32}$/)]);
    expect(after).not.toBe(before);
  } finally {
    await program.stop();
  }
  const again = await run('backup', copy, '--data', data);
  expect([again.exit, again.output]).toEqual([2, expect.stringContaining('is there already')]);
  const foreign = await run('backup', join(home, 'pg'), '--data', data, '--database', 'postgres://x@127.0.0.1:1/x');
  expect([foreign.exit, foreign.output]).toEqual([2, expect.stringContaining('pg_dump')]);
});

test('a damaged database is found by doctor and makes no backup', async () => {
  const broken = join(home, 'broken');
  expect((await run('backup', broken, '--data', data)).exit).toBe(0);
  const file = await open(join(broken, 'cloud', 'cloud.db'), 'r+');
  const { size } = await file.stat();
  // Half of it is written over, so that rows are hit and not only indexes, which a copy makes anew; the first page, with the schema, stays.
  const quarter = Math.floor(size / 4 / 4096) * 4096;
  await file.write(Buffer.alloc(2 * quarter, 0x5a), 0, 2 * quarter, quarter);
  await file.close();
  const seen = await run('doctor', '--data', broken);
  expect([seen.exit, seen.output]).toEqual([1, expect.stringMatching(/fail {2}database: /)]);
  const copy = await run('backup', join(home, 'never'), '--data', broken);
  expect(copy.exit).not.toBe(0);
  expect((await readdir(home)).filter((name) => name.startsWith('never'))).toEqual([]);
  await rm(broken, { recursive: true });
});

test('keys are made with bounds, listed with them, and a wrong bound makes none', async () => {
  const made = await run(
    ...['keys', 'create', '--data', data, '--scope', 'read', '--datasets', datasetId, '--days', '30', '--label', 'ml'],
    ...['--addresses', '127.0.0.1, 10.0.0.0/8'],
  );
  expect(made.exit).toBe(0);
  expect((await call(`dataset/${datasetId}/size`, undefined, url, made.stdout.trim())).status).toBe(200);
  const listed =
    (await run('keys', 'list', '--data', data)).stdout.split('\n').find((line) => line.endsWith('ml')) ?? '';
  expect(listed).toMatch(new RegExp(`active\tstandard\tread\t${datasetId},127.0.0.1/32,10.0.0.0/8,until 20`));
  expect(listed).not.toContain(made.stdout.trim());
  for (const bound of [
    ['--datasets', 'ds_none'],
    ['--addresses', 'nowhere'],
    ['--days', '0'],
    ['--scopes', 'all'],
  ]) {
    const refused = await run('keys', 'create', '--data', data, ...bound);
    expect([refused.exit, refused.stdout], bound.join(' ')).toEqual([2, '']);
  }
});

test('doctor tells a data folder that others may read, and one that is not there', async () => {
  await chmod(join(data, 'cloud'), 0o755);
  const seen = await run('doctor', '--data', data);
  expect([seen.exit, seen.output]).toEqual([
    1,
    expect.stringMatching(/fail {2}data folder: .*755.*\n {6}→ chmod 700 /),
  ]);
  const none = await run('doctor', '--data', join(home, 'nowhere'));
  expect([none.exit, none.output]).toEqual([2, expect.stringContaining('There is no cloud in')]);
});
