/** Every route of the Nucleus core: a request as the client sends it, and the reply that it needs, on both databases. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cloudEndpoints } from '../../shared/src/wire/endpoints.ts';
import { eventually } from '../builders/eventually.ts';
import { describeWithShared } from '../builders/shared-files.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import type { Pair, PairState } from './nucleus-pair.ts';
import { pairs } from './nucleus-pairs.ts';
import { laterPairs } from './nucleus-pairs-later.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';

const methodOf = ({ route }: Pair) => route.split(' ')[0] as string;

onEachDatabase('requests and replies of the core', (open) => {
  let cloud: ACloud;
  const state: PairState = { ds: '', slc: '', job: '', item: '', tag: '', prj: '', run: '', signedUrl: '', origin: '' };
  beforeAll(async () => {
    cloud = await aCloud({ database: await open() });
    state.origin = cloud.url;
  });
  afterAll(() => cloud.close());

  const fill = (text: string): string =>
    text.replace(/\{(ds|slc|job|item|tag|prj|run|signedUrl)\}/g, (_, name: keyof PairState) => state[name]);
  const call = (pair: Pair) => {
    const isSigned = pair.path === '{signedUrl}';
    const path = fill(pair.path.startsWith('/') ? pair.path : `/v1/nucleus/${pair.path}`);
    return send(isSigned ? state.signedUrl : cloud.url + path, {
      method: methodOf(pair),
      ...(isSigned ? {} : { key: cloud.adminKey }),
      ...(pair.body === undefined ? {} : { raw: fill(JSON.stringify(pair.body)) }),
      ...(pair.raw === undefined ? {} : { raw: pair.raw, headers: { 'content-type': '' } }),
    });
  };

  test.each(
    [...pairs, ...laterPairs].map((pair, place) => ({ ...pair, name: `${place} ${methodOf(pair)} ${pair.path}` })),
  )('$name', async (pair) => {
    const { status, headers, body } = await call(pair);
    expect([status, headers.get('content-type')?.split(';')[0]]).toEqual([200, 'application/json']);
    expect(body).toEqual(pair.reply(state));
    Object.assign(state, pair.keep?.(body));
    if (pair.ends === undefined) return;
    const end = await eventually('the end of the job', 15_000, async () => {
      const { body: job } = await send(`${cloud.url}/v1/nucleus/job/${state.job}`, { key: cloud.adminKey });
      return job.status === 'Running' ? undefined : job;
    });
    expect([end.status, end.job_progress, end.completed_steps]).toEqual(['Completed', '1.00', end.total_steps]);
    expect(end.message).toEqual(pair.ends(state));
  });
});

/** Routes without the names of their parameters, so that the contract's, the table's and the pairs' can be compared. */
const shape = (route: string) => route.replace(/\{[^}]*\}|:[A-Za-z]+/g, '*').replace(/\/$/, '');
const inTable = new Set(
  Object.values(cloudEndpoints).map(({ method, path }) =>
    shape(`${method.toUpperCase()} ${path === '/o/:token' ? '<signed_url>' : path.replace('/v1/nucleus/', '')}`),
  ),
);
const inPairs = new Set(pairs.map(({ route }) => shape(route)));
const inLaterPairs = new Set(laterPairs.map(({ route }) => shape(route)));

describe('the pairs', () => {
  test('are of routes of the endpoint table, 57 in all', () => {
    expect([...inPairs].filter((route) => !inTable.has(route))).toEqual([]);
    expect(inPairs.size).toBe(57);
  });
});

describeWithShared('reference', 'the route index of the contract', (folder) => {
  const routesOf = (tier: string, next: string) => {
    const text = readFileSync(join(folder, 'nucleus-api.md'), 'utf8');
    return text
      .slice(text.indexOf(`\n${tier}: `), text.indexOf(`\n${next}: `))
      .replace(`${tier}: `, '')
      .replaceAll('\n', ' ')
      .split(';')
      .flatMap((each) => {
        const [methods = '', path = ''] = each.trim().split(' ');
        return methods.split('|').map((method) => shape(`${method} ${path}`));
      });
  };

  test('has a pair and an endpoint for every route of tier A', () => {
    const routes = routesOf('A', 'B');
    expect(routes).toHaveLength(57);
    expect(routes.filter((route) => !inPairs.has(route))).toEqual([]);
    expect(routes.filter((route) => !inTable.has(route))).toEqual([]);
  });

  test('has a pair and an endpoint for every route of tier B', () => {
    const routes = routesOf('B', 'C');
    expect(routes).toHaveLength(48);
    expect(routes.filter((route) => !inTable.has(route))).toEqual([]);
    expect(routes.filter((route) => !inLaterPairs.has(route) && !inPairs.has(route))).toEqual([]);
  });
});
