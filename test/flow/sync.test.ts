import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openTransport } from '../../agent/src/egress/cloud-request.ts';
import { openGate } from '../../agent/src/egress/gate.ts';
import { openLedger } from '../../agent/src/egress/ledger.ts';
import { openLedgerIndex } from '../../agent/src/egress/ledger-index.ts';
import { verifyLedger } from '../../agent/src/egress/verify-ledger.ts';
import { type Sync, startSync } from '../../agent/src/sync/start-sync.ts';
import { aCatalogue, catalogueAgentId } from '../builders/a-catalogue.ts';
import { aListeningCloud, refusal } from '../builders/a-listening-cloud.ts';

const nowMs = Date.parse('2026-11-23T12:00:00Z');

/** A catalogue, a cloud and a started sync between them. Waits end at once and are written down. */
async function aPair() {
  const [catalogue, cloud] = [aCatalogue(), await aListeningCloud()];
  const waits: number[] = [];
  const messages: string[] = [];
  const running: { stop(): Promise<void> }[] = [];
  onTestFinished(async () => {
    for (const { stop } of running) await stop();
    await cloud.close();
    catalogue.close();
  });
  const ledgerFolder = join(catalogue.folder, 'ledger');
  async function start(): Promise<Sync & { stop(): Promise<void> }> {
    const stopping = new AbortController();
    const ledger = await openLedger(ledgerFolder);
    const source = { alias: 'main', level: 'standard' as const, names: 'relative-path' as const };
    const policy = {
      agentId: catalogueAgentId,
      version: '0.1.0',
      publicUrl: catalogue.policy.publicUrl,
      sources: [{ ...source, datasetName: 'Photos', fieldsOff: [] }],
    };
    const gate = openGate(
      policy,
      ledger,
      openTransport({ cloudUrl: cloud.url, version: '0.1.0', apiKey: 'live_0123456789' }),
    );
    const log = {
      info: (_: unknown, message: string) => void messages.push(message),
      warn: (_: unknown, message: string) => void messages.push(message),
      error: (_: unknown, message: string) => void messages.push(message),
    };
    const sync = startSync({
      state: catalogue.state,
      gate,
      registration: {
        agent_id: catalogueAgentId,
        version: '0.1.0',
        public_url: catalogue.policy.publicUrl,
        sources: [{ ...source, dataset_name: 'Photos', fields_off: [] }],
      },
      policyOf: () => catalogue.policy,
      heartbeatMs: 1e9,
      maxBackoffMs: 60_000,
      log,
      signal: stopping.signal,
      clock: {
        now: () => nowMs,
        random: () => 1,
        delay: (ms, signal) =>
          new Promise((done) => {
            if (ms !== 500 && ms < 1e9) waits.push(ms);
            if (ms < 1e9) setImmediate(done);
            else signal.addEventListener('abort', () => done(), { once: true });
          }),
      },
    });
    const stop = async (): Promise<void> => {
      stopping.abort();
      await sync.close();
      gate.close();
      await ledger.close();
    };
    running.push({ stop });
    return { ...sync, stop };
  }
  const batches = () => cloud.captured.filter(({ path }) => path.startsWith('/v1/agents/changes'));
  const inCloud = () =>
    [...(cloud.items.get('main') ?? [])]
      .filter(([, { state }]) => state === 'live')
      .map(([ref]) => ref)
      .toSorted();
  return { catalogue, cloud, waits, messages, start, batches, inCloud, ledgerFolder };
}

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `${String(i).padStart(5, '0')}.jpg`);

