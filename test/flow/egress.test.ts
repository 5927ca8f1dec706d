import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openTransport } from '../../agent/src/egress/cloud-request.ts';
import { type Gate, openGate } from '../../agent/src/egress/gate.ts';
import { type LedgerOptions, openLedger } from '../../agent/src/egress/ledger.ts';
import { planRequests } from '../../agent/src/egress/plan.ts';
import { showLedger, streamLedger } from '../../agent/src/egress/read-ledger.ts';
import type { EgressPolicy, SealedLine } from '../../agent/src/egress/seal.ts';
import { verifyLedger } from '../../agent/src/egress/verify-ledger.ts';
import type { UnsealedChange } from '../../agent/src/record/unsealed-change.ts';
import { aListeningCloud, refusal } from '../builders/a-listening-cloud.ts';

const agentId = `agt_${'a'.repeat(20)}`;
const policy: EgressPolicy = {
  agentId,
  version: '0.1.0',
  publicUrl: 'http://127.0.0.1:8787',
  sources: [
    { alias: 'main', datasetName: 'Photos', level: 'standard', names: 'relative-path', fieldsOff: [] },
    { alias: 'ward', datasetName: 'Ward', level: 'minimal', names: 'pseudonym', fieldsOff: [] },
  ],
};
const registration = {
  agent_id: agentId,
  version: '0.1.0',
  public_url: policy.publicUrl,
  sources: [
    {
      alias: 'main',
      dataset_name: 'Photos',
      level: 'standard' as const,
      names: 'relative-path' as const,
      fields_off: [],
    },
  ],
};
const session = { fence: 1, storeEpoch: 'a'.repeat(32) };

function aPut(ref: string, over: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}): UnsealedChange {
  const item = {
    reference_id: ref,
    image_url: `${policy.publicUrl}/assets/main/${ref}`,
    width: 640,
    height: 480,
    metadata: { source: 'main', format: 'jpeg', name: ref, ...metadata },
    ...over,
  };
  return { op: 'put', ref, rev: 1, item } as UnsealedChange;
}

async function anOpenGate(ledgerOptions: LedgerOptions = {}) {
  const cloud = await aListeningCloud();
  const folder = await mkdtemp(join(tmpdir(), 'ledger-'));
  const ledger = await openLedger(folder, ledgerOptions);
  const gate = openGate(
    policy,
    ledger,
    openTransport({ cloudUrl: cloud.url, version: '0.1.0', apiKey: 'live_secret_of_the_agent' }),
  );
  onTestFinished(async () => {
    gate.close();
    await ledger.close();
    await cloud.close();
    await rm(folder, { recursive: true });
  });
  return { cloud, folder, ledger, gate };
}

const push = async (gate: Gate, changes: UnsealedChange[]) =>
  gate.sendBatch(
    await gate.prepareBatch(
      'main',
      changes.map((change) => gate.sealChange('main', change)),
    ),
    session,
  );

