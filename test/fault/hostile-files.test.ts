import { readdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openState } from '../../agent/src/state/open-state.ts';
import { aListeningCloud } from '../builders/a-listening-cloud.ts';
import { aJpeg } from '../builders/a-picture.ts';
import { aScratchBuild } from '../builders/a-scratch-build.ts';
import { aTempFolder } from '../builders/a-temp-folder.ts';
import { type AgentRun, aFreePort, agentOnce, anAgentProcess } from '../builders/an-agent-process.ts';
import { eventually } from '../builders/eventually.ts';
import { hostileFiles } from '../builders/hostile-files.ts';
import { describeWithShared } from '../builders/shared-files.ts';

async function anAgent(folder: string): Promise<AgentRun> {
  const cloud = await aListeningCloud();
  onTestFinished(() => cloud.close());
  const data = join(await aTempFolder('hostile-data'), 'data');
  return {
    cloudUrl: cloud.url,
    key: 'live_0123456789abcdefghij',
    folder,
    data,
    listen: `127.0.0.1:${await aFreePort()}`,
  };
}

/** How each file of an agent's catalogue ended, by path. */
function outcomesOf(data: string): Map<string, { outcome: string; sentence: string | null }> {
  const state = openState(data, { readonly: true });
  const rows = state
    .prepare<[], { path: Buffer; status: string; exception_code: string | null; exception_sentence: string | null }>(
      'select path, status, exception_code, exception_sentence from items',
    )
    .all();
  state.close();
  return new Map(
    rows.map((row) => [
      row.path.toString(),
      { outcome: row.exception_code ?? row.status, sentence: row.exception_sentence },
    ]),
  );
}

test('every hostile file ends catalogued or as an exception with a reason, and nothing crashes', async () => {
  const folder = await aTempFolder('hostile');
  const { outcomes, release } = await hostileFiles(folder);
  onTestFinished(release);
  const agent = await anAgent(folder);
  const { exit, summary, output } = await agentOnce(agent);
  expect([exit, output.match(/"level":"(error|fatal)"/)]).toEqual([0, null]);
  const regular = [...outcomes].filter(([, may]) => !may.includes('not-regular'));
  expect(summary).toMatchObject({ on_disk: regular.length, not_regular: 2, excluded: 0 });
  expect((summary.catalogued ?? 0) + (summary.exceptions ?? 0)).toBe(regular.length);
  const ended = outcomesOf(agent.data);
  for (const [name, may] of regular) {
    const { outcome, sentence } = ended.get(name) ?? { outcome: 'not there', sentence: null };
    expect(may, `${name} ended as ${outcome}`).toContain(outcome);
    if (outcome !== 'catalogued') expect(sentence, name).toMatch(/^[A-Z].+\.$/);
  }
});

test('while a decoder is held by one file, the others are catalogued and the main process answers', async () => {
  const folder = await aTempFolder('stall');
  const release = join(await aTempFolder('held'), 'release');
  const script = await aScratchBuild([
    {
      file: 'extract/describe-file.js',
      from: 'export function describeFile(request, limits, contentKey) {',
      to: `import { existsSync } from 'node:fs';
export function describeFile(request, limits, contentKey) {
  const slept = new Int32Array(new SharedArrayBuffer(4));
  if (Buffer.from(request.path).includes('slow')) while (!existsSync(${JSON.stringify(release)})) Atomics.wait(slept, 0, 0, 20);`,
    },
    // held until this test lets go, not until the limit
    { file: 'config.js', from: '.max(600_000).default(10_000)', to: '.max(600_000).default(600_000)' },
  ]);
  const picture = await aJpeg({});
  await writeFile(join(folder, 'a-slow.jpg'), picture);
  for (let i = 0; i < 30; i += 1) await writeFile(join(folder, `good-${i}.jpg`), picture);
  const agent = { ...(await anAgent(folder)), script };
  const running = anAgentProcess(agent);
  onTestFinished(async () => void (await running.stop()));
  await running.printed(/proxy listens/);
  const endedWhen = (count: number): Promise<Map<string, unknown>> =>
    eventually(`${count} files in the catalogue`, 60_000, async () => {
      const ended = outcomesOf(agent.data);
      return ended.size >= count ? ended : undefined;
    });
  const first = await endedWhen(30);
  expect([...first.keys()]).not.toContain('a-slow.jpg');
  // a main process that waits for the file would never answer: nobody lets go of it before
  expect(await ask(agent.listen)).toBe(200);
  await writeFile(release, '');
  expect((await endedWhen(31)).get('a-slow.jpg')).toMatchObject({ outcome: 'catalogued' });
  expect(running.child.exitCode).toBeNull();
});

test('an agent whose picture decoder has known memory faults does not start, and says why', async () => {
  const folder = await aTempFolder('old-decoder');
  await writeFile(join(folder, 'good.jpg'), await aJpeg({}));
  const script = await aScratchBuild([
    { file: 'extract/decoder.js', from: 'sharp: [0, 35, 3]', to: 'sharp: [9, 0, 0]' },
  ]);
  const agent = await anAgent(folder);
  const old = await agentOnce({ ...agent, script });
  expect([old.exit, outcomesOf(agent.data).size]).toEqual([2, 0]);
  expect(old.output).toMatch(/The picture decoder sharp \S+ is older than 9\.0\.0/);
  const current = await agentOnce(agent);
  expect([current.exit, current.summary.catalogued]).toEqual([0, 1]);
});

function ask(listen: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`http://${listen}/healthz`, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    })
      .on('error', reject)
      .end();
  });
}

describeWithShared('hostile/tests', 'a corpus of odd and damaged pictures', (folder) => {
  test('is accounted for file by file, and no document is decoded as a picture', async () => {
    const agent = await anAgent(folder);
    const { exit, summary, output } = await agentOnce(agent);
    expect([exit, output.match(/"level":"(error|fatal)"/)]).toEqual([0, null]);
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(100);
    expect(summary.on_disk).toBe(files.length);
    expect((summary.catalogued ?? 0) + (summary.excluded ?? 0) + (summary.exceptions ?? 0)).toBe(files.length);
    for (const [path, { outcome, sentence }] of outcomesOf(agent.data)) {
      expect(outcome === 'catalogued' || sentence, path).toBeTruthy();
      if (/\.(svg|pdf)$/i.test(path)) expect(outcome).toBe('unsupported-format');
    }
  });
});
