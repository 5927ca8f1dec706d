/** One request at a time writes an upload, across processes that know of each other by the database alone. */
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { databaseLocker } from '../../cloud-api/src/resumable-uploads/lock-uploads.ts';
import { insertUpload, takeLock } from '../../cloud-api/src/resumable-uploads/queries.ts';
import { createTenant } from '../../cloud-api/src/tenants/create-tenant.ts';
import { aJpeg } from '../builders/a-picture.ts';
import { aPostgresDatabase, describeWithPostgres } from '../builders/a-postgres.ts';
import { aProgram } from '../builders/a-process.ts';
import { eventually } from '../builders/eventually.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';

type Locker = ReturnType<typeof databaseLocker>;

const never = new AbortController().signal;
/** As a process that knows of nobody else. */
const alone = (): Locker => ({ newLock: () => ({ lock: async () => undefined, unlock: async () => undefined }) });

/** Two requests for one upload, each by its own locker: what happened, in order. */
const contend = async (first: Locker, second: Locker, id: string): Promise<string[]> => {
  const seen: string[] = [];
  const held = first.newLock(id);
  await held.lock(never, async () => {
    if (seen.includes('asked to let go')) return;
    seen.push('asked to let go');
    await held.unlock();
  });
  seen.push('first has it');
  const wanted = second.newLock(id);
  await wanted.lock(never, () => undefined);
  seen.push('second has it');
  await wanted.unlock();
  return seen;
};

onEachDatabase('the lock of an upload', (open) => {
  test('is had by one; who wants it waits until its holder has let go, and who dies loses it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'locks-'));
    const fresh = await open();
    const { db, close } = await openDatabase(fresh.url ?? `sqlite:${join(folder, 'cloud.db')}`, () => undefined);
    onTestFinished(async () => {
      await close();
      await fresh.drop();
      await rm(folder, { recursive: true, force: true });
    });
    const { tenantId } = await createTenant(db, 'test', 'one', Date.now());
    const id = 'upl_00000000000000000000';
    await insertUpload(db, {
      ...{ tenant_id: tenantId, id, actor: 'test', purpose: 'item', dataset_id: 'ds', project: null, batch: null },
      ...{ name: 'a', bytes: 1, state: 'open', item_id: null, error: null, csv_shape: null },
      ...{ created_at: 0, ended_at: null, lock_holder: null, lock_until: 0, lock_wanted: 0 },
    });
    let nowMs = Date.now();
    const locker = () => databaseLocker(db, () => nowMs);
    const inTurn = ['first has it', 'asked to let go', 'second has it'];
    expect(await contend(locker(), locker(), id)).toEqual(inTurn);
    expect(await contend(alone(), alone(), id), 'the control').not.toEqual(inTurn);

    expect(await takeLock(db, id, { holder: 'a process that died', nowMs, untilMs: nowMs + 8_000 })).toBe(true);
    const next = locker().newLock(id);
    const taking = next.lock(never, () => undefined);
    nowMs += 9_000;
    await taking;
    await next.unlock();
    await expect(
      locker()
        .newLock('upl_none')
        .lock(never, () => undefined),
    ).rejects.toMatchObject({ status_code: 404 });
  });
});

describeWithPostgres('two processes over one PostgreSQL and one folder', () => {
  test('an upload goes on at the other process while the first request still hangs, and no byte is written twice', async () => {
    const key = `live_${'u'.repeat(43)}`;
    const database = await aPostgresDatabase();
    const data = await mkdtemp(join(tmpdir(), 'two-doors-'));
    const flags = ['--data', data, '--listen', '127.0.0.1:0', '--database', database.url, '--role', 'http'];
    const programs = [0, 1].map(() => aProgram('cloud', ['serve', ...flags], { env: { NUCLEUS_CLOUD_KEY: key } }));
    onTestFinished(async () => {
      await Promise.all(programs.map((program) => program.stop('SIGKILL')));
      await database.drop();
      await rm(data, { recursive: true, force: true });
    });
    const [one = '', two = ''] = await Promise.all(
      programs.map(async (program) => (await program.printed(/ready at (http:\S+)/))[1]),
    );
    const { dataset_id } = (await send(`${one}/v1/nucleus/dataset/create`, { key, body: { name: 'two' } })).body;
    const picture = await aJpeg({ widthPx: 900, heightPx: 700, quality: 95 });
    const tus = { 'tus-resumable': '1.0.0' };
    const made = await send(`${one}/v1/uploads`, {
      method: 'POST',
      key,
      headers: {
        ...tus,
        'upload-length': String(picture.length),
        'upload-metadata': `name ${btoa('a.jpg')},dataset_id ${btoa(dataset_id)}`,
      },
    });
    const place = made.headers.get('location') as string;
    const partHeaders = (offset: number) => ({
      ...tus,
      'upload-offset': String(offset),
      'content-type': 'application/offset+octet-stream',
    });
    const half = Math.floor(picture.length / 2);
    const hanging = httpRequest(one + place, {
      method: 'PATCH',
      auth: `${key}:`,
      headers: { ...partHeaders(0), 'content-length': picture.length },
    });
    hanging.on('error', () => undefined);
    hanging.write(picture.subarray(0, half));
    // Asked by HEAD, which takes the lock from the request that hangs.
    const offset = await eventually('the offset', 15_000, async () => {
      const { headers } = await send(two + place, { method: 'HEAD', key, headers: tus });
      const at = Number(headers.get('upload-offset'));
      return at > 0 ? at : undefined;
    });
    const rest = await send(two + place, {
      method: 'PATCH',
      key,
      raw: picture.subarray(offset),
      headers: partHeaders(offset),
    });
    hanging.end(picture.subarray(half));
    expect(rest.status).toBe(204);
    expect((await send(two + place, { key })).body).toMatchObject({ state: 'added' });
    const { item } = (await send(`${two}/v1/nucleus/dataset/${dataset_id}/refloc/a.jpg`, { key })).body;
    const asset = await send(`${two}/v1/assets/${item.id}`, { key });
    const served = Buffer.from(await (await fetch(two + asset.headers.get('location'))).arrayBuffer());
    expect(served.equals(picture)).toBe(true);
  });
});
