/** Map buckets and histograms of times against loops over the rows. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { seeded } from './random-query.ts';
import { send } from './send.ts';

const count = 300;
const day = 86_400_000;
const from = Date.UTC(2024, 0, 1);

interface Taken {
  camera: string;
  lat?: number;
  lon?: number;
  taken?: string;
}

onEachDatabase('places and times', (open) => {
  let cloud: ACloud;
  let datasetId: string;
  let rows: Taken[];

  beforeAll(async () => {
    cloud = await aCloud({ database: await open() });
    const random = seeded(5);
    rows = Array.from({ length: count }, (_, i) => ({
      camera: i % 3 === 0 ? 'a' : 'b',
      ...(i % 5 === 0 ? {} : { lat: Math.round(random() * 179 - 89), lon: Math.round(random() * 359 - 179) }),
      ...(i % 7 === 0
        ? {}
        : { taken: new Date(from + Math.floor(random() * 400 * day)).toISOString().slice(0, [10, 19, 24][i % 3]) }),
    }));
    datasetId = await aDataset(rows);
  });
  afterAll(() => cloud.close());

  const call = (path: string, body: unknown) => send(`${cloud.url}/v1/${path}`, { key: cloud.adminKey, body });
  const map = async (body: object) => (await call(`insights/${datasetId}/map`, { query: '', ...body })).body;
  async function aDataset(of: readonly object[]): Promise<string> {
    const { body } = await call('nucleus/dataset/create', { name: 'places', use_privacy_mode: true });
    const items = of.map((metadata, i) => ({
      reference_id: `r${i}`,
      image_url: 'https://pictures.example/a.jpg',
      width: 1,
      height: 1,
      metadata,
    }));
    const appended = await call(`nucleus/dataset/${body.dataset_id}/append`, { items });
    expect(appended.body.new_items).toBe(of.length);
    return body.dataset_id;
  }

  test.each([
    { why: 'the whole world', box: undefined, grain: 10, query: '' },
    { why: 'a box', box: { west: -20, south: -10, east: 60, north: 45 }, grain: 5, query: '' },
    {
      why: 'a box across the 180th meridian',
      box: { west: 150, south: -90, east: -150, north: 90 },
      grain: 7,
      query: '',
    },
    { why: 'a query in a box', box: { west: -90, south: -45, east: 90, north: 45 }, grain: 0.5, query: 'camera = a' },
  ])('buckets of $why hold what a loop puts into them', async ({ box, grain, query }) => {
    const { west, south, east, north } = box ?? { west: -180, south: -90, east: 180, north: 90 };
    const chosen = rows.filter(({ camera }) => query === '' || camera === 'a');
    const buckets = new Map<string, number>();
    let inside = 0;
    for (const { lat, lon } of chosen) {
      if (lat === undefined || lon === undefined || lat < south || lat > north) continue;
      if (west <= east ? lon < west || lon > east : lon < west && lon > east) continue;
      const corner = [
        Math.floor((lat + 90) / grain) * grain - 90,
        Math.floor((lon + 180) / grain) * grain - 180,
      ].join();
      buckets.set(corner, (buckets.get(corner) ?? 0) + 1);
      inside += 1;
    }
    const got = await map({ query, grain, ...(box === undefined ? {} : { box }) });
    expect(Object.fromEntries(got.buckets.map((b: any) => [[b.south, b.west].join(), b.count]))).toEqual(
      Object.fromEntries(buckets),
    );
    const missing = chosen.filter(({ lat }) => lat === undefined).length;
    const { distinct, outside } = got;
    expect({ distinct, inside: got.inside, outside, missing: got.missing }).toEqual({
      distinct: buckets.size,
      inside,
      outside: chosen.length - missing - inside,
      missing,
    });
    expect(inside).toBeGreaterThan(10);
  });

  test('the fullest buckets come first, and the rest is counted', async () => {
    const all = await map({ grain: 45 });
    const some = await map({ grain: 45, limit: 3 });
    expect(some).toMatchObject({ buckets: all.buckets.slice(0, 3), distinct: all.distinct, inside: all.inside });
    const counts = all.buckets.map((bucket: any) => bucket.count);
    expect(counts).toEqual(counts.toSorted((a: number, b: number) => b - a));
  });

  test('a dataset without positions has none anywhere, and texts are no degrees', async () => {
    const bare = await aDataset([{ lat: 'north' }, {}]);
    const none = await call(`insights/${bare}/map`, { query: '', fields: { lat: 'y', lon: 'x' } });
    expect(none.body).toMatchObject({ buckets: [], distinct: 0, inside: 0, outside: 0, missing: 2 });
    const wrong = await call(`insights/${bare}/map`, { query: '', fields: { lat: 'lat', lon: 'lat' } });
    expect([wrong.status, wrong.body.error]).toEqual([400, 'lat is a text; a map needs degrees as numbers.']);
    expect((await call(`insights/${bare}/map`, { query: '', grain: 0 })).status).toBe(400);
  });

  test('dates and times are counted by when they are, and a span keeps the bins', async () => {
    const times = rows.flatMap(({ taken }) =>
      taken === undefined
        ? []
        : [Date.parse(taken.length === 19 ? `${taken}Z` : taken.slice(0, 19) + (taken.length > 10 ? 'Z' : ''))],
    );
    const ask = async (over: object) =>
      (await call(`insights/${datasetId}/histogram`, { query: '', fields: ['taken'], ...over })).body;
    const { histograms } = await ask({ bins: 40, span: { min: from, max: from + 400 * day } });
    const bins = new Array(40).fill(0);
    for (const at of times) bins[Math.floor((at - from) / (10 * day))] += 1;
    expect(histograms[0]).toEqual({
      field: 'taken',
      scale: 'time',
      min: from,
      max: from + 400 * day,
      bins,
      missing: count - times.length,
    });
    const free = (await ask({ bins: 5 })).histograms[0];
    expect([free.min, free.max]).toEqual([Math.min(...times), Math.max(...times)]);
    expect(free.bins.reduce((sum: number, each: number) => sum + each, 0)).toBe(times.length);
  });

  test('texts that are no times have no histogram, and a query that finds none is no mistake', async () => {
    const words = await call(`insights/${datasetId}/histogram`, { query: '', fields: ['camera'] });
    expect([words.status, words.body.error]).toEqual([
      400,
      'camera is a text; a histogram needs numbers, dates or times.',
    ]);
    const none = await call(`insights/${datasetId}/histogram`, {
      query: 'camera = nobody',
      fields: ['taken'],
      bins: 2,
    });
    expect(none.body.histograms[0]).toMatchObject({ scale: 'time', min: null, max: null, bins: [0, 0], missing: 0 });
  });
});
