import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runCli } from '../../agent/src/cli.ts';
import { lockData } from '../../agent/src/state/lock-data.ts';
import { aListeningCloud, refusal } from '../builders/a-listening-cloud.ts';
import { smallStages } from '../builders/small-stages.ts';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

async function aHost() {
  const cloud = await aListeningCloud();
  const stopping = new AbortController();
  const home = mkdtempSync(join(tmpdir(), 'host-'));
  const folder = join(home, 'pictures');
  mkdirSync(folder);
  for (const name of ['a.jpg', '=b.jpg', 'c.jpg']) writeFileSync(join(folder, name), `pixels of ${name}`);
  writeFileSync(join(folder, 'notes.txt'), 'x');
  const started: Promise<number>[] = [];
  onTestFinished(async () => {
    stopping.abort();
    await Promise.all(started);
    await cloud.close();
    rmSync(home, { recursive: true });
  });
  const listen = `127.0.0.1:${await freePort()}`;
  const flags = ['--source', folder, '--cloud', cloud.url, '--data', 'data', '--listen', listen];
  const at = (argv: readonly string[]) => {
    let [out, notes] = ['', ''];
    const exit = runCli(argv, smallStages, {
      terminal: {
        out: (text) => {
          out += text;
        },
        note: (text) => {
          notes += text;
        },
        isInteractive: false,
      },
      environment: { NUCLEUS_AGENT_KEY: 'live_0123456789abcdefghij' },
      workingDir: home,
      version: '0.1.0',
      signal: stopping.signal,
    });
    started.push(exit);
    const json = (): unknown =>
      argv.includes('--json') && out !== '' ? JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') : undefined;
    return { exit, read: async () => ({ exit: await exit, out, notes, json: json() }) };
  };
  const cli = (...argv: string[]) => at(argv).read();
  return { cloud, home, folder, listen, flags, stopping, cli, start: (...argv: string[]) => at(argv) };
}

describe('run --once', () => {
  test('scans, syncs and ends with one object that adds up', async () => {
    const { cloud, flags, cli } = await aHost();
    const { exit, json, notes } = await cli('run', '--once', '--json', ...flags);
    expect(json).toEqual({
      on_disk: 4,
      catalogued: 3,
      excluded: 1,
      exceptions: 0,
      not_regular: 0,
      changes: 3,
      acknowledged: 3,
      dead_letters: 0,
      held_deletions: 0,
      suspended: 0,
    });
    expect(exit).toBe(0);
    expect(notes).toContain('files on disk 4 = catalogued 3 + excluded 1 + exceptions 0');
    expect([...(cloud.items.get('main')?.keys() ?? [])]).toEqual(['=b.jpg', 'a.jpg', 'c.jpg']);
  });

  test('ends with 1 when a change was refused for good', async () => {
    const { cloud, flags, cli } = await aHost();
    cloud.rejects = (ref) => (ref === 'a.jpg' ? 'invalid-item' : undefined);
    const { exit, json } = await cli('run', '--once', '--json', ...flags);
    expect(json).toMatchObject({ acknowledged: 2, dead_letters: 1, changes: 3 });
    expect(exit).toBe(1);
  });

  test.each([
    { what: 'the cloud refuses its key', url: undefined, says: 'The cloud refuses the agent’s key: it is wrong' },
    {
      what: 'nobody is at the address',
      url: 'http://127.0.0.1:1',
      says: 'The cloud http://127.0.0.1:1 cannot be reached',
    },
  ])('says why nothing is sent when $what, and ends with 1', async ({ url, says }) => {
    const { cloud, home, folder, listen, cli } = await aHost();
    for (let i = 0; i < 20; i += 1) cloud.script.push(() => refusal(401, 'unauthenticated'));
    const sync = { max_backoff_ms: 100 };
    const sources = [{ folder, dataset: 'pictures' }];
    const config = { data: join(home, 'data'), listen, cloud: { url: url ?? cloud.url }, sync, sources };
    writeFileSync(join(home, 'agent.yaml'), JSON.stringify({ agent: config }));
    const { exit, notes, json } = await cli('run', '--once', '--json', '--config', 'agent.yaml');
    expect([exit, json]).toEqual([1, expect.objectContaining({ catalogued: 3, changes: 3, acknowledged: 0 })]);
    expect(notes).toContain(says);
    expect(notes).toContain('3 changes are not acknowledged yet; they are kept and sent by the next run.');
  });

  test('a plan before it wrote the same bytes and reached nobody', async () => {
    const { cloud, home, flags, cli } = await aHost();
    const planned = await cli('plan', '--out', 'planned', '--json', ...flags);
    expect(planned.exit).toBe(0);
    expect(cloud.captured).toEqual([]);
    const bodies = readdirSync(join(home, 'planned'))
      .toSorted()
      .map((name) => readFileSync(join(home, 'planned', name), 'utf8'));
    await cli('run', '--once', ...flags);
    const sent = cloud.captured.filter(({ path }) => !path.endsWith('/heartbeat')).map(({ body }) => body.toString());
    expect(bodies).toEqual(sent);
    expect(readdirSync(join(home, 'data')).filter((name) => name.startsWith('plan-'))).toEqual([]);
  });
});

