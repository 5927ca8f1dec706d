import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { aListeningCloud } from '../builders/a-listening-cloud.ts';
import { aTempFolder, makeTempFolder, removeFolder } from '../builders/a-temp-folder.ts';
import { aFreePort } from '../builders/an-agent-process.ts';
import { type AuditedAgent, type AuditedRun, anAuditedRun, sentItems } from '../builders/an-audited-run.ts';
import { eventually } from '../builders/eventually.ts';
import { promisedFields } from '../builders/find-leaks.ts';
import { tellingPictures } from '../builders/telling-pictures.ts';
import { type ACloud, aCloud } from '../contract/a-cloud.ts';
import { onEachDatabase } from '../contract/on-each-database.ts';
import { send } from '../contract/send.ts';

async function fill(folder: string): Promise<string[]> {
  const files = await tellingPictures(600);
  for (const [name, bytes] of files) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
  const embedding_info = { index_id: 'clip', embedding_vector: [111, -112, 113] };
  await writeFile(join(folder, 'yard/a.jpg.json'), JSON.stringify({ x_ward: 'sidecar says b4', embedding_info }));
  return [...files.keys()];
}

/** Every row of every table, as text. */
async function rowsOf(databaseUrl: string): Promise<string> {
  const { db, close } = await openDatabase(databaseUrl, () => undefined);
  try {
    const names = (await db.introspection.getTables()).map(({ name }) => name);
    const rows = await Promise.all(
      names.map((name) =>
        db
          .selectFrom(name as 'items')
          .selectAll()
          .execute(),
      ),
    );
    expect(rows.flat().length).toBeGreaterThan(5);
    return JSON.stringify(rows);
  } finally {
    await close();
  }
}

onEachDatabase('lowering the level of a source', (open) => {
  let cloud: ACloud;
  let agent: AuditedAgent;
  let key: string;
  let names: string[];
  let richItems: any[];
  let secrets: string[];
  /** What the sidecar file says; the vector as it stands in the record. */
  const besides = ['sidecar says b4', '111,-112,113'];

  const runAt = (source: Record<string, unknown>): Promise<AuditedRun> =>
    anAuditedRun({ ...agent, source }, cloud.url, key);
  const datasetId = async (): Promise<string> =>
    (await send(`${cloud.url}/v1/nucleus/dataset/details`, { key: cloud.adminKey })).body[0].id;
  /** What search knows, by its answer and by the bytes of its files. */
  const inSearch = async (): Promise<{ fields: string[]; bytes: string }> => {
    const { body } = await send(`${cloud.url}/v1/insights/${await datasetId()}/fields`, {
      key: cloud.adminKey,
      body: {},
    });
    return { fields: body.fields.map(({ name }: { name: string }) => name), bytes: await searchFiles() };
  };
  const searchFiles = async (): Promise<string> => {
    const files = (await readdir(cloud.data, { recursive: true })).filter((file) => /\.duckdb(\.wal)?$/.test(file));
    // one that is made anew is gone for a moment
    const read = (file: string) => readFile(join(cloud.data, file), 'latin1').catch(() => '');
    const contents = await Promise.all(files.map(read));
    return contents.join('');
  };
  /** Names of fields as they stand in tables and in files of their own columns. */
  const namesOf = (fields: readonly string[], text: string): string[] =>
    fields.filter((field) => text.includes(JSON.stringify(field)));
  const items = async (): Promise<any[]> => {
    const path = `/v1/nucleus/dataset/${await datasetId()}/datasetItems`;
    return (await send(cloud.url + path, { key: cloud.adminKey })).body.dataset_items;
  };

  beforeAll(async () => {
    cloud = await aCloud({ database: await open() });
    key = await cloud.makeKey({ scopes: ['agent'] });
    const home = await makeTempFolder('lower');
    agent = {
      home,
      folder: join(home, 'pictures'),
      data: join(home, 'data'),
      listen: `127.0.0.1:${await aFreePort()}`,
    };
    names = await fill(agent.folder);
    const run = await runAt({ level: 'rich' });
    expect(run.summary).toMatchObject({ catalogued: 6, acknowledged: 6 });
    richItems = await items();
  });
  afterAll(async () => {
    await cloud?.close();
    await removeFolder(agent.home);
  });

  test('from rich to standard takes position and palette out of the cloud in the next run', async () => {
    const before = await rowsOf(cloud.databaseUrl);
    expect(richItems).toHaveLength(6);
    const richFields = ['lat', 'lon', 'palette_1', 'palette_5', 'x_ward'];
    expect(namesOf(richFields, before)).toEqual(richFields);
    for (const beside of besides) expect(before).toContain(beside);
    const found = await inSearch();
    expect(found.fields).toEqual(expect.arrayContaining(['lat', 'x_ward']));
    expect(found.bytes).toContain('x_ward');
    const run = await runAt({ level: 'standard' });
    expect([run.exit, run.summary.acknowledged]).toEqual([0, 6]);
    const after = await rowsOf(cloud.databaseUrl);
    for (const item of richItems) expect(after).not.toContain(item.metadata.palette_1);
    for (const beside of besides) expect(after.includes(beside), beside).toBe(false);
    expect(namesOf(richFields, after)).toEqual([]);
    // nobody asks: the files of search follow by themselves
    await eventually('search to forget', 10_000, async () =>
      (await searchFiles()).includes('x_ward') ? undefined : true,
    );
    expect((await inSearch()).fields.filter((name) => richFields.includes(name))).toEqual([]);
    for (const item of await items()) {
      expect(
        Object.keys(item.metadata).filter((name) => !(promisedFields.standard as readonly string[]).includes(name)),
      ).toEqual([]);
    }
    secrets = (await items()).flatMap((item) => [item.metadata.blurhash, item.phash]);
  });

  test('from standard to minimal takes names and descriptors out of every table, and items keep their ids under pseudonyms', async () => {
    expect(secrets).toHaveLength(12);
    // As the Python client names what has no id of its own.
    const label = { type: 'box', label: 'car', geometry: { x: 0, y: 0, width: 1, height: 1 } };
    const annotations = names.map((name) => ({ ...label, reference_id: name, annotation_id: `car-0-0-1-1-${name}` }));
    const labelled = await send(`${cloud.url}/v1/nucleus/dataset/${await datasetId()}/annotate`, {
      key: cloud.adminKey,
      body: { annotations },
    });
    expect(labelled.body.annotations_processed).toBe(6);
    const dataset = `${cloud.url}/v1/nucleus/dataset/${await datasetId()}`;
    const started = await send(`${dataset}/deduplicate_async`, { key: cloud.adminKey, body: { threshold: 0 } });
    const job = () =>
      eventually('the end of the job', 10_000, async () => {
        const { body } = await send(`${cloud.url}/v1/nucleus/job/${started.body.job_id}`, { key: cloud.adminKey });
        return body.status === 'Completed' ? body.message : undefined;
      });
    expect((await job()).unique_reference_ids.every((name: string) => names.includes(name))).toBe(true);
    const before = await rowsOf(cloud.databaseUrl);
    for (const secret of [...secrets, ...names]) expect(before).toContain(JSON.stringify(secret).slice(1, -1));
    const standardFields = ['name', 'blurhash', 'capture_local', 'camera_model', 'byte_size'];
    const inside = standardFields.filter((name) => !promisedFields.minimal.includes(name));
    expect((await inSearch()).fields).toEqual(expect.arrayContaining(['blurhash', 'camera_model']));
    const runs = [await runAt({ level: 'minimal' })];
    expect(runs[0]?.exit).toBe(0);
    const after = await rowsOf(cloud.databaseUrl);
    for (const secret of [...secrets, ...names, ...names.map(encodeURIComponent), 'canon eos 40d', '2024-05-01T'])
      expect(after.includes(JSON.stringify(secret).slice(1, -1)), secret).toBe(false);
    expect(await job()).toMatchObject({ unique_item_ids: [], unique_reference_ids: [], expired: true });
    await eventually('search to forget', 10_000, async () => {
      const bytes = await searchFiles();
      return [...inside, ...names].some((it) => bytes.includes(it)) ? undefined : true;
    });
    expect((await inSearch()).fields.filter((name) => inside.includes(name))).toEqual([]);
    const now = await items();
    expect(now.map(({ id }) => id).toSorted()).toEqual(richItems.map(({ id }) => id).toSorted());
    for (const item of now) {
      expect(item.reference_id).toMatch(/^p_[0-9a-f]{32}$/);
      expect(item.image_url.endsWith(`/assets/main/${item.reference_id}`)).toBe(true);
      const path = `/v1/nucleus/dataset/${await datasetId()}/groundTruth/loc/${item.reference_id}`;
      const label = await send(`${cloud.url}${path}/car-0-0-1-1-${item.reference_id}`, { key: cloud.adminKey });
      expect(label.body).toMatchObject({ reference_id: item.reference_id, label: 'car' });
      expect(Object.keys(item.metadata).filter((name) => !promisedFields.minimal.includes(name))).toEqual([]);
    }
  });
});

