import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../agent/src/cli.ts';
import { serveControl } from '../../agent/src/control/serve-control.ts';
import { controlHandlers } from '../../agent/src/control-handlers.ts';
import {
  aDashboard,
  addFile,
  aProxy,
  ask,
  aViewer,
  json,
  linkPath,
  type ProxyUnderTest,
  post,
} from '../builders/a-proxy.ts';
import { smallStages } from '../builders/small-stages.ts';

let running: ProxyUnderTest;
let endControl: () => Promise<void>;

beforeAll(async () => {
  running = await aProxy({ trustedProxies: ['127.0.0.1'], assetIpAllowlist: ['10.20.4.0/24'] });
  addFile(running, 'a.jpg');
  mkdirSync(running.dataDir, { recursive: true });
  endControl = await serveControl(
    join(running.dataDir, 'agent.sock'),
    // the other commands need a whole agent
    controlHandlers({ state: running.state, proxy: running.proxy } as unknown as Parameters<typeof controlHandlers>[0]),
  );
});
afterAll(async () => {
  await endControl?.();
  await running?.close();
});

async function cli(...argv: string[]): Promise<{ exit: number; out: string; note: string }> {
  const said = { out: '', note: '' };
  const terminal = {
    isInteractive: false,
    out: (text: string): void => {
      said.out += text;
    },
    note: (text: string): void => {
      said.note += text;
    },
  };
  const exit = await runCli([...argv, '--data', running.dataDir], smallStages, {
    terminal,
    environment: {},
    workingDir: running.dataDir,
    version: '0.1.0',
    signal: new AbortController().signal,
  });
  return { exit, ...said };
}

describe('sessions from the command line', () => {
  test('are listed without what opens them, and one is ended with its links', async () => {
    const bearer = await aViewer(running);
    await post(running.port, '/v1/connect', { origin: aDashboard });
    const { out } = await cli('sessions', 'list', '--json');
    const { sessions } = JSON.parse(out) as { sessions: { session_id: string; kind: string; origin: string }[] };
    expect(sessions.map(({ kind }) => kind)).toEqual(['viewer', 'dashboard']);
    expect(out).not.toContain(bearer);
    const open = () => ask(running.port, '/v1/viewer/sessions', { headers: { authorization: `Bearer ${bearer}` } });
    expect((await open()).status).toBe(200);
    expect(await cli('sessions', 'revoke', sessions[0]?.session_id ?? '')).toMatchObject({ exit: 0 });
    expect((await open()).status).toBe(401);
    expect((await cli('sessions', 'list')).out).toMatch(/dashboard {2}https:\/\/dash\.example\.com/);
  });
  test('end all at once, links of the command line too', async () => {
    const path = linkPath(running, 'a.jpg');
    expect((await ask(running.port, path)).status).toBe(200);
    const from = performance.now();
    expect(JSON.parse((await cli('sessions', 'revoke', '--all', '--json')).out)).toEqual({ revoked: 1 });
    expect((await ask(running.port, path)).status).toBe(404);
    expect(performance.now() - from).toBeLessThan(10_000);
  });
  test.each([[[]], [['x', '--all']]])('revoke needs one of a name and --all: %j', async (more) => {
    expect(await cli('sessions', 'revoke', ...more)).toMatchObject({ exit: 2 });
  });
  test('one that is not there says so', async () => {
    const { exit, note } = await cli('sessions', 'revoke', 'nobody');
    expect([exit, note]).toEqual([2, expect.stringContaining('sessions list')]);
  });
});

test('tls init makes a certificate for the names that are given', async () => {
  const { exit, out } = await cli('tls', 'init', '--name', 'images.corp.example', '--json');
  const made = JSON.parse(out) as { names: string[]; fingerprint: string };
  expect([exit, made.names]).toEqual([0, ['images.corp.example']]);
  expect(made.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  expect((await cli('tls', 'init')).exit).toBe(2);
});

describe('behind a reverse proxy that is trusted', () => {
  test('the address list looks at who is in front of it', async () => {
    const from = async (forwarded?: string) =>
      (
        await ask(running.port, '/assets/main/a.jpg', {
          headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
        })
      ).status;
    expect([
      await from('10.20.4.9'),
      await from('6.6.6.6, 10.20.4.9'),
      await from('10.20.4.9, 6.6.6.6'),
      await from(),
    ]).toEqual([200, 200, 401, 401]);
  });
  test('consent alone does not let in who comes from elsewhere', async () => {
    const connect = (forwarded: string) =>
      post(running.port, '/v1/connect', { origin: aDashboard }, { 'x-forwarded-for': forwarded });
    expect((await connect('192.168.1.9')).status).toBe(403);
    const near = await connect('127.0.0.1');
    expect([near.status, json<{ session: string }>(near).session.length]).toEqual([200, 22]);
  });
});
