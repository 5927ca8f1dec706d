import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseQuery } from '@nucleus/shared/query/parse-query';
import type { ConditionNode } from '@nucleus/shared/query/query-tree';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenDatabase, openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { compileQuery } from '../../cloud-api/src/search/compile-query.ts';
import { feedChanges } from '../../cloud-api/src/search/feed-changes.ts';
import { countItems, findItems, findItemsAfter } from '../../cloud-api/src/search/find-items.ts';
import { Projection } from '../../cloud-api/src/search/projection.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { meets, type OracleRow } from './evaluate-query.ts';
import { onEachDatabase } from './on-each-database.ts';
import { randomLabels, randomQuery, randomRow, seeded } from './random-query.ts';
import { send } from './send.ts';

const rowCount = 400;
const queryCount = 2_000;
const queriesAtOnce = 20;
const singly = process.env.NUCLEUS_SOAK === undefined ? 200 : 10_000;

onEachDatabase('queries', (open) => {
  let cloud: ACloud;
  let datasetId: string;
  let second: OpenDatabase;
  let folder: string;
  let rows: OracleRow[];

  beforeAll(async () => {
    cloud = await aCloud({ database: await open() });
    folder = await mkdtemp(join(tmpdir(), 'projection-'));
    second = await openDatabase(cloud.databaseUrl, () => undefined);
    const random = seeded(7);
    rows = Array.from({ length: rowCount }, (_, i) => randomRow(random, i));
    datasetId = await aDataset(rows);
    const weather = { taxonomy_name: 'weather', type: 'category', labels: ['sun', 'rain', 'snow'] };
    await call(`/v1/nucleus/dataset/${datasetId}/add_taxonomy`, weather);
    const labels = rows.map((row) => randomLabels(random, String(row.reference_id)));
    const annotations = labels.flatMap(({ sent }) => sent);
    const written = await call(`/v1/nucleus/dataset/${datasetId}/annotate`, { annotations });
    expect(written.body.annotations_processed).toBe(annotations.length);
    rows = rows.map((row, at) => ({ ...row, ...labels[at]?.counts }));
  });
  afterAll(async () => {
    await second.close();
    await cloud.close();
    await rm(folder, { recursive: true, force: true });
  });

  const call = (path: string, body: unknown) => send(`${cloud.url}${path}`, { key: cloud.adminKey, body });
  const ask = (query: string, page: object = {}) =>
    call(`/v1/nucleus/dataset/${datasetId}/queryItemsPage`, { pageToken: null, pageSize: 10_000, query, ...page });
  const projectionAt = (name: string): Projection =>
    new Projection(join(folder, name), feedChanges(second.db, cloud.running.tenantId, datasetId, second.storeEpoch));

  async function aDataset(of: readonly OracleRow[]): Promise<string> {
    const { body } = await call('/v1/nucleus/dataset/create', { name: 'queries', use_privacy_mode: true });
    const items = of.map(({ reference_id, width, ...metadata }) => ({
      reference_id,
      image_url: 'https://pictures.example/a.jpg',
      width: width ?? 1,
      height: 1,
      metadata,
    }));
    const appended = await call(`/v1/nucleus/dataset/${body.dataset_id}/append`, { items });
    expect(appended.body.new_items).toBe(of.length);
    return body.dataset_id;
  }

  test(`${queryCount} random queries find what a naive evaluator finds`, async () => {
    const projection = projectionAt('differential.duckdb');
    const { schema, ask } = await projection.current();
    const random = seeded(20_261_123);
    let found = 0;
    for (let done = 0; done < queryCount; done += queriesAtOnce) {
      const queries = Array.from({ length: queriesAtOnce }, () => randomQuery(random, 3, done % 400 === 0));
      const conditions = queries.map((query) => parseQuery(query));
      const compiled = conditions.map((condition) => compileQuery(condition, schema));
      // labels are looked up for each of them, so that fewer batches have any
      // one statement answers many: asked one by one, as the long form does, most of the time is the way there and back
      const columns = compiled.map(({ sql }) => `coalesce(${sql}, false)`).join(', '); // as a `where` takes it
      const parameters = compiled.flatMap((each) => each.parameters);
      const answers = await ask(`select ${columns} from items order by seq`, parameters);
      for (const [at, query] of queries.entries()) {
        const want = rows.map((row) => meets(row, conditions[at] as ConditionNode));
        const got = answers.map((row) => row[at]);
        if (got.join() !== want.join()) expect({ query, got }).toEqual({ query, got: want });
        found += want.filter(Boolean).length;
      }
    }
    expect(found).toBeGreaterThan(queryCount * 10);
    await projection.close();
  });

  test(`${singly} random queries find the same when each is asked by itself`, { timeout: 600_000 }, async () => {
    const projection = projectionAt('singly.duckdb');
    const random = seeded(20_261_124);
    for (let i = 0; i < singly; i++) {
      const query = randomQuery(random, 3, true);
      const condition = parseQuery(query);
      const want = rows.flatMap((row, seq) => (meets(row, condition) ? [seq] : []));
      const got = await findItemsAfter(projection, { condition }, { afterSeq: -1, limit: rowCount });
      if (got.join() !== want.join()) expect({ query, got }).toEqual({ query, got: want });
    }
    expect(await countItems(projection, {})).toBe(rowCount);
    await projection.close();
  });

  test('a query page holds whole items in insertion order, and pages neither repeat nor drop', async () => {
    const whole = await ask('iso >= 400');
    const references = whole.body.items.map((item: { reference_id: string }) => item.reference_id);
    expect(references).toEqual(rows.filter((row) => Number(row.iso) >= 400).map((row) => row.reference_id));
    const paged: string[] = [];
    let pageToken: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof ask>> = await ask('iso >= 400', { pageToken, pageSize: 7 });
      paged.push(...page.body.items.map((item: { reference_id: string }) => item.reference_id));
      pageToken = page.body.nextPageToken;
    } while (pageToken !== null);
    expect(paged).toEqual(references);
  });

  test('a write is found by the very next query, and a deleted item is not', async () => {
    const own = await aDataset([{ reference_id: 'one', iso: 1 }]);
    const find = async (query: string) =>
      (await call(`/v1/nucleus/dataset/${own}/queryItemsPage`, { pageSize: 10, query })).body.items.map(
        (item: { reference_id: string }) => item.reference_id,
      );
    expect(await find('iso = 1')).toEqual(['one']);
    const item = { image_url: 'https://pictures.example/a.jpg', width: 1, height: 1 };
    await call(`/v1/nucleus/dataset/${own}/append`, {
      items: [
        { ...item, reference_id: 'two', metadata: { iso: 2 } },
        { ...item, reference_id: 'one', metadata: { iso: 3, fresh: 'x' } },
      ],
      update: true,
    });
    expect(await find('iso > 1')).toEqual(['one', 'two']);
    expect(await find('iso = 1')).toEqual([]);
    expect(await find('fresh = x')).toEqual(['one']);
    await send(`${cloud.url}/v1/nucleus/dataset/${own}/refloc/two`, { method: 'DELETE', key: cloud.adminKey });
    expect(await find('iso > 1')).toEqual(['one']);
  });

  test.each([
    { query: 'iso >', at: { start: 5, end: 5 }, says: 'Expected a value' },
    { query: 'iszo > 1', at: { start: 0, end: 4 }, says: 'Did you mean iso?' },
    { query: 'make > 1', at: { start: 7, end: 8 }, says: 'is a text and cannot be compared with a number' },
    { query: 'iso CONTAINS 1', at: { start: 0, end: 3 }, says: 'CONTAINS looks into texts' },
  ])('$query is refused with its place', async ({ query, at, says }) => {
    const own = await call(`/v1/insights/${datasetId}/tiles`, { offset: 0, limit: 10, query });
    expect([own.status, own.body.code, own.body.at]).toEqual([400, 'invalid-request', at]);
    expect(own.body.error).toContain(says);
    const nucleus = await ask(query);
    const where = at.end - at.start > 1 ? `characters ${at.start + 1} to ${at.end}` : `character ${at.start + 1}`;
    expect([nucleus.status, nucleus.body]).toEqual([400, { error: `${own.body.error} (At ${where} of the query.)` }]);
  });

  test('tiles bring the values of fields that are asked for, and nothing where an item has none', async () => {
    const fields = ['make', 'metadata.iso', 'no_such_field'];
    const { body } = await call(`/v1/insights/${datasetId}/tiles`, { offset: 0, limit: 40, fields });
    expect(body.tiles.map((tile: { m: unknown }) => tile.m)).toEqual(
      rows.slice(0, 40).map((row) => [row.make ?? null, row.iso ?? null, null]),
    );
    const { body: plain } = await call(`/v1/insights/${datasetId}/tiles`, { offset: 0, limit: 1 });
    expect(plain.tiles[0].m).toBeUndefined();
  });

  test('tiles follow a query and an order, missing values last', async () => {
    const { body } = await call(`/v1/insights/${datasetId}/tiles`, {
      offset: 5,
      limit: 20,
      query: 'iso IS NOT MISSING',
      sort: { field: 'frame', descending: true },
    });
    const want = rows
      .map((row, seq): OracleRow & { seq: number } => ({ ...row, seq }))
      .filter((row) => row.iso !== undefined)
      .toSorted((a, b) => Number(b.frame ?? -1) - Number(a.frame ?? -1) || a.seq - b.seq)
      .slice(5, 25);
    expect(body.tiles.map((tile: { ref: string }) => tile.ref)).toEqual(want.map((row) => row.reference_id));
    expect(body.total).toBe(rows.filter((row) => row.iso !== undefined).length);
  });

  test('facets and histograms count what a loop over the rows counts', async () => {
    const facets = await call(`/v1/insights/${datasetId}/facets`, { query: 'frame < 5', fields: ['make', 'iso'] });
    const chosen = rows.filter((row) => row.frame !== undefined && Number(row.frame) < 5);
    for (const facet of facets.body.facets) {
      const counts = new Map<unknown, number>();
      for (const row of chosen) counts.set(row[facet.field], (counts.get(row[facet.field]) ?? 0) + 1);
      expect(facet.missing).toBe(counts.get(undefined) ?? 0);
      counts.delete(undefined);
      expect(
        Object.fromEntries(facet.values.map((each: { value: unknown; count: number }) => [each.value, each.count])),
      ).toEqual(Object.fromEntries(counts));
    }
    const histogram = await call(`/v1/insights/${datasetId}/histogram`, { query: '', fields: ['frame'], bins: 11 });
    const [frames] = histogram.body.histograms;
    const count = (value: number | undefined): number => rows.filter((row) => row.frame === value).length;
    expect(frames).toEqual({
      field: 'frame',
      min: 0,
      max: 10,
      bins: Array.from({ length: 11 }, (_, i) => count(i)),
      missing: count(undefined),
    });
  });

  test('the place of an item is where the tiles show it, in every order', async () => {
    const orders = [undefined, 'frame', '-frame', 'make', '-make', '-reference_id'];
    for (const query of ['', 'iso IS NOT MISSING']) {
      for (const order of orders) {
        const sort = order && { field: order.replace('-', ''), descending: order.startsWith('-') };
        const { body } = await call(`/v1/insights/${datasetId}/tiles`, { offset: 0, limit: rowCount, query, sort });
        const refs: string[] = body.tiles.map((tile: { ref: string }) => tile.ref);
        const asked = Array.from({ length: 20 }, (_, i) => i * 7).filter((place) => place < refs.length);
        const places = asked.map(async (place) => {
          const found = { query, sort, reference_id: refs[place] };
          return (await call(`/v1/insights/${datasetId}/place`, found)).body.place;
        });
        expect({ order, places: await Promise.all(places) }).toEqual({ order, places: asked });
      }
    }
    const outside = rows.find((row) => row.iso === undefined)?.reference_id;
    for (const reference_id of [outside, 'nowhere']) {
      const { body } = await call(`/v1/insights/${datasetId}/place`, { query: 'iso IS NOT MISSING', reference_id });
      expect(body).toEqual({ place: null });
    }
  });

  test('a histogram over a given span keeps its bins while the query changes', async () => {
    const asked = { fields: ['frame'], bins: 11, span: { min: 0, max: 10 } };
    const { body } = await call(`/v1/insights/${datasetId}/histogram`, { ...asked, query: 'frame > 3 AND frame < 6' });
    const count = (value: number): number => rows.filter((row) => row.frame === value).length;
    expect(body.histograms[0]).toMatchObject({ min: 0, max: 10 });
    expect(body.histograms[0].bins).toEqual([0, 0, 0, 0, count(4), count(5), 0, 0, 0, 0, 0]);
    const narrow = await call(`/v1/insights/${datasetId}/histogram`, {
      ...asked,
      query: '',
      bins: 2,
      span: { min: 4, max: 6 },
    });
    const values = rows.flatMap((row) => (row.frame === undefined ? [] : [Number(row.frame)]));
    expect(narrow.body.histograms[0].bins).toEqual([
      values.filter((value) => value < 5).length,
      values.filter((value) => value >= 5).length,
    ]);
  });

  describe('the projection is only a projection', () => {
    test.each<{ why: string; spoil: (path: string) => Promise<void> }>([
      { why: 'deleted', spoil: (path) => rm(path) },
      { why: 'damaged', spoil: (path) => writeFile(path, 'no database') },
      {
        why: 'of another version',
        spoil: async (path) => {
          const projection = new Projection(
            path,
            feedChanges(second.db, cloud.running.tenantId, datasetId, second.storeEpoch),
          );
          await (await projection.current()).ask('update projection set version = 0');
          await projection.close();
        },
      },
      {
        why: 'of another store epoch',
        spoil: async (path) => {
          const projection = new Projection(path, feedChanges(second.db, cloud.running.tenantId, datasetId, 'another'));
          await (await projection.current()).ask('delete from items');
          await projection.close();
        },
      },
    ])('a file that is $why is rebuilt with the same answers', async ({ why, spoil }) => {
      const name = `${why.replaceAll(' ', '-')}.duckdb`;
      const condition = parseQuery('iso >= 400 AND NOT make = canon');
      const before = projectionAt(name);
      const want = await findItems(before, { condition }, { offset: 0, limit: rowCount });
      expect(want.length).toBeGreaterThan(0);
      await before.close();
      await spoil(join(folder, name));
      const after = projectionAt(name);
      expect(await findItems(after, { condition }, { offset: 0, limit: rowCount })).toEqual(want);
      await after.close();
    });

    test('a statement that takes too long is interrupted with a sentence', async () => {
      const projection = projectionAt('slow.duckdb');
      const started = performance.now();
      const slow = 'select count(*) from range(1000000) a, range(1000000) b where a.range * b.range % 7 = 3';
      await expect((await projection.current()).ask(slow)).rejects.toThrow('took longer than 1 s');
      expect(performance.now() - started).toBeLessThan(10_000);
      expect(await countItems(projection, {})).toBe(rowCount);
      await projection.close();
    });
  });
});
