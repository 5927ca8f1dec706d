import { parseQuery } from '@nucleus/shared/query/parse-query';
import { localEndpoints } from '@nucleus/shared/wire/local';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileJob } from '../../agent/src/find/open-finder.ts';
import { addFile, aProxy, ask, aViewer, json, type ProxyUnderTest, post, theViewerParts } from '../builders/a-proxy.ts';
import { meets, type OracleRow } from '../contract/evaluate-query.ts';
import { seeded } from '../contract/random-query.ts';

/** A file of the catalogue as the test knows it. */
interface Known extends OracleRow {
  path: string;
  state: string;
}

const makes = ['canon', 'nikon', 'sony'];
const folders = ['na/block-07/T14', 'na/block-07/T15', 'na/block-06', 'eu', 'na'];
const random = seeded(7);
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
const maybe = <T>(value: T): T | undefined => (random() < 0.75 ? value : undefined);

let running: ProxyUnderTest;
let bearer: string;
const known: Known[] = [];

beforeAll(async () => {
  running = await aProxy();
  const { state } = running;
  state.exec(`insert into sources (source_no, alias, folder, dataset_name, level, names, fields_off, state)
    values (2, 'other', '/nowhere', 'other', 'standard', 'relative-path', '[]', 'live')`);
  const insert = state.prepare(
    `insert into items (item_key, source_no, reference_id, presence, status, path, dev, ino, byte_size, mtime_ms, ctime_ms,
       content_hash, revision, acked_revision, facts, ingest_day, exception_code)
     values (randomblob(16), 1, @path, 'live', @status, cast(@path as blob), 1, 1, @byteSize, 0, 0, randomblob(32), 2, @acked, @facts, '2026-11-23', @code)`,
  );
  for (let i = 0; i < 400; i++) {
    const path = `${pick(folders)}/IMG_${String(i).padStart(4, '0')}.jpg`;
    const status = i % 23 === 0 ? 'exception' : i % 31 === 0 ? 'pending' : 'catalogued';
    const acked = i % 3 === 0 ? 1 : 2;
    const row: Known = {
      path,
      name: path,
      reference_id: path,
      source: 'main',
      state: status === 'catalogued' ? (acked < 2 ? 'queued' : 'synced') : status,
      exception: status === 'exception' ? 'truncated' : undefined,
      byte_size: 1000 * (1 + (i % 17)),
      ...(status === 'catalogued'
        ? {
            width: 100 * (1 + (i % 40)),
            height: 300,
            format: 'jpeg',
            iso: maybe(pick([100, 200, 400, 800])),
            f_number: maybe(pick([1.4, 2.8, 5.6])),
            camera_make: maybe(pick(makes)),
            lat: i % 5 === 0 ? 60.5 : undefined,
          }
        : {}),
    };
    known.push(row);
    const { width, height, iso, f_number, camera_make } = row;
    insert.run({
      path,
      status,
      acked,
      byteSize: row.byte_size,
      code: row.exception ?? null,
      facts:
        status === 'catalogued'
          ? JSON.stringify({
              width,
              height,
              ...(row.lat === undefined ? {} : { gps: { lat: row.lat, lon: 24.9 } }),
              fields: { format: 'jpeg', iso, f_number, camera_make },
            })
          : null,
    });
  }
  bearer = await aViewer(running);
});
afterAll(() => running.close());

const { findLocalItems, listFolders } = localEndpoints;
const find = async (query: string, more: object = {}) => {
  const reply = await post(
    running.port,
    findLocalItems.path,
    { offset: 0, limit: 500, query, ...more },
    { authorization: `Bearer ${bearer}` },
  );
  if (reply.status !== 200)
    return { status: reply.status, ...json<{ error: string; code: string; at?: object }>(reply) };
  const { total, items } = findLocalItems.reply.parse(json(reply));
  return { total, paths: items.map(({ path }) => path), items };
};
/** In byte order of their paths, as the viewer lists them. */
const matching = (meant: (row: Known) => boolean): string[] =>
  known
    .filter(meant)
    .map(({ path }) => path)
    .toSorted();