test('what left can be verified, shown, searched and explained afterwards', async () => {
  const { flags, folder, cli } = await aHost();
  await cli('run', '--once', ...flags);
  const data = ['--data', 'data'];
  expect(await cli('ledger', 'verify', '--json', ...data)).toMatchObject({ exit: 0, json: { first_n: 1 } });
  const shown = await cli('ledger', 'show', '--item', 'a.jpg', ...data);
  expect(shown.out).toContain('"ref":"a.jpg"');
  expect(shown.out).not.toContain('c.jpg');
  expect((await cli('ledger', 'grep', 'pixels', ...data)).exit).toBe(1);
  const found = await cli('ledger', 'grep', '"ref":"a.jpg"', '--json', ...data);
  expect([found.exit, found.json]).toEqual([0, { lines: 1, places: 1 }]);
  expect(await cli('explain', join(folder, 'a.jpg'), '--json', ...flags)).toMatchObject({
    exit: 0,
    json: { catalogue: true, acknowledged: true, ledger: true },
  });
  expect((await cli('map', ...data)).out).toBe(
    `source,path,reference_id\r\nmain,'=b.jpg,'=b.jpg\r\nmain,a.jpg,a.jpg\r\nmain,c.jpg,c.jpg\r\n`,
  );
});

test('the running agent answers its command line, and refuses a second one', async () => {
  const { home, flags, cli, start, stopping, listen } = await aHost();
  const data = ['--data', 'data'];
  const agent = start('run', ...flags);
  await expect
    .poll(async () => (await cli('status', '--json', ...data)).json, { timeout: 20_000 })
    .toMatchObject({
      running: true,
      cloud_state: 'connected',
      sources: [{ alias: 'main', queued: 0, catalogued: 3 }],
    });
  expect(statSync(join(home, 'data', 'agent.sock')).mode & 0o777).toBe(0o600);
  expect((await cli('open', ...data)).out).toBe(`http://${listen}/viewer/#code=code-of-sixteen-or-more\n`);
  expect((await cli('link', 'a.jpg', '--variant', 'preview-256', ...data)).out).toBe(
    `http://${listen}/m/a.jpg/preview-256\n`,
  );
  expect(await cli('link', 'a.jpg', '--variant', 'huge', ...data)).toMatchObject({
    exit: 2,
    notes: expect.stringContaining('no variant huge'),
  });
  expect(await cli('deletes', 'confirm', '--json', ...data)).toMatchObject({ exit: 0, json: { confirmed: 0 } });
  expect(await cli('run', '--once', ...flags)).toMatchObject({
    exit: 2,
    notes: expect.stringContaining('Another agent is running'),
  });
  stopping.abort();
  expect(await agent.exit).toBe(0);
  expect(await cli('open', ...data)).toMatchObject({ exit: 1, notes: expect.stringContaining('No agent is running') });
});

describe('a start that cannot go well ends with 2 and one sentence', () => {
  const yaml = (lines: string[]): string => `${lines.join('\n')}\n`;
  test.each([
    {
      why: 'an unknown key',
      lines: [
        'agent:',
        '  cloud: { url: "http://c.test" }',
        '  sources:',
        '    - folder: /srv',
        '      dataset: d',
        '      colour: red',
      ],
      says: 'line 6: agent.sources.0.colour is not a known key',
    },
    { why: 'an unknown part', lines: ['agnt: {}'], says: 'line 1: agnt is not a known key' },
    {
      why: 'a value out of range',
      lines: [
        'agent:',
        '  cloud: { url: "http://c.test" }',
        '  sync:',
        '    heartbeat_s: 0',
        '  sources: [{ folder: /srv, dataset: d }]',
      ],
      says: 'line 4: agent.sync.heartbeat_s',
    },
    { why: 'no YAML', lines: ['agent: ['], says: 'line 2' },
  ])('$why', async ({ lines, says }) => {
    const { home, cli } = await aHost();
    writeFileSync(join(home, 'agent.yaml'), yaml(lines));
    const { exit, notes } = await cli('run', '--once', '--config', 'agent.yaml');
    expect(notes).toContain(says);
    expect(notes.trimEnd().split('\n')).toHaveLength(1);
    expect(exit).toBe(2);
  });

  test.each([
    {
      why: 'a folder that is missing',
      change: (flags: string[], home: string) => flags.with(1, join(home, 'gone')),
      says: 'does not exist',
    },
    {
      why: 'a data directory inside the folder',
      change: (flags: string[], home: string) => flags.with(5, join(home, 'pictures', 'data')),
      says: 'lies inside the folder',
    },
    {
      why: 'a port in use',
      change: (flags: string[], _: string, taken: string) => flags.with(7, taken),
      says: 'in use',
    },
    { why: 'an unknown level', change: (flags: string[]) => [...flags, '--level', 'most'], says: 'level' },
    { why: 'no cloud', change: (flags: string[]) => flags.slice(0, 2), says: '--cloud' },
    { why: 'an unknown flag', change: (flags: string[]) => [...flags, '--pixels'], says: 'unknown option' },
  ])('$why', async ({ change, says }) => {
    const { home, cloud, flags, cli } = await aHost();
    const { exit, notes } = await cli('run', '--once', ...change(flags, home, new URL(cloud.url).host));
    expect(notes).toContain(says);
    expect(exit).toBe(2);
  });

  test('a ledger that was changed', async () => {
    const { home, flags, cli } = await aHost();
    await cli('run', '--once', ...flags);
    const file = join(home, 'data', 'ledger', '000001.ndjson');
    writeFileSync(file, readFileSync(file, 'utf8').replace('register', 'registes'));
    const { exit, notes } = await cli('run', '--once', ...flags);
    expect(notes).toContain('Line 1 of the ledger segment');
    expect(exit).toBe(1);
    expect((await cli('ledger', 'verify', '--data', 'data')).exit).toBe(1);
  });

  test('a data directory that another process holds, until it lets go', async () => {
    const { home, flags, cli } = await aHost();
    const release = lockData(join(home, 'data'));
    expect((await cli('run', '--once', ...flags)).exit).toBe(2);
    release();
    expect((await cli('run', '--once', ...flags)).exit).toBe(0);
  });
});
