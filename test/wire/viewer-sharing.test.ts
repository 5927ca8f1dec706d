import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aJpeg } from '../builders/a-picture.ts';
import { aDashboard, ask, post } from '../builders/a-proxy.ts';
import { aScannedViewer, type ScannedViewer } from '../builders/a-scanned-viewer.ts';

let viewer: ScannedViewer;
beforeAll(async () => {
  viewer = await aScannedViewer({ 'tagged.jpg': await aJpeg({ seed: 1 }), 'cut.jpg': 'not whole' });
});
afterAll(() => viewer?.close());

describe('a shared link', () => {
  const share = (minutes = 10) =>
    viewer.call('shareItem', { key: viewer.keyOf('tagged.jpg'), body: { variant: 'original', minutes } });
  const open = (url: string) => ask(viewer.running.port, new URL(url).pathname);

  test('opens its one file to whoever has it, and stands in the list of sessions', async () => {
    const { url, session_id, expires_at } = await share();
    expect((await open(url)).status).toBe(200);
    const { sessions } = await viewer.call('listSessions');
    expect(sessions.find((session) => session.session_id === session_id)).toMatchObject({
      kind: 'share',
      shares: 'main/tagged.jpg',
      expires_at,
      is_own: false,
    });
    expect(sessions.filter(({ is_own }) => is_own)).toHaveLength(1);
  });

  test('is no session: nothing of it opens the viewer', async () => {
    const { url, session_id } = await share();
    const token = new URL(url).pathname.split('.').at(2) ?? '';
    for (const bearer of [session_id, Buffer.from(token, 'base64url').subarray(33, 49).toString('base64url')]) {
      const reply = await ask(viewer.running.port, '/v1/viewer/sessions', {
        headers: { authorization: `Bearer ${bearer}` },
      });
      expect(reply.status).toBe(401);
    }
  });

  test('dies when it is revoked, others live', async () => {
    const [first, second] = [await share(), await share()];
    expect(await viewer.call('revokeSessions', { body: { session_id: first.session_id } })).toEqual({ revoked: 1 });
    expect([(await open(first.url)).status, (await open(second.url)).status]).toEqual([404, 200]);
    expect(await viewer.call('revokeSessions', { body: { session_id: first.session_id } })).toMatchObject({
      status: 404,
    });
  });

  test('ends by itself, within the hour', async () => {
    const { url, expires_at } = await share(60);
    expect(expires_at - Date.now() / 1000).toBeLessThanOrEqual(3600 + 300);
    viewer.running.clock.offset = expires_at - Date.now() / 1000 + 1;
    expect((await open(url)).status).toBe(410);
    viewer.running.clock.offset = 0;
    expect(
      await viewer.call('shareItem', { key: viewer.keyOf('cut.jpg'), body: { variant: 'original', minutes: 5 } }),
    ).toMatchObject({
      status: 404,
    });
  });
});

describe('the ledger', () => {
  test('is browsed newest first, shows a body byte for byte, and is verified', async () => {
    const body = `{"agent_id":"agt_1","source":"main","v":1}\n{"op":"put","ref":"ä.jpg"}\n{"op":"delete","ref":"b"}\n`;
    const sent = await viewer.ledger.append({
      kind: 'changes',
      urlPath: '/v1/agents/changes?fence=1',
      body: Buffer.from(body),
    });
    await viewer.ledger.appendResult(sent.n, 200);
    const beat = await viewer.ledger.append({
      kind: 'heartbeat',
      urlPath: '/v1/agents/heartbeat',
      body: Buffer.from('{}'),
    });
    expect(await viewer.call('pageLedger', { body: { limit: 10 } })).toMatchObject({
      total: 2,
      entries: [
        { n: beat.n, kind: 'heartbeat', status: null, changes: 0, source: null },
        { n: sent.n, kind: 'changes', status: 200, changes: 2, source: 'main', body_bytes: Buffer.byteLength(body) },
      ],
    });
    expect(
      (await viewer.call('pageLedger', { body: { limit: 10, before: beat.n } })).entries.map(({ n }) => n),
    ).toEqual([sent.n]);
    expect((await viewer.call('pageLedger', { body: { limit: 10, kind: 'heartbeat' } })).total).toBe(1);
    const entry = await viewer.call('getLedgerEntry', { n: sent.n });
    expect([entry.body, entry.is_cut]).toEqual([body, false]);
    expect(await viewer.call('getLedgerEntry', { n: 2 })).toMatchObject({ status: 404 });
    const whole = await viewer.call('verifyLedger');
    expect([whole.lines, whole.attempts, whole.problem]).toEqual([3, 2, undefined]);
  });
  test('is searched whole, newest first, with how often and where', async () => {
    const search = (body: object) => viewer.call('searchLedger', { body });
    for (const name of ['a"b.jpg', 'ä.jpg']) {
      const lines = ['{"agent_id":"agt_1","source":"main","v":1}', { op: 'put', ref: name, to: `${name} again` }];
      const text = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
      await viewer.ledger.append({ kind: 'changes', urlPath: '/v1/agents/changes', body: Buffer.from(text) });
    }
    const { found, searched, next } = await search({ text: 'ä.jpg' });
    expect([found.map(({ entry, count }) => [entry.n, entry.source, count]), searched, next]).toEqual([
      [
        [5, 'main', 2],
        [1, 'main', 1],
      ],
      4,
      undefined,
    ]);
    const [first, second] = found[0]?.matches ?? [];
    expect([first?.line, first?.column, second?.column]).toEqual([2, 19, 32]);
    expect(first?.excerpt.slice(first.start, first.end)).toBe('ä.jpg');
    // a quote left as \" and is found as it is typed
    expect((await search({ text: 'a"b' })).found.map(({ entry, count }) => [entry.n, count])).toEqual([[4, 2]]);
    expect((await search({ text: 'ä.jpg', before: 5 })).found.map(({ entry }) => entry.n)).toEqual([1]);
    expect((await search({ text: 'ä.jpg', kind: 'heartbeat' })).found).toEqual([]);
    // what is inside the line and not inside a body is no match
    expect((await search({ text: 'url_path' })).found).toEqual([]);
    expect(await search({ text: '' })).toMatchObject({ status: 400 });
  });
  test('with a changed byte is told as broken, and where', async () => {
    const file = join(viewer.ledgerFolder, '000001.ndjson');
    const bytes = readFileSync(file);
    bytes[20] = (bytes[20] as number) ^ 1;
    writeFileSync(file, bytes);
    expect((await viewer.call('verifyLedger')).problem).toContain('Line 1 of');
  });
});

describe('sessions', () => {
  test('are told apart by what they are for, and all end at once', async () => {
    await post(viewer.running.port, '/v1/connect', { origin: aDashboard });
    const { sessions } = await viewer.call('listSessions');
    expect(new Set(sessions.map(({ kind }) => kind))).toEqual(new Set(['viewer', 'dashboard', 'share']));
    expect(JSON.stringify(sessions)).not.toContain(viewer.bearer());
    expect((await viewer.call('revokeSessions', { body: { all: true } })).revoked).toBe(sessions.length);
    expect(await viewer.call('listSessions')).toMatchObject({ status: 401 });
    await viewer.reopen();
  });
});