describe('the egress gate', () => {
  test('has in its ledger exactly what the cloud received, byte for byte', async () => {
    const { cloud, folder, gate } = await anOpenGate({ maxSegmentBytes: 2000 });
    await gate.send({ kind: 'register', body: registration });
    await push(gate, [aPut('a.jpg'), aPut('b é.jpg', { image_url: `${policy.publicUrl}/assets/main/b%20%C3%A9.jpg` })]);
    await gate.send({ kind: 'manifest', source: 'main', prefix: 'ab' });
    await push(gate, [{ op: 'delete', ref: 'a.jpg', rev: 2 }]);
    const written: { path: string; body: string }[] = [];
    for await (const { line } of streamLedger(folder)) {
      if (line.kind !== 'result') written.push({ path: line.url_path, body: line.body });
    }
    expect(written).toEqual(cloud.captured.map(({ path, body }) => ({ path, body: body.toString('base64') })));
    expect(await verifyLedger(folder)).toMatchObject({ attempts: 4, results: 4, lines: 8 });
    expect((await verifyLedger(folder)).problem).toBeUndefined();
  });

  test('sends the same headers every time, no cookie, and its key to nowhere but the authorization', async () => {
    const { cloud, folder, gate } = await anOpenGate();
    cloud.script.push(() => ({ status: 200, headers: { 'set-cookie': 'a=b' }, body: {} }));
    await push(gate, [aPut('a.jpg')]);
    await push(gate, [aPut('b.jpg')]);
    const names = cloud.captured.map(({ headers }) => Object.keys(headers).toSorted());
    expect(names[0]).toEqual([
      'accept',
      'authorization',
      'connection',
      'content-encoding',
      'content-length',
      'content-type',
      'host',
      'user-agent',
    ]);
    expect(names[1]).toEqual(names[0]);
    expect(cloud.captured[1]?.headers['user-agent']).toBe('nucleus-agent/0.1.0');
    const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'latin1')));
    expect(files.join('')).not.toContain('live_secret');
  });

  test.each([
    { why: 'a field that is not listed', change: aPut('a.jpg', {}, { owner: 'Ada' }) },
    { why: 'a field of a higher level', change: aPut('a.jpg', {}, { lat: 1.5 }) },
    { why: 'a number out of range', change: aPut('a.jpg', { width: 0 }) },
    { why: 'a number between two steps', change: aPut('a.jpg', {}, { f_number: 2.84 }) },
    {
      why: 'an address that carries something',
      change: aPut('a.jpg', { image_url: 'http://127.0.0.1:8787/assets/main/a.jpg/extra' }),
    },
    { why: 'a thumbnail', change: aPut('a.jpg', { thumbnail: 'AAAA' }) },
  ])('refuses $why and sends nothing', async ({ change }) => {
    const { cloud, gate } = await anOpenGate();
    expect(() => gate.sealChange('main', change)).toThrow(expect.objectContaining({ code: 'egress-refused' }));
    expect(cloud.captured).toEqual([]);
  });

  test('refuses a path at a source of pseudonyms', async () => {
    const { gate } = await anOpenGate();
    expect(() => gate.sealChange('ward', aPut('patient-ada.jpg'))).toThrow(
      expect.objectContaining({ code: 'egress-refused' }),
    );
  });

  test('refuses a line that did not come from it', async () => {
    const { cloud, gate } = await anOpenGate();
    const forged: SealedLine = { ...gate.sealChange('main', aPut('a.jpg')), text: '{"pixels":"…"}' };
    await expect(gate.prepareBatch('main', [forged])).rejects.toMatchObject({ code: 'egress-refused' });
    await expect(
      gate.sendBatch(
        {
          request: { kind: 'changes', source: 'main', path: '/v1/agents/changes', body: Buffer.from('x') },
          gzipped: Buffer.from('x'),
        },
        session,
      ),
    ).rejects.toMatchObject({ code: 'egress-refused' });
    expect(cloud.captured).toEqual([]);
  });

  test('sends nothing while the ledger has no space, and goes on when it has', async () => {
    let full = true;
    const { cloud, folder, gate } = await anOpenGate({
      write: async (file, bytes, position) => {
        await file.write(bytes, 0, full ? 10 : bytes.length, position);
        if (full) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      },
    });
    await expect(push(gate, [aPut('a.jpg')])).rejects.toMatchObject({ code: 'ledger-full' });
    expect(cloud.captured).toEqual([]);
    full = false;
    await push(gate, [aPut('a.jpg')]);
    expect(cloud.captured).toHaveLength(1);
    expect(await verifyLedger(folder)).toMatchObject({ attempts: 1, results: 1, unfinished_bytes: 0 });
  });

  test('follows no redirect', async () => {
    const { cloud, gate } = await anOpenGate();
    cloud.script.push(() => ({ status: 307, headers: { location: `${cloud.url}/elsewhere` } }));
    expect((await push(gate, [aPut('a.jpg')])).status).toBe(307);
    expect(cloud.captured).toHaveLength(1);
  });

  test('says that the cloud cannot be reached, and leaves the attempt without a result', async () => {
    const { cloud, folder, gate } = await anOpenGate();
    cloud.script.push(() => ({ status: 0, drop: 'unheard' }));
    await expect(push(gate, [aPut('a.jpg')])).rejects.toMatchObject({ code: 'cloud-unreachable' });
    expect(await verifyLedger(folder)).toMatchObject({ attempts: 1, results: 0 });
  });

  test('keeps code and waiting time of a refusal', async () => {
    const { cloud, gate } = await anOpenGate();
    cloud.script.push(() => refusal(503, 'overloaded', { 'retry-after': '7' }));
    expect(await push(gate, [aPut('a.jpg')])).toMatchObject({ status: 503, code: 'overloaded', retryAfter: '7' });
  });

  test('plans the very bytes that a run sends', async () => {
    const { cloud, gate } = await anOpenGate();
    const changes = [aPut('a.jpg'), aPut('b.jpg'), { op: 'delete' as const, ref: 'c.jpg', rev: 3 }];
    const planned = [
      ...planRequests(policy, registration, (seal) => [
        { source: 'main', lines: changes.map((change) => seal.change('main', change)) },
      ]),
    ];
    expect(cloud.captured).toEqual([]);
    await gate.send({ kind: 'register', body: registration });
    await push(gate, changes);
    expect(planned.map(({ body }) => body.toString())).toEqual(cloud.captured.map(({ body }) => body.toString()));
  });
});

