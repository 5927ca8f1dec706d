/** The OpenAPI 3.1 document of the cloud, made from the endpoint table: what is mounted is what is described. Pure. */
import { errorCodes } from '@nucleus/shared/failure/error-codes';
import type { Endpoint } from '@nucleus/shared/wire/endpoint';
import { ErrorReply } from '@nucleus/shared/wire/error-reply';
import { z } from 'zod';
import {
  createDocument as createOpenApi,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { composeExample } from './compose-example.ts';

const version = '0.1.0';

/** Codes that any route may answer. */
const always = ['invalid-request', 'overloaded', 'internal'] as const;
const closedAlways = ['unauthenticated', 'forbidden'] as const;

/** @param table endpoints by name; the name becomes the `operationId` */
export function createDocument(table: Readonly<Record<string, Endpoint>>): ReturnType<typeof createOpenApi> {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const [name, endpoint] of Object.entries(table)) {
    const path = endpoint.path.replace(/:([A-Za-z]+)/g, '{$1}');
    paths[path] = { ...paths[path], [endpoint.method]: operationOf(name, endpoint) };
  }
  return createOpenApi({
    openapi: '3.1.0',
    info: {
      title: 'Nucleus privacy mode: cloud API',
      version,
      description:
        'Routes below /v1/nucleus speak Scale Nucleus’ REST API. Send an API key as the user of HTTP Basic with an empty password, or a limited access key as x-limited-access-key.',
    },
    security: [{ apiKey: [] }, { limitedKey: [] }, { session: [] }],
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'basic', description: 'API key as user, empty password' },
        limitedKey: { type: 'apiKey', in: 'header', name: 'x-limited-access-key' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-nucleus', description: 'A dashboard session' },
      },
    },
    paths: paths as ZodOpenApiPathsObject,
  });
}

function operationOf(name: string, endpoint: Endpoint): ZodOpenApiOperationObject {
  const parameters = [...endpoint.path.matchAll(/:([A-Za-z]+)/g)].map(([, parameter]) => parameter as string);
  const isOpen = endpoint.access === 'open';
  return {
    operationId: name,
    summary: endpoint.summary,
    ...(isOpen ? {} : { description: `Needs the scope \`${endpoint.access}\`.` }),
    tags: [tagOf(endpoint.path)],
    ...(isOpen ? { security: [] } : {}),
    requestParams: {
      ...(parameters.length === 0
        ? {}
        : { path: z.object(Object.fromEntries(parameters.map((parameter) => [parameter, z.string()]))) }),
      ...(endpoint.query instanceof z.ZodObject ? { query: endpoint.query } : {}),
    },
    ...(endpoint.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: endpoint.body, example: composeExample(endpoint.body) } },
          },
        }),
    responses: responsesOf(endpoint, isOpen),
  };
}

function responsesOf(endpoint: Endpoint, isOpen: boolean): ZodOpenApiResponsesObject {
  const codes = [...new Set([...always, ...(isOpen ? [] : closedAlways), ...endpoint.errors])];
  const byStatus = new Map<number, string[]>();
  for (const code of codes) {
    const { status } = errorCodes[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const failures = [...byStatus].map(([status, named]) => [
    String(status),
    {
      description: `\`x-error-code\`: ${named.map((code) => `\`${code}\``).join(', ')}`,
      content: { 'application/json': { schema: ErrorReply } },
    },
  ]);
  return { 200: successOf(endpoint), ...Object.fromEntries(failures) };
}

function successOf(endpoint: Endpoint) {
  if (endpoint.reply instanceof z.ZodVoid) return { description: 'No JSON: the bytes, or a redirect to them.' };
  if (endpoint.reply instanceof z.ZodString) {
    return { description: 'The file.', content: { 'application/octet-stream': { schema: z.string() } } };
  }
  return { description: 'Done.', content: { 'application/json': { schema: endpoint.reply } } };
}

/** Heading under which a route stands: its resource, those of Nucleus apart from our own. */
function tagOf(path: string): string {
  const [first = '', second = ''] = path.split('/').filter((part) => part !== '' && part !== 'v1');
  if (first !== 'nucleus') return first;
  return `nucleus ${second.startsWith(':') ? 'scenes' : second.replace(/^(job|model)$/, '$1s')}`;
}
