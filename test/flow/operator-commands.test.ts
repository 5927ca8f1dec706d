import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { aProgram } from '../builders/a-process.ts';
import { aTempFolder } from '../builders/a-temp-folder.ts';
import { aFreePort, anAgentProcess } from '../builders/an-agent-process.ts';
import { eventually } from '../builders/eventually.ts';

interface Ended {
  exit: number | string;
  stdout: string;
  output: string;
}

async function aHome(): Promise<{
  home: string;
  agent: (args: string[], options?: { input?: string; env?: Record<string, string> }) => Promise<Ended>;
}> {
  const home = await aTempFolder('operator');
  await mkdir(join(home, 'pictures'));
  await writeFile(join(home, 'pictures', 'a.txt'), 'x');
  return {
    home,
    agent: async (args, options = {}) => {
      const program = aProgram('agent', args, { cwd: home, ...options });
      const exit = await program.ended;
      return { exit, stdout: program.stdout(), output: program.output() };
    },
  };
}

/** Answers everything with 200 and a Date that is `skewMs` off. */
async function aClock(skewMs: number, status = 200): Promise<string> {
  const server = createServer((request, response) => {
    const clean = Object.keys(request.headers).every((name) => /^(user-agent|accept|host|connection)$/.test(name));
    response.writeHead(clean && request.url === '/healthz' ? status : 500, {
      date: new Date(Date.now() + skewMs).toUTCString(),
    });
    response.end();
  }).listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('init', () => {
  test('with --yes writes a strict configuration for its owner alone, explains the levels, and overwrites nothing', async () => {
    const { home, agent } = await aHome();
    const made = await agent(['init', '--yes', '--json']);
    expect(made.exit).toBe(0);
    for (const words of ['very small pictures', 'Nothing made from pixels does', 'At most 288 bits', 'can never raise'])
      expect(made.output).toContain(words);
    const file = join(home, 'nucleus-agent.yaml');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const text = await readFile(file, 'utf8');
    expect(text).toContain('level: standard');
    expect((await agent(['plan', '--config', file, '--json'])).exit).toBe(0);

    const again = await agent(['init', '--yes', '--level', 'minimal']);
    expect(again.exit).toBe(2);
    expect(again.output).toContain('is there already');
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  test('asks, asks again where an answer is wrong, and writes what was said', async () => {
    const { home, agent } = await aHome();
    const answers = [
      './nowhere',
      './pictures',
      'ward',
      'ftp://x',
      'https://cloud.example',
      './pictures/data',
      './state',
      '',
      'most',
      'minimal',
    ];
    const made = await agent(['init', '--config', 'own.yaml'], { input: `${answers.join('\n')}\n` });
    expect(made.exit).toBe(0);
    expect(made.output).toContain('nowhere is not a folder');
    expect(made.output).toContain('One of: minimal, standard, rich.');
    const text = await readFile(join(home, 'own.yaml'), 'utf8');
    for (const line of [
      'dataset: ward',
      'url: https://cloud.example',
      `data: ${home}/state`,
      'level: minimal',
      'names: pseudonym',
    ])
      expect(text).toContain(line);
  });

  test('writes nothing when the answers end too early or a flag is wrong', async () => {
    const { home, agent } = await aHome();
    expect((await agent(['init'], { input: './pictures\n' })).exit).toBe(2);
    expect((await agent(['init', '--yes', '--level', 'most'])).exit).toBe(2);
    expect((await agent(['init', '--yes', '--source', 'gone'])).exit).toBe(2);
    expect((await readdir(home)).toSorted()).toEqual(['pictures']);
  });
});

describe('doctor', () => {
  const key = { NUCLEUS_AGENT_KEY: 'live_0123456789abcdefghij' };
  const results = ({ stdout }: Ended): Record<string, string> =>
    Object.fromEntries(
      (JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { checks: { name: string; result: string }[] }).checks.map(
        ({ name, result }) => [name, result],
      ),
    );

  test('finds a healthy host healthy, asking the cloud without a key', async () => {
    const { agent } = await aHome();
    const flags = ['--source', 'pictures', '--cloud', await aClock(0), '--data', 'data'];
    const said = await agent(['doctor', '--json', ...flags], { env: key });
    expect(said.exit).toBe(0);
    expect(new Set(Object.values(results(said)))).toEqual(new Set(['ok']));
    const lines = (await agent(['doctor', ...flags], { env: key })).stdout.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThanOrEqual(9);
    for (const line of lines) expect(line).toMatch(/^(ok|warn|fail) +\S.*: .+|^ +→ .+/);
  });

  test.each([
    { why: 'a clock six minutes off', skewMs: -360_000, name: 'clock', result: 'fail', exit: 1 },
    { why: 'a clock a minute off', skewMs: 60_000, name: 'clock', result: 'warn', exit: 0 },
    { why: 'something else at the address', skewMs: 0, status: 404, name: 'cloud', result: 'fail', exit: 1 },
  ])('reports $why', async ({ skewMs, status, name, result, exit }) => {
    const { agent } = await aHome();
    const cloud = await aClock(skewMs, status);
    const said = await agent(['doctor', '--json', '--source', 'pictures', '--cloud', cloud, '--data', 'data'], {
      env: key,
    });
    expect([results(said)[name], said.exit]).toEqual([result, exit]);
  });

  test('fails, with a remedy each, without folder, key, name or private keys', async () => {
    const { home, agent } = await aHome();
    await agent(['keys', 'passcode', '--data', 'data'], { input: 'correct horse\n' });
    await chmod(join(home, 'data', 'keys', 'media.key'), 0o644);
    const said = await agent(['doctor', '--source', 'gone', '--cloud', 'http://pixels.invalid', '--data', 'data']);
    expect(said.exit).toBe(1);
    for (const line of [
      /fail +keys: .*media\.key/,
      /fail +API key/,
      /fail +source main/,
      /fail +name: pixels\.invalid/,
    ])
      expect(said.stdout).toMatch(line);
    expect(said.stdout.match(/^fail/gm)?.length).toBe(said.stdout.match(/→/g)?.length);
  });

  test('says what is wrong with a certificate instead of accepting it', async () => {
    const { agent } = await aHome();
    const said = await agent(
      ['doctor', '--source', 'pictures', '--cloud', (await aClock(0)).replace('http', 'https'), '--data', 'data'],
      { env: key },
    );
    expect(said.stdout).toMatch(/fail +TLS: the handshake failed/);
    expect(said.exit).toBe(1);
  });
});

describe('keys passcode', () => {
  test('keeps a hash for its owner alone, and opens the viewer to whoever knows the passcode', async () => {
    const { home, agent } = await aHome();
    const data = join(home, 'data');
    expect((await agent(['keys', 'passcode', '--data', data], { input: 'short\n' })).exit).toBe(2);
    const set = await agent(['keys', 'passcode', '--data', data], { input: 'correct horse\n' });
    expect(set).toMatchObject({ exit: 0, stdout: 'The passcode is set.\n' });
    const file = join(data, 'keys', 'passcode');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const hash = await readFile(file, 'utf8');
    expect(hash).toMatch(/^scrypt\$/);
    expect(set.output + hash).not.toContain('correct horse');

    const listen = `127.0.0.1:${await aFreePort()}`;
    const running = anAgentProcess({
      cloudUrl: 'http://127.0.0.1:9',
      key: 'live_0123456789abcdefghij',
      folder: join(home, 'pictures'),
      data,
      listen,
    });
    onTestFinished(async () => void (await running.stop()));
    // the agent's own origin is opened by passcode, on this machine too
    const connect = (passcode: string): Promise<Response> =>
      fetch(`http://${listen}/v1/connect`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'origin': `http://${listen}` },
        body: JSON.stringify({ origin: `http://${listen}`, passcode }),
      });
    await eventually('the agent', 10_000, async () =>
      (await fetch(`http://${listen}/healthz`).catch(() => undefined))?.ok ? true : undefined,
    );
    expect((await connect('wrong horse')).status).toBe(401);
    expect((await connect('correct horse')).status).toBe(200);
    expect(running.output()).not.toContain('horse');

    expect((await agent(['keys', 'passcode', '--clear', '--data', data])).exit).toBe(0);
    expect(await readdir(join(data, 'keys'))).not.toContain('passcode');
  });
});

test('self-audit finds nothing in this build and leaves nothing behind', async () => {
  const { home, agent } = await aHome();
  const temp = await aTempFolder('scratch');
  const said = await agent(['self-audit', '--json'], { env: { TMPDIR: temp } });
  const report = JSON.parse(said.stdout.trim().split('\n').at(-1) ?? '') as { clean: boolean; findings: unknown[] };
  expect(said.exit).toBe(0);
  expect(report.clean).toBe(true);
  expect(report.findings.length).toBeGreaterThan(30);
  expect(await readdir(temp)).toEqual([]);
  expect(await readdir(home)).toEqual(['pictures']);
});
