import { describe, expect, test } from 'vitest';
import { openLedgerIndex } from '../../agent/src/egress/ledger-index.ts';
import { verifyLedger } from '../../agent/src/egress/verify-ledger.ts';
import { refusal } from '../builders/a-listening-cloud.ts';
import { aSyncPair, names } from '../builders/a-sync-pair.ts';

describe('syncing', () => {
  test('brings everything that is owed to the cloud, in batches of at most 1,000 in order of reference id', async () => {
    const { catalogue, start, batches, inCloud } = await aSyncPair();
    for (const name of names(2345)) catalogue.put(name);
    const sync = await start();
    expect(await sync.drain(3)).toBe(true);
    expect(inCloud()).toEqual(names(2345));
    // several are on their way at once, and which of them arrives first is the network's to say
    const refs = batches()
      .map(({ body }) => body.toString().trimEnd().split('\n').slice(1))
      .map((lines) => lines.map((line) => (JSON.parse(line) as { ref: string }).ref))
      .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1));
    expect(refs.map(({ length }) => length)).toEqual([1000, 1000, 345]);
    expect(refs.flat()).toEqual(names(2345));
    expect(catalogue.queued()).toBe(0);
    expect(sync.totals()).toEqual({ acknowledged: 2345, requeued: 0, rejected: 0 });
  });

  test('a change that comes while its older self is on its way is sent too', async () => {
    const { catalogue, cloud, start } = await aSyncPair();
    catalogue.put('a.jpg');
    cloud.script.push(
      () => undefined,
      () => {
        catalogue.put('a.jpg', 1000);
        return undefined;
      },
    );
    const sync = await start();
    await sync.drain(3);
    expect(cloud.items.get('main')?.get('a.jpg')).toMatchObject({ rev: 2, item: { width: 1000 } });
    expect(catalogue.queued()).toBe(0);
  });

  test('a lost answer makes the batch come twice and take effect once', async () => {
    const { catalogue, cloud, start, batches, messages } = await aSyncPair();
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
    const { catalogue, cloud, start, waits } = await aSyncPair();
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
    const { catalogue, cloud, start, waits, messages } = await aSyncPair();
    catalogue.put('a.jpg');
    cloud.script.push(...Array.from({ length: 8 }, () => () => ({ status: 0, drop: 'unheard' as const })));
    await (await start()).drain(20);
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    expect(messages).toEqual(['cloud unreachable', 'sync recovered']);
  });

  test('gives up draining after so many failures, and has lost nothing', async () => {
    const { catalogue, cloud, start } = await aSyncPair();
    catalogue.put('a.jpg');
    cloud.script.push(
      ...Array.from({ length: 500 }, () => () => ({ status: 200, body: '<html>Please sign in</html>' })),
    );
    expect(await (await start()).drain(4)).toBe(false);
    expect(catalogue.queued()).toBe(1);
    expect(catalogue.deadLetters()).toEqual([]);
  });

  test('splits a batch that is too large until it fits', async () => {
    const { catalogue, cloud, start, inCloud } = await aSyncPair();
    for (const name of names(64)) catalogue.put(name);
    const tooLarge = (request: { body: Buffer }) =>
      request.body.toString().split('\n').length > 12 ? refusal(413, 'body-too-large') : undefined;
    cloud.script.push(() => undefined, ...Array.from({ length: 30 }, () => tooLarge));
    await (await start()).drain(3);
    expect(inCloud()).toEqual(names(64));
    expect(catalogue.deadLetters()).toEqual([]);
  });

  test('finds the one poisonous change of a batch, keeps it with its reason and delivers the others', async () => {
    const { catalogue, cloud, start, inCloud } = await aSyncPair();
    for (const name of names(100)) catalogue.put(name);
    const poison = (request: { body: Buffer }) =>
      request.body.includes('"00041.jpg"') ? refusal(400, 'invalid-request') : undefined;
    cloud.script.push(() => undefined, ...Array.from({ length: 60 }, () => poison));
    await (await start()).drain(3);
    expect(inCloud()).toEqual(names(100).filter((name) => name !== '00041.jpg'));
    expect(catalogue.deadLetters()).toEqual([{ reference_id: '00041.jpg', code: 'request-refused' }]);
  });

  test('throws nothing away when the cloud refuses every request as such', async () => {
    const { catalogue, cloud, start } = await aSyncPair();
    for (const name of names(100)) catalogue.put(name);
    cloud.script.push(() => undefined, ...Array.from({ length: 2000 }, () => () => refusal(400, 'invalid-request')));
    expect(await (await start()).drain(2)).toBe(false);
    expect(catalogue.deadLetters()).toEqual([]);
    expect(catalogue.queued()).toBe(100);
  });

  test('keeps a rejected change as a dead letter, which its next change brings back', async () => {
    const { catalogue, cloud, start, inCloud } = await aSyncPair();
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
    const { catalogue, cloud, start } = await aSyncPair();
    const probe = await aSyncPair();
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
    const { catalogue, cloud, start, batches } = await aSyncPair();
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
    const { catalogue, cloud, start, messages } = await aSyncPair();
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
    const { catalogue, cloud, start, ledgerFolder } = await aSyncPair();
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