describe('syncing', () => {
  test('brings everything that is owed to the cloud, in batches of at most 1,000 in order of reference id', async () => {
    const { catalogue, start, batches, inCloud } = await aPair();
    for (const name of names(2345)) catalogue.put(name);
    const sync = await start();
    expect(await sync.drain(3)).toBe(true);
    expect(inCloud()).toEqual(names(2345));
    expect(batches().map(({ body }) => body.toString().trimEnd().split('\n').length - 1)).toEqual([1000, 1000, 345]);
    expect(catalogue.queued()).toBe(0);
    expect(sync.totals()).toEqual({ acknowledged: 2345, requeued: 0, rejected: 0 });
  });

  test('a change that comes while its older self is on its way is sent too', async () => {
    const { catalogue, cloud, start } = await aPair();
    catalogue.put('a.jpg');
    cloud.script.push(
      () => undefined,
      () => (catalogue.put('a.jpg', 1000), undefined),
    );
    const sync = await start();
    await sync.drain(3);
    expect(cloud.items.get('main')?.get('a.jpg')).toMatchObject({ rev: 2, item: { width: 1000 } });
    expect(catalogue.queued()).toBe(0);
  });

  test('a lost answer makes the batch come twice and take effect once', async () => {
    const { catalogue, cloud, start, batches, messages } = await aPair();
    for (const name of names(10)) catalogue.put(name);
    cloud.script.push(
      () => undefined,
      () => ({ status: 0, drop: 'applied' }),
    );
    const sync = await start();
    await sync.drain(3);
    expect(batches()).toHaveLength(2);
    expect(batches()[0]?.body).toEqual(batches()[1]?.body);
    expect([...(cloud.items.get('main')?.values() ?? [])].every(({ applied }) => applied === 1)).toBe(true);
    expect(messages.filter((message) => message === 'cloud unreachable')).toHaveLength(1);
    expect(messages.filter((message) => message === 'sync recovered')).toHaveLength(1);
  });

  test.each([
    { header: '7', waitMs: 7000, why: 'seconds' },
    { header: 'Mon, 23 Nov 2026 12:01:30 GMT', waitMs: 90_000, why: 'a date' },
    { header: '999999', waitMs: 3_600_000, why: 'no longer than an hour' },
  ])('waits exactly as long as Retry-After says: $why', async ({ header, waitMs }) => {
    const { catalogue, cloud, start, waits } = await aPair();
    catalogue.put('a.jpg');
    cloud.script.push(
      () => undefined,
      () => refusal(503, 'overloaded', { 'retry-after': header }),
    );
    await (await start()).drain(3);
    expect(waits).toEqual([waitMs]);
    expect(catalogue.queued()).toBe(0);
  });

  test('backs off with doubling waits while the cloud fails, and says so once', async () => {
    const { catalogue, cloud, start, waits, messages } = await aPair();
    catalogue.put('a.jpg');
    cloud.script.push(...Array.from({ length: 8 }, () => () => ({ status: 0, drop: 'unheard' as const })));
    await (await start()).drain(20);
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    expect(messages).toEqual(['cloud unreachable', 'sync recovered']);
  });

  test('gives up draining after so many failures, and has lost nothing', async () => {
    const { catalogue, cloud, start } = await aPair();
    catalogue.put('a.jpg');
    cloud.script.push(
      ...Array.from({ length: 500 }, () => () => ({ status: 200, body: '<html>Please sign in</html>' })),
    );
    expect(await (await start()).drain(4)).toBe(false);
    expect(catalogue.queued()).toBe(1);
    expect(catalogue.deadLetters()).toEqual([]);
  });

  test('splits a batch that is too large until it fits', async () => {
    const { catalogue, cloud, start, inCloud } = await aPair();
    for (const name of names(64)) catalogue.put(name);
    const tooLarge = (request: { body: Buffer }) =>
      request.body.toString().split('\n').length > 12 ? refusal(413, 'body-too-large') : undefined;
    cloud.script.push(() => undefined, ...Array.from({ length: 30 }, () => tooLarge));
    await (await start()).drain(3);
    expect(inCloud()).toEqual(names(64));
    expect(catalogue.deadLetters()).toEqual([]);
  });

  test('finds the one poisonous change of a batch, keeps it with its reason and delivers the others', async () => {
    const { catalogue, cloud, start, inCloud } = await aPair();
    for (const name of names(100)) catalogue.put(name);
    const poison = (request: { body: Buffer }) =>
      request.body.includes('"00041.jpg"') ? refusal(400, 'invalid-request') : undefined;
    cloud.script.push(() => undefined, ...Array.from({ length: 60 }, () => poison));
    await (await start()).drain(3);
    expect(inCloud()).toEqual(names(100).filter((name) => name !== '00041.jpg'));
    expect(catalogue.deadLetters()).toEqual([{ reference_id: '00041.jpg', code: 'request-refused' }]);
  });

  test('throws nothing away when the cloud refuses every request as such', async () => {
    const { catalogue, cloud, start } = await aPair();
    for (const name of names(100)) catalogue.put(name);
    cloud.script.push(() => undefined, ...Array.from({ length: 2000 }, () => () => refusal(400, 'invalid-request')));
    expect(await (await start()).drain(2)).toBe(false);
    expect(catalogue.deadLetters()).toEqual([]);
    expect(catalogue.queued()).toBe(100);
  });

  test('keeps a rejected change as a dead letter, which its next change brings back', async () => {
    const { catalogue, cloud, start, inCloud } = await aPair();
    for (const name of names(3)) catalogue.put(name);
    cloud.rejects = (ref) => (ref === '00001.jpg' ? 'field-type-conflict' : undefined);
    const sync = await start();
    await sync.drain(3);
    expect(catalogue.deadLetters()).toEqual([{ reference_id: '00001.jpg', code: 'field-type-conflict' }]);
    cloud.rejects = () => undefined;
    catalogue.put('00001.jpg');
    await sync.drain(3);
    expect(inCloud()).toEqual(names(3));
    expect(catalogue.deadLetters()).toEqual([]);
  });

  test.each([
    { held: { rev: 9, same: true }, wantRev: 9, why: 'the same content at a higher revision counts as acknowledged' },
    { held: { rev: 9, same: false }, wantRev: 10, why: 'other content is overwritten by the next revision' },
    { held: { rev: 1, same: false }, wantRev: 2, why: 'an equal revision of other content is overwritten too' },
  ])('stale: $why', async ({ held, wantRev }) => {
    const { catalogue, cloud, start } = await aPair();
    const probe = await aPair();
    probe.catalogue.put('a.jpg');
    await (await probe.start()).drain(3);
    const digest = held.same ? (probe.cloud.items.get('main')?.get('a.jpg')?.digest ?? '') : 'f'.repeat(32);
    cloud.items.set('main', new Map([['a.jpg', { rev: held.rev, digest, state: 'live', applied: 1 }]]));
    catalogue.put('a.jpg');
    expect(await (await start()).drain(3)).toBe(true);
    expect(cloud.items.get('main')?.get('a.jpg')?.rev).toBe(wantRev);
    expect(catalogue.state.prepare('select revision, acked_revision from items').get()).toEqual({
      revision: wantRev,
      acked_revision: wantRev,
    });
  });

  test('a superseded source stops for good and says so', async () => {
    const { catalogue, cloud, start, batches } = await aPair();
    catalogue.put('a.jpg');
    cloud.script.push(
      () => undefined,
      () => refusal(409, 'superseded'),
    );
    const sync = await start();
    expect(await sync.drain(3)).toBe(false);
    expect(sync.pauseReason('main')).toBe('superseded');
    expect(batches()).toHaveLength(1);
    expect(catalogue.queued()).toBe(1);
  });

  test.each([
    { status: 401, code: 'unauthenticated', reason: 'key-refused' },
    { status: 403, code: 'forbidden', reason: 'key-refused' },
    { status: 403, code: 'agent-not-approved', reason: 'not-approved' },
  ])('$status $code pauses the source, drops nothing, and heals by itself', async ({ status, code, reason }) => {
    const { catalogue, cloud, start, messages } = await aPair();
    catalogue.put('a.jpg');
    cloud.script.push(...Array.from({ length: 3 }, () => () => refusal(status, code)));
    const sync = await start();
    expect(await sync.drain(2)).toBe(false);
    expect(sync.pauseReason('main')).toBe(reason);
    expect(catalogue.queued()).toBe(1);
    expect(await sync.drain(5)).toBe(true);
    expect(sync.pauseReason('main')).toBeUndefined();
    expect(messages.filter((message) => message.startsWith('source paused'))).toHaveLength(1);
  });

  test('has a ledger entry for every attempt of an item', async () => {
    const { catalogue, cloud, start, ledgerFolder } = await aPair();
    for (const name of names(50)) catalogue.put(name);
    cloud.script.push(
      () => undefined,
      () => ({ status: 0, drop: 'unheard' }),
    );
    const sync = await start();
    await sync.drain(3);
    await sync.stop();
    const index = await openLedgerIndex(ledgerFolder);
    expect((await index.ledgerEntriesOf('00007.jpg', 'main')).map(({ status }) => status)).toEqual([200, null]);
    expect(await index.ledgerEntriesOf('00007.jpgx', 'main')).toEqual([]);
    expect(JSON.parse((await index.lastBodyOf('00007.jpg', 'main'))?.body ?? '')).toMatchObject({
      ref: '00007.jpg',
      op: 'put',
    });
    index.close();
    expect((await verifyLedger(ledgerFolder)).problem).toBeUndefined();
  });
});

