import { cp, mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { aTempFolder } from '../builders/a-temp-folder.ts';
import { aFreePort } from '../builders/an-agent-process.ts';
import {
  type AuditedAgent,
  type AuditedRun,
  anAuditedRun,
  auditedCommand,
  sentItems,
} from '../builders/an-audited-run.ts';
import { findLeaks, foundSecrets } from '../builders/find-leaks.ts';
import { padded, tellingPictures, tellingTexts } from '../builders/telling-pictures.ts';
import { type ACloud, aCloud } from '../contract/a-cloud.ts';

const aSmallCloud = async (): Promise<ACloud> => {
  const cloud = await aCloud({ database: { url: undefined, drop: async () => undefined } });
  onTestFinished(() => cloud.close());
  return cloud;
};

async function anAgent(source: Record<string, unknown> = {}): Promise<AuditedAgent> {
  const home = await aTempFolder('audit');
  const folder = join(home, 'customer-folder');
  await mkdir(folder);
  return { home, folder, data: join(home, 'data'), listen: `127.0.0.1:${await aFreePort()}`, source };
}

/** All with the same time, so that nothing but the content differs. */
async function fill(folder: string, files: Map<string, Buffer>): Promise<void> {
  for (const [name, bytes] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
    await utimes(join(folder, name), 1_700_000_000, 1_700_000_000);
  }
}

/** Runs two sets of pictures through two agents that share keys, id and address, against two clouds. */
async function runPair(source: Record<string, unknown>): Promise<[AuditedRun, AuditedRun]> {
  const [a, b] = padded(await tellingPictures(100), await tellingPictures(200));
  const first = await anAgent(source);
  await fill(first.folder, a);
  // a plan makes the keys and sends nothing
  expect((await auditedCommand(first, 'http://127.0.0.1:9', 'plan')).exit).toBe(0);
  const second = { ...(await anAgent(source)), listen: first.listen };
  await mkdir(second.data);
  for (const part of ['identity.json', 'keys']) {
    await cp(join(first.data, part), join(second.data, part), { recursive: true });
  }
  await fill(second.folder, b);
  const runs: AuditedRun[] = [];
  for (const agent of [first, second]) {
    const cloud = await aSmallCloud();
    runs.push(await anAuditedRun(agent, cloud.url, await cloud.makeKey({ scopes: ['agent'] })));
  }
  for (const run of runs) expect(run.summary).toMatchObject({ catalogued: 6, acknowledged: 6, exceptions: 0 });
  return runs as [AuditedRun, AuditedRun];
}

const bodies = (run: AuditedRun): string[] =>
  run.requests.filter(({ target }) => /register|changes/.test(target)).map(({ body }) => body.toString('latin1'));

/** Names of the fields that differ in any item, with how many bits each can say in this run's spelling. */
function differingFields(a: AuditedRun, b: AuditedRun): Set<string> {
  const [before, after] = [sentItems(a.requests), sentItems(b.requests)];
  expect([...before.keys()]).toEqual([...after.keys()]);
  const fields = new Set<string>();
  for (const [ref, item] of before) {
    const other = after.get(ref);
    const [flat, flatOther] = [item, other].map((it) => ({ ...it, ...it?.metadata, metadata: undefined }));
    for (const field of new Set([...Object.keys(flat ?? {}), ...Object.keys(flatOther ?? {})])) {
      if (flat?.[field as 'width'] !== flatOther?.[field as 'width']) fields.add(field);
    }
  }
  return fields;
}

test('at level minimal, without content hashes, other pixels give byte-identical bodies', async () => {
  const [a, b] = await runPair({ level: 'minimal', fields_off: ['content_hash'] });
  expect(bodies(a).length).toBeGreaterThanOrEqual(2);
  expect(bodies(b)).toEqual(bodies(a));
});

test('at level minimal, other pixels change the keyed content hash and nothing else', async () => {
  const [a, b] = await runPair({ level: 'minimal' });
  expect([...differingFields(a, b)]).toEqual(['content_hash']);
});

test('at level standard, other pixels change the declared descriptors alone, which carry at most 288 bits', async () => {
  const [a, b] = await runPair({ level: 'standard' });
  const bits: Record<string, number> = {
    brightness: 4,
    contrast: 4,
    sharpness: 4,
    entropy: 4,
    mean_color: 24,
    blurhash: 178,
    phash: 64,
  };
  const differing = [...differingFields(a, b)].filter((field) => field !== 'content_hash');
  expect(differing.length).toBeGreaterThan(3);
  expect(differing.filter((field) => !(field in bits))).toEqual([]);
  expect(differing.reduce((sum, field) => sum + (bits[field] ?? 0), 0)).toBeLessThanOrEqual(288);
  for (const { metadata, phash } of sentItems(a.requests).values()) {
    for (const field of ['brightness', 'contrast', 'sharpness', 'entropy']) {
      expect(Number(metadata[field])).toSatisfy(
        (value: number) => Number.isInteger(value) && value >= 0 && value <= 15,
      );
    }
    expect(metadata.mean_color).toMatch(/^#[0-9a-f]{6}$/);
    // 4 by 3 components, whose first character says so
    expect(metadata.blurhash).toMatch(/^L[0-9A-Za-z#$%*+,\-.:;=?@[\]^_{|}~]{27}$/);
    expect(phash).toMatch(/^[01]{64}$/);
  }
});

test.each([
  { level: 'standard' as const, more: [] },
  { level: 'minimal' as const, more: ['yard', 'c d.webp', 'c%20d', 'er/g.tif'] },
])(
  'at level $level nothing leaves but what is promised, and no log names a file, a key or a link',
  async ({ level, more }) => {
    const cloud = await aSmallCloud();
    const agent = await anAgent({ level });
    const files = await tellingPictures(300);
    await fill(agent.folder, files);
    await writeFile(join(agent.folder, 'torn.jpg'), (files.get('yard/a.jpg') ?? Buffer.alloc(0)).subarray(0, 2000));
    const key = await cloud.makeKey({ scopes: ['agent'] });
    const planned = await auditedCommand(agent, cloud.url, 'plan', '--out', join(agent.home, 'plan'));
    expect(planned.exit).toBe(0);
    const run = await anAuditedRun(agent, cloud.url, key);
    expect(run.summary).toMatchObject({ on_disk: 7, catalogued: 6, exceptions: 1, acknowledged: 6 });

    const secrets = [
      ...tellingTexts,
      agent.home,
      agent.folder,
      'customer-folder',
      '60.17',
      '24.94',
      'torn.jpg',
      ...more,
    ];
    expect(await findLeaks(run, { files: [...files.values()], secrets }, level)).toEqual([]);
    expect(run.network.some(({ kind }) => kind === 'connect')).toBe(true);

    // the bodies of the plan are those that were sent
    const names = (await readdir(join(agent.home, 'plan'))).toSorted();
    const plannedBodies = await Promise.all(names.map((name) => readFile(join(agent.home, 'plan', name), 'latin1')));
    expect(plannedBodies).toEqual(bodies(run));

    const keys = await Promise.all(
      (await readdir(join(agent.data, 'keys'))).map((name) => readFile(join(agent.data, 'keys', name))),
    );
    const canaries = [
      key,
      ...keys.flatMap((it) => [it.toString('hex'), it.toString('base64')]),
      ...files.keys(),
      'torn.jpg',
    ];
    const logs = Buffer.from(
      run.output
        .split('\n')
        .filter((line) => line.startsWith('{"level"'))
        .join('\n'),
    );
    expect(logs.length).toBeGreaterThan(0);
    expect(foundSecrets([logs], [...canaries, ...tellingTexts, agent.home, '/m/1.', '#code='], 'in a log')).toEqual([]);
  },
);

test('explain makes the stored record anew for every file of a mixed folder', async () => {
  const cloud = await aSmallCloud();
  const agent = await anAgent();
  const files = await tellingPictures(400);
  await fill(agent.folder, files);
  const run = await anAuditedRun(agent, cloud.url, await cloud.makeKey({ scopes: ['agent'] }));
  const sent = sentItems(run.requests);
  for (const name of files.keys()) {
    const { exit, stdout } = await auditedCommand(agent, cloud.url, 'explain', join(agent.folder, name), '--json');
    const said = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as { record: unknown };
    expect([name, exit]).toEqual([name, 0]);
    expect(said).toMatchObject({ catalogue: true, acknowledged: true, ledger: true });
    expect(said.record).toEqual(sent.get(name));
  }
});