describe('a query over the catalogue', () => {
  test.each<[string, (row: Known) => boolean]>([
    ['', () => true],
    ['state:queued', (row) => row.state === 'queued'],
    ['state IN (exception, pending)', (row) => row.state === 'exception' || row.state === 'pending'],
    ['exception = truncated', (row) => row.exception === 'truncated'],
    ['path:na/block-07/**', (row) => row.path.startsWith('na/block-07/')],
    ['path:na/block-07', (row) => row.path.startsWith('na/block-07/')],
    ['path:na/block', () => false],
    ['path:"na/*/IMG_00??.jpg"', (row) => /^na\/[^/]*\/IMG_00..\.jpg$/.test(row.path)],
    ['path:**/T1?/**', (row) => /T1.\//.test(row.path)],
    ['path != "na/**"', (row) => !row.path.startsWith('na/')],
    ['path IN ("eu/**", "na/block-06")', (row) => /^(eu|na\/block-06)\//.test(row.path)],
    ['path CONTAINS "img_01"', (row) => row.path.includes('IMG_01')],
    ['source = other', () => false],
    ['lat > 60 AND lon < 25', (row) => row.lat !== undefined],
    [
      'path:eu/** AND (iso > 100 OR NOT camera_make = canon)',
      (row) => row.path.startsWith('eu/') && (Number(row.iso) > 100 || row.camera_make !== 'canon'),
    ],
  ])('%s', async (query, meant) => {
    expect((await find(query)).paths).toEqual(matching(meant));
  });

  test('means what the cloud’s search means: 300 random queries over both kinds of fields', async () => {
    const number = () => String(pick([0, 100, 2.8, 800, 3000]));
    const condition = (): string =>
      pick([
        () =>
          `${pick(['iso', 'width', 'byte_size', 'f_number'])} ${pick(['=', '!=', '<', '<=', '>', '>='])} ${number()}`,
        () => `(iso ${pick(['+', '-', '%'])} ${number()}) ${pick(['=', '>'])} ${number()}`,
        () => `camera_make ${pick(['=', '!=', '<'])} ${pick(makes)}`,
        () => `camera_make ${pick(['', 'NOT '])}IN (${pick(makes)}, ${pick(makes)})`,
        () => `reference_id ${pick(['', 'NOT '])}CONTAINS "${pick(['T14', 'img', '_3', '%'])}"`,
        () => `${pick(['iso', 'camera_make', 'lat', 'f_number'])} IS ${pick(['', 'NOT '])}MISSING`,
        () => `state ${pick(['=', '!='])} ${pick(['queued', 'synced', 'exception'])}`,
      ])();
    const query = (depth: number): string =>
      depth === 0 || random() < 0.4
        ? condition()
        : pick([
            () => `(${query(depth - 1)} AND ${query(depth - 1)})`,
            () => `(${query(depth - 1)} OR ${query(depth - 1)})`,
            () => `NOT (${query(depth - 1)})`,
          ])();
    const parts = theViewerParts(running.state, running.dataDir);
    for (let i = 0; i < 300; i++) {
      const text = query(3);
      const tree = parseQuery(text);
      const { rows } = await parts.finder.find({ query: text });
      expect({ text, found: rows.length }).toEqual({ text, found: known.filter((row) => meets(row, tree)).length });
    }
    await parts.close();
  });

  test('in any order, missing values last', async () => {
    const { items } = await find('state = synced', { sort: { field: 'iso', descending: true } });
    const values = items?.map(({ path }) => known.find((row) => row.path === path)?.iso);
    const present = values?.filter((value) => value !== undefined) as number[];
    expect(present).toEqual(present.toSorted((a, b) => b - a));
    expect(values?.slice(present.length).every((value) => value === undefined)).toBe(true);
  });

  test('by place', async () => {
    const all = (await find('path:na/**')).paths ?? [];
    expect((await find('path:na/**', { offset: 100, limit: 50 })).paths).toEqual(all.slice(100, 150));
    expect(await find('path:na/**', { offset: 100_000 })).toMatchObject({ total: all.length, paths: [] });
  });

  test('sees what changed since, within seconds', async () => {
    const query = 'camera_make = panasonic';
    expect((await find(query)).total).toBe(0);
    running.state.exec(`update items set facts = json_set(facts, '$.fields.camera_make', 'panasonic') where rowid = 2`);
    await expect.poll(async () => (await find(query)).total, { timeout: 8000 }).toBe(1);
    running.state.exec(`update items set facts = json_remove(facts, '$.fields.camera_make') where rowid = 2`);
  });

  test.each([
    ['iso >', { start: 5, end: 5 }],
    ['isoo = 3', { start: 0, end: 4 }],
    ['iso = canon', { start: 6, end: 11 }],
    ['state = qeued', { start: 8, end: 13 }],
    ['path: x', { start: 4, end: 5 }],
  ])('%s is refused where it is wrong', async (query, at) => {
    expect(await find(query)).toMatchObject({ status: 400, code: 'invalid-request', at });
  });

  test('values never become SQL', async () => {
    for (const hostile of [`'; drop table items; --`, '%', `"`, '\\', '🦀']) {
      const spelled = JSON.stringify(hostile);
      expect((await find(`camera_model = ${spelled}`)).total).toBe(0);
      expect((await find(`path = ${spelled}`)).total).toBe(0);
    }
    const { parts } = compileJob({ query: `name CONTAINS "x') or 1=1 --"` }, [1]);
    expect(parts[0]?.sql).not.toContain('1=1');
    expect((await find('')).total).toBe(400);
  });

  test('a search that takes too long is ended, and the next one answers', async () => {
    const { openFinder } = await import('../../agent/src/find/open-finder.ts');
    const finder = openFinder({
      dataDir: running.dataDir,
      threadUrl: new URL('../../agent/dist/find/find-thread.js', import.meta.url),
      sourceNos: [1],
      changeStamp: () => '',
      limitMs: 1,
    });
    await expect(finder.find({ query: 'path CONTAINS a' })).rejects.toMatchObject({ code: 'query-too-slow' });
    await finder.close();
    expect((await find('state = synced AND iso > 0')).total).toBeGreaterThan(0);
  });
});

test('every field that is told can be asked for, and its values too', async () => {
  const { listFindFields } = localEndpoints;
  const reply = await ask(running.port, listFindFields.path, { headers: { authorization: `Bearer ${bearer}` } });
  const { fields } = listFindFields.reply.parse(json(reply));
  expect(fields.length).toBeGreaterThan(30);
  for (const { name, type, values } of fields) {
    const value = type === 'number' ? '1' : (values?.[0] ?? 'x');
    expect({
      name,
      ...(await find(`${name} != "${value}"`.replace(type === 'number' ? /"/g : /^$/, ''))),
    }).toMatchObject({ name, total: expect.any(Number) });
    expect(await find('', { sort: { field: name }, limit: 1 })).toMatchObject({ total: 400 });
  }
});

describe('the folder tree', () => {
  const list = async (folder: string) => {
    const reply = await post(
      running.port,
      listFolders.path,
      { source: 'main', folder },
      { authorization: `Bearer ${bearer}` },
    );
    return listFolders.reply.parse(json(reply)).folders;
  };
  const below = (folder: string): number => known.filter(({ path }) => path.startsWith(`${folder}/`)).length;

  test('counts everything below each folder', async () => {
    expect(await list('')).toEqual([
      { name: 'eu', path: 'eu', files: below('eu'), has_folders: false },
      { name: 'na', path: 'na', files: below('na'), has_folders: true },
    ]);
    expect(await list('na')).toEqual([
      { name: 'block-06', path: 'na/block-06', files: below('na/block-06'), has_folders: false },
      { name: 'block-07', path: 'na/block-07', files: below('na/block-07'), has_folders: true },
    ]);
    expect((await list('na/block-07')).map(({ name }) => name)).toEqual(['T14', 'T15']);
    expect(await list('na/block-07/T14')).toEqual([]);
    expect(await list('nowhere')).toEqual([]);
  });

  test('shows names that are no text, and does not offer to open them', async () => {
    addFile(running, 'zz/one.jpg');
    const odd = Buffer.concat([Buffer.from('zz/'), Buffer.from([0xff, 0xfe]), Buffer.from('/deep/two.jpg')]);
    running.state.prepare('update items set path = ? where reference_id = ?').run(odd, 'zz/one.jpg');
    expect(await list('zz')).toEqual([{ name: '\\xff\\xfe', path: 'zz/\\xff\\xfe', files: 1, has_folders: false }]);
  });
});
