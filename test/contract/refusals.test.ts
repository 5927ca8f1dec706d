/**
 * What every route of the table says to bad input, derived from its own schemas: 400 with the field that is wrong, 413, 415, and never a
 * reply that is no JSON. Nothing here gets past the schemas, so that one database is enough.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { largeBodyBytes, smallBodyBytes } from '../../cloud-api/src/http/read-body.ts';
import type { Endpoint } from '../../shared/src/wire/endpoint.ts';
import { cloudEndpoints } from '../../shared/src/wire/endpoints.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { type CrawledThings, crawlerRequests, type EndpointName } from './crawler-requests.ts';
import { type Answer, send } from './send.ts';

const id = (prefix: string) => `${prefix}_${'x'.repeat(20)}`;
const things: CrawledThings = {
  ...Object.fromEntries(
    Object.entries({
      dataset: 'ds',
      item: 'di',
      slice: 'slc',
      job: 'job',
      change: 'tch',
      ordinary: 'ds',
      upload: 'upl',
    }).map(([name, prefix]) => [`${name}Id`, id(prefix)]),
  ),
  taskId: id('task'),
  canary: 'canary',
  agentId: id('agt'),
  epoch: '0'.repeat(32),
} as unknown as CrawledThings;

let cloud: ACloud;
let key: string;
/** Routes that take files find where these go before they read a body, so there it has to be. */
let found: Partial<Record<EndpointName, string>>;
beforeAll(async () => {
  cloud = await aCloud({ database: { url: undefined, drop: async () => undefined } });
  key = await cloud.makeKey({ scopes: ['admin', 'agent'] });
  const make = async (path: string, body: object) =>
    (await send(`${cloud.url}/v1/nucleus/${path}`, { key, body })).body;
  const { dataset_id } = await make('dataset/create', { name: 'there' });
  const { model_id } = await make('models/add', { name: 'there', reference_id: 'there' });
  const { model_run_id } = await make(`dataset/${dataset_id}/modelRun/create`, {
    name: 'there',
    reference_id: 'there',
  });
  found = {
    predict: `/v1/nucleus/modelRun/${model_run_id}/predict`,
    uploadPredictions: `/v1/nucleus/dataset/${dataset_id}/model/${model_id}/uploadPredictions`,
  };
});
afterAll(() => cloud.close());

const endpoints = (Object.entries(cloudEndpoints) as [EndpointName, Endpoint][]).map(([name, endpoint]) => ({
  name,
  endpoint,
}));
const withBody = endpoints.filter(({ endpoint }) => endpoint.body !== undefined);

/** Ids that name nothing, and words where a path takes one of a few. */
const pathWords: Record<string, string> = { type: 'imageannotation', format: 'csv', index: '0' };
const pathOf = (name: EndpointName) =>
  found[name] ?? cloudEndpoints[name].path.replace(/:([A-Za-z]+)/g, (_, word: string) => pathWords[word] ?? id('any'));

interface Attempt {
  query?: string;
  body?: unknown;
  raw?: string;
  headers?: Record<string, string>;
}
async function ask(name: EndpointName, attempt: Attempt): Promise<Answer> {
  const { query = crawlerRequests(things)[name].query ?? '', ...rest } = attempt;
  const method = (cloudEndpoints[name] as Endpoint).method.toUpperCase();
  return send(cloud.url + pathOf(name) + query, { method, key, ...rest });
}

type ZodType = NonNullable<Endpoint['body']>;
type Fields = Record<string, ZodType>;
/** Fields of an object, of every object of a union, or none. */
function fieldsOf(schema: ZodType | undefined): Fields {
  const { def } = (schema ?? {}) as { def?: { type: string; shape?: Fields; options?: ZodType[] } };
  if (def?.type === 'object') return def.shape ?? {};
  if (def?.type === 'union') return Object.assign({}, ...(def.options ?? []).toReversed().map(fieldsOf));
  return {};
}
const isUnion = (schema: ZodType | undefined) =>
  (schema as { def?: { type: string } } | undefined)?.def?.type === 'union';

const oddValues = [{ odd: true }, [12.5], 12.5, 'no such value', true];
/** A value that the schema refuses; undefined when it takes anything. */
const wrongFor = (schema: ZodType, among: readonly unknown[] = oddValues) =>
  among.find((value) => !schema.safeParse(value).success);

/** What is wrong with a refusal; undefined when all is well. */
function faultOf(name: EndpointName, answer: Answer, said: { status: number; names?: string }): string | undefined {
  const { dialect } = cloudEndpoints[name] as Endpoint;
  const { error = '', ...others } = answer.body ?? {};
  const isTold = typeof error === 'string' && error.includes(said.names ?? ' ');
  const isShaped = dialect === 'nucleus' ? Object.keys(others).length === 0 : 'code' in others;
  if (answer.status === said.status && isTold && isShaped) return undefined;
  return `${name} ${said.names ?? ''}: ${answer.status} ${answer.text.slice(0, 160)}`;
}

