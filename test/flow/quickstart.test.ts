import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aProgram, type RunningProgram } from '../builders/a-process.ts';
import { makeTempFolder, removeFolder } from '../builders/a-temp-folder.ts';
import { aFreePort } from '../builders/an-agent-process.ts';
import { eventually } from '../builders/eventually.ts';
import { send } from '../contract/send.ts';

describe('npm start', () => {
  let home: string;
  let cloudPort: number;
  let agentPort: number;

  beforeAll(async () => {
    home = await makeTempFolder('quickstart');
    [cloudPort, agentPort] = [await aFreePort(), await aFreePort()];
  });
  afterAll(() => removeFolder(home));

  const start = (...args: string[]): RunningProgram =>
    aProgram('quickstart', [
      ...args,
      ...['--data', join(home, 'data'), '--cloud-port', String(cloudPort), '--agent-port', String(agentPort)],
    ]);
  const cloud = (path: string): string => `http://127.0.0.1:${cloudPort}${path}`;
  const firstKey = async (): Promise<string> => (await readFile(join(home, 'data/cloud/first-key'), 'utf8')).trim();

  async function sizeOf(datasetId: string): Promise<number> {
    const { body } = await send(cloud(`/v1/nucleus/dataset/${datasetId}/size`), { key: await firstKey() });
    return body.count;
  }

  test('catalogues a sample, prints its accounts and a link that signs in once, and stops in ten seconds', async () => {
    const program = start();
    const [, code] = await program.printed(/sign-in#(\S+)/);
    const accounts = await program.printed(
      /files on disk (\d+) = catalogued (\d+) \+ excluded (\d+) \+ exceptions (\d+)/,
    );
    const [onDisk, catalogued, excluded, exceptions] = accounts.slice(1).map(Number);
    expect(onDisk).toBe(24);
    expect((catalogued ?? 0) + (excluded ?? 0) + (exceptions ?? 0)).toBe(onDisk);

    const headers = { origin: cloud('') };
    const signedIn = await send(cloud('/v1/session'), { body: { code }, headers });
    expect(signedIn.status).toBe(200);
    expect(signedIn.headers.get('set-cookie')).toMatch(/^__Host-nucleus=.*; Path=\/;.*HttpOnly/);
    expect((await send(cloud('/v1/session'), { body: { code }, headers })).status).toBe(401);

    const { body: datasets } = await send(cloud('/v1/nucleus/dataset/details'), { key: await firstKey() });
    expect(datasets).toHaveLength(1);
    await eventually('every catalogued item in the cloud', 20_000, async () =>
      (await sizeOf(datasets[0].id)) === catalogued ? true : undefined,
    );
    const { body: agents } = await send(cloud('/v1/agents'), { key: await firstKey() });
    expect(agents.agents[0]).toMatchObject({ approved: true, public_url: `http://127.0.0.1:${agentPort}` });

    const stopping = performance.now();
    await program.stop('SIGINT');
    expect(performance.now() - stopping).toBeLessThan(10_000);
    await expect(fetch(cloud('/healthz'))).rejects.toThrow();
    await expect(fetch(`http://127.0.0.1:${agentPort}/healthz`)).rejects.toThrow();
  });

  test('a second start finds its state again', async () => {
    const program = start();
    await program.printed(/files on disk 24 = catalogued 24/);
    const { body: datasets } = await send(cloud('/v1/nucleus/dataset/details'), { key: await firstKey() });
    expect(datasets).toHaveLength(1);
    expect(await sizeOf(datasets[0].id)).toBe(24);
    expect(program.output()).not.toContain(await firstKey());
    await program.stop('SIGTERM');
  });

  test('a folder that is not there is one sentence and exit code 2', async () => {
    const program = start(join(home, 'nowhere'));
    expect(await program.ended).toBe(2);
    expect(program.output().trim().split('\n')).toHaveLength(1);
    expect(program.output()).toContain(join(home, 'nowhere'));
  });

  test('a port in use is one sentence that names it and exit code 2', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(agentPort, '127.0.0.1', resolve));
    const program = start();
    expect(await program.ended).toBe(2);
    expect(program.output().trim().split('\n')).toHaveLength(1);
    expect(program.output()).toContain(String(agentPort));
    await new Promise((resolve) => holder.close(resolve));
  });
});
