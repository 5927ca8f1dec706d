/** Queries over objects: modes, pages, candidates by query, and what is refused. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';
import { anItem, aPrivateDataset } from './some-vectors.ts';

onEachDatabase('queries over objects', (open) => {
  let cloud: ACloud;
  let dataset: string;
  let run: string;
  const call = async (route: string, body: object, key = cloud.adminKey) =>
    send(`${cloud.url}/v1/nucleus/${route}`, { key, body });
  const box = (item: number, annotation_id: string, x: number, label = 'car') => ({
    reference_id: `street/${item}`,
    type: 'box',
    label,
    annotation_id,
    geometry: { x, y: 0, width: 10, height: 10 },
  });
  const size = { width: 1000, height: 1000 };
  beforeAll(async () => {
    cloud = await aCloud({ database: await open() });
    dataset = await aPrivateDataset(cloud);
    const items = [0, 1, 2].map((i) => anItem(`street/${i}`, { ...size, metadata: { wet: i === 1 ? 'yes' : 'no' } }));
    await call(`dataset/${dataset}/append`, { items });
    await call(`dataset/${dataset}/annotate`, {
      annotations: [
        box(0, 'right', 0),
        box(0, 'missed', 300),
        box(1, 'shifted', 0),
        box(1, 'confused', 300, 'bus'),
        { reference_id: 'street/2', type: 'category', label: 'night' },
      ],
      update: false,
    });
    const { model_id } = (await call('models/add', { name: 'net', reference_id: 'net', metadata: {} })).body;
    const predictions = [
      box(0, 'p right', 1),
      box(0, 'p spare', 600),
      box(1, 'p shifted', 6),
      box(1, 'p confused', 300),
    ];
    run = (await call(`dataset/${dataset}/model/${model_id}/uploadPredictions`, { annotations: predictions })).body
      .model_run_id;
  });
  afterAll(() => cloud.close());

  const query = async (body: object) =>
    (
      await call(`dataset/${dataset}/queryObjectsPage`, {
        model_run_id: run,
        pageToken: null,
        pageSize: 10_000,
        ...body,
      })
    ).body;
  /** Ids are told apart by the annotation ids that their owners gave them. */
  const told = async (patch_mode: string, text = '') => {
    const named = new Map<string, string>();
    for (const mode of ['ground_truth_only', 'predictions_only'])
      for (const { id, annotation_id } of (await query({ patch_mode: mode })).items) named.set(id, annotation_id);
    return (await query({ patch_mode, query: text })).items
      .map((match: any) => [
        named.get(match.model_prediction_id) ?? null,
        named.get(match.ground_truth_annotation_id) ?? null,
        Math.round(match.iou * 100),
        match.true_positive,
      ])
      .toSorted();
  };

  test('each mode answers its own matches', async () => {
    const right = ['p right', 'right', 82, true];
    const shifted = ['p shifted', 'shifted', 25, false];
    const confused = ['p confused', 'confused', 100, false];
    expect(await told('iou')).toEqual([confused, right, shifted]);
    expect(await told('false_positive')).toEqual([confused, shifted, ['p spare', null, 0, false]]);
    expect(await told('false_negative')).toEqual([[null, 'missed', 0, false], confused, shifted]);
    expect(await told('iou', 'wet = "yes"')).toEqual([confused, shifted]);
    expect(await told('iou', 'wet = "never"')).toEqual([]);
    const { items } = await query({ patch_mode: 'predictions_only', query: 'wet = "no"' });
    expect(items.map(({ annotation_id, reference_id }: any) => [annotation_id, reference_id]).toSorted()).toEqual([
      ['p right', 'street/0'],
      ['p spare', 'street/0'],
    ]);
    // What is said of a whole picture is no object in it.
    expect((await query({ patch_mode: 'ground_truth_only', query: 'reference_id = "street/2"' })).items).toEqual([]);
  });

  test.each(['ground_truth_only', 'false_positive'])('pages of %s neither repeat nor drop one', async (patch_mode) => {
    const whole = (await query({ patch_mode })).items;
    expect(whole.length).toBeGreaterThan(2);
    const seen: object[] = [];
    let pageToken: string | null = null;
    do {
      const page: any = await query({ patch_mode, pageToken, pageSize: 1 });
      expect(page.items.length).toBeLessThanOrEqual(1);
      seen.push(...page.items);
      pageToken = page.nextPageToken;
    } while (pageToken !== null);
    expect(seen).toEqual(whole);
  });

  test.each([
    [{ patch_mode: 'iou', model_run_id: null }, 400, 'invalid-request'],
    [{ patch_mode: 'iou', model_run_id: 'run_x' }, 404, 'model-run-not-found'],
    [{ patch_mode: 'magic' }, 400, 'invalid-request'],
    [{ query: 'nothing = 1' }, 400, 'invalid-request'],
    [{ pageToken: 'mine' }, 400, 'invalid-request'],
  ])('%j is refused', async (over, status, code) => {
    const body = { pageToken: null, pageSize: 1, patch_mode: 'ground_truth_only', ...over };
    const answer = await call(`dataset/${dataset}/queryObjectsPage`, body);
    expect([answer.status, answer.headers.get('x-error-code')]).toEqual([status, code]);
  });

  test('a run over another dataset matches nothing here', async () => {
    const other = await aPrivateDataset(cloud);
    const answer = await call(`dataset/${other}/queryObjectsPage`, {
      patch_mode: 'iou',
      model_run_id: run,
      pageSize: 1,
    });
    expect(answer.headers.get('x-error-code')).toBe('model-run-not-found');
  });
});