describe('convergence', () => {
  async function aSyncedPair(count: number) {
    const pair = await aPair();
    for (const name of names(count)) pair.catalogue.put(name);
    const sync = await pair.start();
    await sync.drain(3);
    return { ...pair, sync };
  }

  test('a store restored from an older copy gets back what it lost, and nothing twice', async () => {
    const { catalogue, cloud, sync, inCloud } = await aSyncedPair(40);
    const copy = new Map(cloud.items.get('main'));
    for (const name of ['n1.jpg', 'n2.jpg']) catalogue.put(name);
    catalogue.put('00003.jpg', 999);
    catalogue.remove('00004.jpg');
    await sync.drain(3);
    cloud.items.set('main', copy);
    cloud.storeEpoch = 'b'.repeat(32);
    catalogue.put('n3.jpg');
    expect(await sync.drain(5)).toBe(true);
    expect(inCloud()).toEqual([...names(40).filter((name) => name !== '00004.jpg'), 'n1.jpg', 'n2.jpg', 'n3.jpg']);
    expect(copy.get('00003.jpg')?.item).toMatchObject({ width: 999 });
    expect(sync.lastComparison('main')?.owed).toBe(4);
  });

  test('a comparison that finds nothing costs one request', async () => {
    const { sync } = await aSyncedPair(40);
    sync.requestComparison();
    await sync.drain(3);
    expect(sync.lastComparison('main')).toEqual({ requests: 1, owed: 0, unknown: 0, removed_by_user: 0 });
  });

  test('repairs what was changed or lost in the cloud, and leaves what a user removed', async () => {
    const { cloud, sync, inCloud } = await aSyncedPair(40);
    const items = cloud.items.get('main');
    items?.delete('00001.jpg');
    items?.set('00002.jpg', { rev: 5, digest: 'e'.repeat(32), state: 'live', applied: 1 });
    items?.set('00003.jpg', { rev: 1, digest: 'e'.repeat(32), state: 'removed_by_user', applied: 1 });
    items?.set('stranger.jpg', { rev: 1, digest: 'e'.repeat(32), state: 'live', applied: 1 });
    sync.requestComparison();
    expect(await sync.drain(3)).toBe(true);
    expect(sync.lastComparison('main')).toMatchObject({ owed: 2, unknown: 1, removed_by_user: 1 });
    expect(items?.get('00002.jpg')).toMatchObject({ rev: 6, item: { width: 640 } });
    expect(inCloud()).toEqual([...names(40).filter((name) => name !== '00003.jpg'), 'stranger.jpg']);
  });

  test('an agent that lost its state reaches the same cloud without a second copy', async () => {
    const { cloud } = await aSyncedPair(20);
    const fresh = await aPair();
    fresh.cloud.items = cloud.items;
    for (const name of names(20)) fresh.catalogue.put(name);
    const sync = await fresh.start();
    expect(await sync.drain(3)).toBe(true);
    expect([...(cloud.items.get('main')?.values() ?? [])].every(({ applied }) => applied === 1)).toBe(true);
  });
});