test('a field of another type is refused by its name', async () => {
  const told: (string | undefined)[] = [];
  for (const { name, endpoint } of withBody) {
    const good = crawlerRequests(things)[name].body;
    for (const [field, schema] of Object.entries(fieldsOf(endpoint.body))) {
      const wrong = wrongFor(schema);
      if (wrong === undefined) continue;
      const body = { ...(good as object), [field]: wrong };
      // of a union that this is not the case of
      if (endpoint.body?.safeParse(body).success) continue;
      told.push(faultOf(name, await ask(name, { body }), { status: 400, names: field }));
    }
  }
  expect(told.filter(Boolean)).toEqual([]);
  expect(told.length).toBeGreaterThan(100);
});

test('a field that is missing is refused by its name', async () => {
  const told: (string | undefined)[] = [];
  for (const { name, endpoint } of withBody) {
    if (isUnion(endpoint.body)) continue;
    for (const [field, schema] of Object.entries(fieldsOf(endpoint.body))) {
      if (schema.safeParse(undefined).success) continue;
      const { [field]: _left, ...body } = crawlerRequests(things)[name].body as Record<string, unknown>;
      told.push(faultOf(name, await ask(name, { body }), { status: 400, names: field }));
    }
  }
  expect(told.filter(Boolean)).toEqual([]);
  expect(told.length).toBeGreaterThan(40);
});

test('a field that no closed body has is refused by its name', async () => {
  const told: (string | undefined)[] = [];
  for (const { name, endpoint } of withBody) {
    const body = { ...(crawlerRequests(things)[name].body as object), not_a_field: 1 };
    if (Array.isArray(crawlerRequests(things)[name].body) || endpoint.body?.safeParse(body).success) continue;
    told.push(faultOf(name, await ask(name, { body }), { status: 400, names: 'not_a_field' }));
  }
  expect(told.filter(Boolean)).toEqual([]);
  expect(told.length).toBeGreaterThan(10);
});

test('a query parameter that cannot be read is refused by its name', async () => {
  const told: (string | undefined)[] = [];
  for (const { name, endpoint } of endpoints) {
    for (const [field, schema] of Object.entries(fieldsOf(endpoint.query))) {
      const wrong = wrongFor(schema, ['no such value', '-1', '']);
      if (wrong === undefined) continue;
      const good = new URLSearchParams(crawlerRequests(things)[name].query ?? '');
      good.set(field, String(wrong));
      const { body } = crawlerRequests(things)[name];
      const answer = await ask(name, { query: `?${good}`, ...(body === undefined ? {} : { body }) });
      told.push(faultOf(name, answer, { status: 400, names: field }));
    }
  }
  expect(told.filter(Boolean)).toEqual([]);
  expect(told.length).toBeGreaterThan(20);
});

test.each([
  { what: 'no JSON', raw: '{"a":', headers: {}, status: 400 },
  { what: 'no object', raw: '"text"', headers: {}, status: 400 },
  { what: 'a form', raw: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' }, status: 415 },
  { what: 'XML', raw: '<a/>', headers: { 'content-type': 'application/xml' }, status: 415 },
  { what: 'of an unknown encoding', raw: '{}', headers: { 'content-encoding': 'lzma' }, status: 415 },
])('a body that is $what', async ({ raw, headers, status }) => {
  const told: (string | undefined)[] = [];
  for (const { name } of withBody) told.push(faultOf(name, await ask(name, { raw, headers }), { status }));
  expect(told.filter(Boolean)).toEqual([]);
});

test('a body above a mebibyte is refused, except where items come by the thousand', async () => {
  const raw = ' '.repeat(smallBodyBytes + 1);
  const taken: string[] = [];
  for (const { name } of withBody) if ((await ask(name, { raw })).status !== 413) taken.push(name);
  expect(taken.toSorted()).toEqual([
    ...['addTaxonomy', 'annotate', 'appendItems', 'appendToSlice', 'changeTags', 'completeTask', 'createAutotag'],
    ...['createSlice', 'deduplicate', 'deleteAnnotations', 'deleteTracks', 'predict', 'refineAutotag'],
    ...['removeFromSlice', 'restoreItems', 'updateMetadata', 'uploadPredictions', 'uploadScenes', 'uploadVideoScenes'],
  ]);
  const tooLarge = await ask('appendItems', { raw: ' '.repeat(largeBodyBytes + 1) });
  expect([tooLarge.status, tooLarge.body.error]).toEqual([413, 'The body is larger than this route takes.']);
});