test('a cloud that asks for a higher level gets the records of the configured one', async () => {
  const cloud = await aListeningCloud();
  const home = await aTempFolder('raise');
  const agent = {
    home,
    folder: join(home, 'pictures'),
    data: join(home, 'data'),
    listen: `127.0.0.1:${await aFreePort()}`,
  };
  await fill(agent.folder);
  const wish = { level: 'rich', names: 'relative-path', fields_off: [], gps_grain_degrees: 0.01 };
  cloud.script.push(() => ({
    status: 200,
    body: {
      store_epoch: cloud.storeEpoch,
      heartbeat_s: 30,
      ...wish,
      config: { agent: { sources: [wish] } },
      sources: [
        {
          alias: 'main',
          source_id: `src_${'0'.repeat(20)}`,
          dataset_id: `ds_${'0'.repeat(20)}`,
          fence: 1,
          high_rev: 0,
          ...wish,
        },
      ],
    },
  }));
  const runs = [];
  for (let i = 0; i < 2; i += 1) {
    runs.push(await anAuditedRun({ ...agent, source: { level: 'minimal' } }, cloud.url, 'live_0123456789abcdefghij'));
    await writeFile(join(agent.folder, 'more.jpg'), [...(await tellingPictures(700)).values()][0] ?? '');
  }
  await cloud.close();
  const sent = runs.flatMap((run) => [...sentItems(run.requests).values()]);
  expect(sent).toHaveLength(7);
  for (const item of sent) {
    expect(item.phash).toBeUndefined();
    expect(Object.keys(item.metadata).filter((name) => !promisedFields.minimal.includes(name))).toEqual([]);
  }
  for (const { target, body } of runs.flatMap((run) => run.requests))
    if (target === '/v1/agents/register') expect(JSON.parse(body.toString()).sources[0].level).toBe('minimal');
});
