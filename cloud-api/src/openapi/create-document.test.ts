import type { Endpoint } from '@nucleus/shared/wire/endpoint';
import { cloudEndpoints } from '@nucleus/shared/wire/endpoints';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { composeExample } from './compose-example.ts';
import { createDocument } from './create-document.ts';

const table = Object.entries<Endpoint>(cloudEndpoints);
const { paths = {}, openapi, components } = createDocument(cloudEndpoints);
interface Operation {
  operationId: string;
  summary: string;
  parameters: { name: string; in: string }[];
  security?: unknown[];
  requestBody?: { content: Record<string, { example?: unknown }> };
  responses: Record<string, unknown>;
}
const operationOf = ({ method, path }: Endpoint): Operation =>
  (paths[path.replace(/:([A-Za-z]+)/g, '{$1}')] as Record<string, unknown>)[method] as Operation;

test('every endpoint of the table is described, and nothing else', () => {
  const described = Object.values(paths).flatMap((path) =>
    Object.values(path as object).map((each) => each.operationId),
  );
  expect(openapi).toBe('3.1.0');
  expect(described.toSorted()).toEqual(table.map(([name]) => name).toSorted());
});

test.each(table)('%s: parameters, security, errors and an example that its own schema takes', (_name, endpoint) => {
  const operation = operationOf(endpoint);
  expect(operation.summary).toBe(endpoint.summary);
  const inPath = operation.parameters.filter((each) => each.in === 'path');
  expect(inPath.map((each) => `:${each.name}`)).toEqual(endpoint.path.match(/:[A-Za-z]+/g) ?? []);
  expect(operation.security).toEqual(endpoint.access === 'open' ? [] : undefined);
  if (endpoint.access !== 'open')
    expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['401', '403']));
  const told = JSON.stringify(operation.responses);
  for (const code of endpoint.errors) expect(told).toContain(`\`${code}\``);
  const { example } = operation.requestBody?.content['application/json'] ?? {};
  if (endpoint.body === undefined) expect(operation.requestBody).toBeUndefined();
  else expect(endpoint.body.safeParse(example).error?.issues).toBeUndefined();
});

test('every reference inside the document leads somewhere', () => {
  const text = JSON.stringify(paths);
  const named = new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name as string));
  expect([...named].filter((name) => components?.schemas?.[name] === undefined)).toEqual([]);
});

test('an example is what the metadata says, else the plainest value', () => {
  const schema = z.object({
    named: z.string().meta({ example: 'a name' }),
    plain: z.string().optional(),
    count: z.int().min(3),
    few: z.int().max(0),
    kind: z.enum(['b', 'a']),
    list: z.array(z.literal(7)),
    either: z.union([z.boolean(), z.string()]),
    filled: z.string().default('there'),
  });
  const example = composeExample(schema);
  expect(example).toEqual({
    named: 'a name',
    count: 3,
    few: 0,
    kind: 'b',
    list: [7],
    either: true,
    filled: 'there',
  });
  expect(schema.safeParse(example).success).toBe(true);
});
