/** The same picture from every place where content may be; credentials sealed, tested, never answered; nobody else's. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { openS3Store } from '../../cloud-api/src/objects/s3-store.ts';
import { aJpeg } from '../builders/a-picture.ts';
import { aPictureServer, type PictureServer } from '../builders/a-picture-server.ts';
import { type AzureServer, anAzureServer } from '../builders/an-azure-server.ts';
import { anS3Server, type S3Server } from '../builders/an-s3-server.ts';
import { eventually } from '../builders/eventually.ts';
import { type FakeTokenStores, fakeTokenStores } from '../builders/fake-token-stores.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';

let s3: S3Server;
let azure: AzureServer;
let fakes: FakeTokenStores;
let web: PictureServer;
let jpeg: Buffer;
beforeAll(async () => {
  [s3, azure, jpeg] = await Promise.all([anS3Server(), anAzureServer(), aJpeg({ widthPx: 120, heightPx: 80 })]);
  fakes = await fakeTokenStores(s3.keys);
  web = await aPictureServer({ '/a.jpg': jpeg });
  const bucket = { bucket: s3.bucket, prefix: '', region: 'us-east-1', endpoint: s3.endpoint };
  const store = openS3Store({ ...bucket, encryption: undefined, kmsKey: undefined }, s3.keys);
  await store.put('in/a.jpg', [jpeg] as never);
  store.close();
  await azure.put('pictures', 'in/a b.jpg', jpeg);
  fakes.objects.set('gcs-bucket/in/a b.jpg', jpeg);
  fakes.objects.set('account1/pictures/a.jpg', jpeg);
});
afterAll(() => Promise.all([s3.close(), azure.close(), fakes.close(), web.close()]));

onEachDatabase('integrations', (open) => {
  let cloud: ACloud;
  let datasetId: string;
  beforeAll(async () => {
    cloud = await aCloud({
      database: await open(),
      fetchAllow: [web.host],
      config: {
        store_endpoints: [s3.endpoint, azure.accountUrl, `${fakes.origin}/account1`, fakes.origin],
        sts_endpoint: `${fakes.origin}`,
        google_token_url: `${fakes.origin}/google/token`,
        azure_authority: fakes.origin,
      },
      stsKeys: { accessKeyId: 'OWN-KEY', secretAccessKey: 'own secret' },
    });
    datasetId = (await call('/v1/nucleus/dataset/create', { name: 'everywhere' })).body.dataset_id;
    fakes.role.externalId = (await call('/v1/integrations')).body.external_id;
  });
  afterAll(() => cloud.close());

  const call = (path: string, body?: object, key = cloud.adminKey, method?: string) =>
    send(cloud.url + path, { key, body, ...(method === undefined ? {} : { method }) });
  const append = async (referenceId: string, imageUrl: string, key = cloud.adminKey, dataset = datasetId) =>
    (
      await call(
        `/v1/nucleus/dataset/${dataset}/append`,
        { items: [{ reference_id: referenceId, image_url: imageUrl }] },
        key,
      )
    ).body;
  const s3Keys = (over: object = {}) => ({
    kind: 's3',
    name: 'bucket',
    bucket: s3.bucket,
    endpoint: s3.endpoint,
    access: { type: 'keys', access_key_id: s3.keys.accessKeyId, secret_access_key: 'a secret of the customer' },
    ...over,
  });
  const google = (over: object = {}) => ({
    kind: 'gcs',
    name: 'google',
    bucket: 'gcs-bucket',
    endpoint: fakes.origin,
    service_account: { type: 'service_account', ...fakes.account },
    ...over,
  });
  const sas = (text = azure.sas('pictures')) => ({
    kind: 'azure',
    name: 'azure',
    account_url: azure.accountUrl,
    container: 'pictures',
    access: { type: 'sas', sas: text },
  });
  const application = (over: object = {}) => ({
    kind: 'azure',
    name: 'azure by application',
    account_url: `${fakes.origin}/account1`,
    container: 'pictures',
    access: { type: 'client-secret', ...fakes.client, ...over },
  });
  const kept = async (given: object) => {
    const { status, body } = await call('/v1/integrations', given);
    expect([status, body.error]).toEqual([200, undefined]);
    return body;
  };

  /** Uploads in one request by the tus protocol; answers the address of the upload. */
  const sendFile = async (name: string, raw: Buffer, purpose: string): Promise<string> => {
    const pairs = Object.entries({ name, purpose, dataset_id: datasetId });
    const { headers } = await send(`${cloud.url}/v1/uploads`, {
      method: 'POST',
      key: cloud.adminKey,
      raw,
      headers: {
        'tus-resumable': '1.0.0',
        'upload-length': String(raw.length),
        'upload-metadata': pairs.map(([each, value]) => `${each} ${btoa(value)}`).join(','),
        'content-type': 'application/offset+octet-stream',
      },
    });
    return headers.get('location') as string;
  };

  test('without an integration, a store of a private network is out of reach', async () => {
    for (const url of [`s3://${s3.bucket}/in/a.jpg`, `${azure.accountUrl}/pictures/in/a%20b.jpg`])
      expect(await append('early', url)).toMatchObject({ new_items: 0, upload_errors: 1 });
  });

  test('the same picture by http, S3, Google, Azure, as a file, from a browser and in a CSV is one object', async () => {
    const byKey = await kept(s3Keys({ test_address: `s3://${s3.bucket}/in/a.jpg` }));
    expect(byKey.check).toMatchObject({ code: 'ok', message: 'The object can be read.' });
    const made = [await kept(google()), await kept(sas()), await kept(application())];
    expect(made.map(({ check }) => check.code)).toEqual(['ok', 'ok', 'ok']);
    const places = {
      web: `${web.origin}/a.jpg`,
      s3: `s3://${s3.bucket}/in/a.jpg`,
      google: 'gs://gcs-bucket/in/a b.jpg',
      sas: `${azure.accountUrl}/pictures/in/a%20b.jpg`,
      application: `${fakes.origin}/account1/pictures/a.jpg`,
    };
    for (const [name, url] of Object.entries(places))
      expect(await append(name, url), name).toMatchObject({ new_items: 1, upload_errors: 0 });

    await call(`/v1/integrations/${byKey.id}`, undefined, cloud.adminKey, 'DELETE');
    const before = s3.requests.length;
    await kept(s3Keys({ name: 'role', access: { type: 'role', role_arn: fakes.role.arn } }));
    expect(await append('role', places.s3)).toMatchObject({ new_items: 1 });
    const signed = s3.requests.slice(before).map(({ path }) => new URL(path, s3.endpoint).searchParams);
    expect(signed.map((query) => query.get('X-Amz-Security-Token'))).toEqual(['session-token', 'session-token']);

    // By hand: with the item as the Python client does, as a browser does, and in a CSV of addresses.
    const form = new FormData();
    form.append('items', JSON.stringify([{ reference_id: 'file', image_url: 'a.jpg' }]));
    form.append('image', new Blob([new Uint8Array(jpeg)]), 'a.jpg');
    const posted = await fetch(`${cloud.url}/v1/nucleus/dataset/${datasetId}/append`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${cloud.adminKey}:`)}` },
      body: form,
    });
    expect(await posted.json()).toMatchObject({ new_items: 1 });
    expect((await call(await sendFile('browser', jpeg, 'item'))).body).toMatchObject({ state: 'added' });
    const csv = await sendFile('list.csv', Buffer.from(`attachment_url,reference_id\n${places.s3},csv\n`), 'csv');
    for (const run of ['check', 'import']) {
      const { job_id } = (await call(`${csv}/csv`, { run })).body;
      const job = await eventually(`the ${run}`, 15_000, async () => {
        const { body } = await call(`/v1/nucleus/job/${job_id}`);
        return body.status === 'Running' ? undefined : body;
      });
      expect(job).toMatchObject({ status: 'Completed', message: { created: 1, failed: 0 } });
    }

    const refs = [...Object.keys(places), 'role', 'file', 'browser', 'csv'];
    const items = await Promise.all(refs.map((ref) => call(`/v1/nucleus/dataset/${datasetId}/refloc/${ref}`)));
    expect(new Set(items.map(({ body }) => body.item.phash)).size).toBe(1);
    expect(items.slice(0, 6).map(({ body }) => body.item.image_url)).toEqual([...Object.values(places), places.s3]);
    const { db, close } = await openDatabase(cloud.databaseUrl, () => undefined);
    const objects = await db.selectFrom('objects').select('sha256').execute();
    const shown = await db.selectFrom('item_assets').select('sha256').execute();
    await close();
    expect(objects).toHaveLength(1);
    expect(new Set(shown.map(({ sha256 }) => sha256))).toEqual(new Set([objects[0]?.sha256]));
    expect(shown).toHaveLength(9);
  });

  test.each<[string, () => object, string, number?]>([
    [
      'another role',
      () => s3Keys({ bucket: 'other', access: { type: 'role', role_arn: `${fakes.role.arn}X` } }),
      'the role could not be taken on',
    ],
    [
      'another private key',
      () => google({ bucket: 'other', service_account: { ...fakes.account, private_key: 'no key' } }),
      'private key of the service account cannot be read',
    ],
    [
      'another account',
      () => google({ bucket: 'other', service_account: { ...fakes.account, client_email: 'x@y.test' } }),
      'refused (invalid_grant)',
    ],
    [
      'another client secret',
      () => ({ ...application({ client_secret: 'wrong' }), container: 'other' }),
      'refused (invalid_client)',
    ],
    [
      'a signature that ended',
      () => ({ ...sas(azure.sas('pictures', -3_600_000)), container: 'other' }),
      'credentials',
    ],
    ['a bucket that is not there', () => s3Keys({ bucket: 'nowhere' }), 'no such bucket'],
    [
      'an object that is not there',
      () => s3Keys({ bucket: s3.bucket, test_address: `s3://${s3.bucket}/none` }),
      'no such object',
    ],
    [
      'a store that nobody allowed',
      () => s3Keys({ bucket: 'other', endpoint: 'http://169.254.169.254' }),
      'not allowed here',
    ],
    ['an account that nobody allowed', () => ({ ...sas(), account_url: 'http://127.0.0.1:1/x' }), 'not allowed here'],
    [
      'a host that only looks like Azure',
      () => ({ ...sas(), account_url: 'https://a.blob.core.windows.net.evil.test' }),
      'not allowed here',
    ],
    ['a place that is taken', () => google(), 'There is an integration for this place', 409],
  ])('%s: refused with a sentence, and nothing is kept', async (_what, given, sentence, status = 400) => {
    const before = (await call('/v1/integrations')).body.integrations.length;
    const reply = await call('/v1/integrations', given());
    expect([reply.status, reply.body.error]).toEqual([status, expect.stringContaining(sentence)]);
    expect((await call('/v1/integrations')).body.integrations).toHaveLength(before);
  });

  test('credentials are in no reply, no audit row, and not readable in the database', async () => {
    const listed = await call('/v1/integrations');
    expect(listed.body.integrations).toHaveLength(4);
    const { db, close } = await openDatabase(cloud.databaseUrl, () => undefined);
    const rows = await db.selectFrom('integrations').selectAll().execute();
    const audit = await db
      .selectFrom('audit')
      .select(['action', 'target_id'])
      .where('action', 'like', 'integration.%')
      .execute();
    await close();
    const all = JSON.stringify([listed.text, rows, audit]);
    for (const secret of ['a secret of the customer', fakes.client.client_secret, 'PRIVATE KEY', 'sig='])
      expect(all).not.toContain(secret);
    expect(audit.filter(({ action }) => action === 'integration.create')).toHaveLength(5);
    const key = join(cloud.data, 'cloud', 'secrets.key');
    expect((await stat(key)).mode & 0o777).toBe(0o600);
    expect(Buffer.from(await readFile(key, 'utf8'), 'base64')).toHaveLength(32);
  });

  test('one tenant’s integration opens nothing for another, and its key alone may not manage them', async () => {
    const foreign = await cloud.makeKey({ tenant: 'others' });
    const { dataset_id } = (await call('/v1/nucleus/dataset/create', { name: 'theirs' }, foreign)).body;
    expect(await append('x', `s3://${s3.bucket}/in/a.jpg`, foreign, dataset_id)).toMatchObject({ new_items: 0 });
    expect((await call('/v1/integrations', undefined, foreign)).body.integrations).toEqual([]);
    const [{ id }] = (await call('/v1/integrations')).body.integrations;
    expect((await call(`/v1/integrations/${id}`, undefined, foreign, 'DELETE')).status).toBe(404);
    expect((await call(`/v1/integrations/${id}/test`, {}, foreign)).status).toBe(404);
    const writer = await cloud.makeKey({ scopes: ['write'] });
    expect((await call('/v1/integrations', undefined, writer)).status).toBe(403);
  });

  test('a row that is moved to another tenant or sealed under another key does not open', async () => {
    const row = (await call('/v1/integrations')).body.integrations.find(
      ({ name }: { name: string }) => name === 'google',
    );
    const { db, close } = await openDatabase(cloud.databaseUrl, () => undefined);
    const sealed = await db
      .selectFrom('integrations')
      .select('sealed')
      .where('id', '=', row.id)
      .executeTakeFirstOrThrow();
    const other = await db.selectFrom('integrations').selectAll().where('id', '!=', row.id).executeTakeFirstOrThrow();
    await db.updateTable('integrations').set({ sealed: sealed.sealed }).where('id', '=', other.id).execute();
    const swapped = await call(`/v1/integrations/${other.id}/test`, {});
    expect([swapped.status, swapped.body.code]).toEqual([400, 'integration-refused']);
    await db.updateTable('integrations').set({ sealed: other.sealed }).where('id', '=', other.id).execute();
    await close();
    expect((await call(`/v1/integrations/${other.id}/test`, {})).status).toBe(200);
    expect(
      (await call(`/v1/integrations/${row.id}/test`, { test_address: 'gs://gcs-bucket/in/a b.jpg' })).body.check,
    ).toMatchObject({
      code: 'ok',
      message: 'The object can be read.',
    });
  });
});