describe('the ledger', () => {
  test('names the line in which one byte was flipped, wherever it is', async () => {
    const { folder, gate } = await anOpenGate();
    for (const ref of ['a.jpg', 'b.jpg', 'c.jpg']) await push(gate, [aPut(ref)]);
    const path = join(folder, '000001.ndjson');
    const whole = await readFile(path);
    const starts = [...whole.entries()].filter(([, byte]) => byte === 0x0a).map(([i]) => i);
    let found = 0;
    const places = Array.from({ length: 60 }, (_, i) => Math.floor((i * (whole.length - 1)) / 60));
    for (const place of places) {
      const broken = Buffer.from(whole);
      broken[place] = (broken[place] ?? 0) ^ 1;
      await writeFile(path, broken);
      const { problem } = await verifyLedger(folder);
      const line = starts.filter((start) => start < place).length + 1;
      if (problem?.line === line || (broken[place] ?? 0) === 0x0a || whole[place] === 0x0a) found += 1;
    }
    await writeFile(path, whole);
    expect(found).toBe(places.length);
    expect((await verifyLedger(folder)).problem).toBeUndefined();
  });

  test('cuts off the rest of a write that never finished, and goes on with the same chain', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ledger-'));
    const first = await openLedger(folder);
    await first.append({ kind: 'heartbeat', urlPath: '/x', body: Buffer.from('{}') });
    await first.close();
    const file = await open(join(folder, '000001.ndjson'), 'a');
    await file.write('{"n":2,"at":"20');
    await file.close();
    const second = await openLedger(folder);
    await second.append({ kind: 'heartbeat', urlPath: '/x', body: Buffer.from('{}') });
    await second.close();
    expect(await verifyLedger(folder)).toMatchObject({ lines: 2, last_n: 2, unfinished_bytes: 0 });
    await rm(folder, { recursive: true });
  });

  test('does not open over a line that was changed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ledger-'));
    const first = await openLedger(folder);
    for (const text of ['a', 'b']) await first.append({ kind: 'heartbeat', urlPath: '/x', body: Buffer.from(text) });
    await first.close();
    const path = join(folder, '000001.ndjson');
    await writeFile(path, (await readFile(path, 'utf8')).replace('/x', '/y'));
    await expect(openLedger(folder)).rejects.toMatchObject({
      code: 'ledger-broken',
      message: expect.stringContaining('Line 1'),
    });
    await rm(folder, { recursive: true });
  });

  test('keeps the last hash of what retention removed, so that the rest still verifies', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ledger-'));
    const options = { maxSegmentBytes: 500, maxBytes: 1500 };
    const ledger = await openLedger(folder, options);
    for (let i = 0; i < 30; i += 1)
      await ledger.append({ kind: 'heartbeat', urlPath: '/x', body: Buffer.from(`body ${i}`) });
    await ledger.close();
    const verdict = await verifyLedger(folder);
    expect(verdict.problem).toBeUndefined();
    expect(verdict.first_n).toBeGreaterThan(1);
    expect(verdict.last_n).toBe(30);
    const again = await openLedger(folder, options);
    await again.append({ kind: 'heartbeat', urlPath: '/x', body: Buffer.from('more') });
    await again.close();
    expect(await verifyLedger(folder)).toMatchObject({ last_n: 31 });
    await rm(folder, { recursive: true });
  });

  test('shows of a batch only the change that was asked for', async () => {
    const { folder, gate } = await anOpenGate();
    await push(gate, [aPut('a.jpg'), aPut('b.jpg')]);
    const shown: unknown[] = [];
    for await (const { body } of showLedger(folder, { item: 'b.jpg' })) shown.push(JSON.parse(body ?? ''));
    expect(shown).toEqual([expect.objectContaining({ ref: 'b.jpg' })]);
  });
});
