/** What is near: by vector exactly, by perceptual hash where there are no vectors, current and the same after a rebuild. */
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';
import { anItem, aPrivateDataset, aVectorDataset, randomVector, vectors } from './some-vectors.ts';

const dot = (a: number[], b: number[]): number => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
const cosine = (a: number[], b: number[]): number => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / (values.length || 1);

onEachDatabase('similar items', (open) => {
  let cloud: ACloud;
  beforeAll(async () => {
    cloud = await aCloud({ database: await open() });
  });
  afterAll(() => cloud.close());

  const call = (route: string, options: Parameters<typeof send>[1] = {}) =>
    send(`${cloud.url}/v1/nucleus/${route}`, { key: cloud.adminKey, ...options });
  const similar = (id: string, body: object) =>
    send(`${cloud.url}/v1/insights/${id}/similar`, { key: cloud.adminKey, body });
  const append = async (id: string, items: object[]) => (await call(`dataset/${id}/append`, { body: { items } })).body;

  test('what is near is what a look at every vector says, with likes, dislikes, own vectors and a query', async () => {
    const id = await aVectorDataset(cloud, (i) => ({ third: i % 3 }));
    const ownVector = randomVector(9_999);
    const cases = [
      { like: ['item/7'], unlike: [], vectors: [], query: '' },
      { like: ['item/7', 'item/8'], unlike: ['item/9', 'item/200'], vectors: [], query: '' },
      { like: [], unlike: [], vectors: [ownVector], query: 'third = 1' },
      { like: [], unlike: ['item/11'], vectors: [], query: '' },
    ];
    for (const { query, ...wanted } of cases) {
      const likes = [...wanted.like.map((ref) => vectors.get(ref) as number[]), ...wanted.vectors];
      const unlikes = wanted.unlike.map((ref) => vectors.get(ref) as number[]);
      const named = new Set([...wanted.like, ...wanted.unlike]);
      const expected = [...vectors]
        .filter(([ref], i) => !named.has(ref) && (query === '' || i % 3 === 1))
        .map(([ref, vector]) => ({
          ref,
          score: mean(likes.map((each) => cosine(each, vector))) - mean(unlikes.map((each) => cosine(each, vector))),
        }))
        .toSorted((a, b) => b.score - a.score)
        .slice(0, 20);
      const { body } = await similar(id, { ...wanted, query, limit: 20 });
      expect(body.by).toBe('vector');
      expect(body.items.map(({ tile }: any) => tile.ref)).toEqual(expected.map(({ ref }) => ref));
      for (const [i, { score }] of body.items.entries()) expect(score).toBeCloseTo(expected[i]?.score as number, 5);
    }
    // Current at once: what is gone is near to nothing, what came is.
    const [first] = (await similar(id, { reference_id: 'item/7', limit: 1 })).body.items;
    await call(`dataset/${id}/refloc/${encodeURIComponent(first.tile.ref)}`, { method: 'DELETE', body: {} });
    const info = { index_id: 'mine', embedding_vector: (vectors.get('item/7') as number[]).map((value) => value * 2) };
    await append(id, [anItem('twin', { embedding_info: info })]);
    const [now, next] = (await similar(id, { reference_id: 'item/7', limit: 2 })).body.items;
    expect([now.tile.ref, Math.round(now.score * 1e4) / 1e4]).toEqual(['twin', 1]);
    expect(next.tile.ref).not.toBe(first.tile.ref);
  });

  test('without vectors hashes are compared, and what hashes cannot do is told', async () => {
    const id = await aPrivateDataset(cloud);
    const hash = (ones: number) => '1'.repeat(ones).padEnd(64, '0');
    await append(
      id,
      [3, 0, 9].map((ones) => anItem(`bits/${ones}`, { phash: hash(ones) })),
    );
    await append(id, [anItem('bare')]);
    const { body } = await similar(id, { reference_id: 'bits/0' });
    expect([body.by, body.items.map(({ tile, distance }: any) => [tile.ref, distance])]).toEqual([
      'hash',
      [
        ['bits/3', 3],
        ['bits/9', 9],
      ],
    ]);
    const codes = await Promise.all(
      [
        { reference_id: 'bare' },
        { reference_id: 'nobody' },
        {},
        { like: ['bits/0', 'bits/3'] },
        { reference_id: 'bits/0', by: 'vector' },
        { like: ['bits/0'], unlike: ['bits/3'], by: 'hash' },
        { vectors: [[1]], index_id: 'none' },
      ].map(async (wanted) => (await similar(id, wanted)).body.code),
    );
    expect(codes).toEqual([
      'perceptual-hash-missing',
      'item-not-found',
      'invalid-request',
      'vector-missing',
      'vector-missing',
      'invalid-request',
      'vector-missing',
    ]);
  });

  test('vectors are there after a restart, and a projection that was thrown away says the same', async () => {
    const id = await aVectorDataset(cloud);
    const ask = async () => (await similar(id, { like: ['item/1'], unlike: ['item/2'], limit: 50 })).body.items;
    const before = await ask();
    await cloud.restart(async () => {
      await rm(`${cloud.data}/cloud/search`, { recursive: true, force: true });
    });
    expect(await ask()).toEqual(before);
  });
});
