/**
 * Binds an endpoint of the table to its handler: proves the caller, checks the scope, parses what comes in, answers JSON.
 * Failures are thrown and become replies in one place (`reply-with-error.ts`).
 */
import type { IncomingMessage } from 'node:http';
import type { BodyOf, Endpoint, ParamsOf, QueryOf, ReplyOf } from '@nucleus/shared/wire/endpoint';
import type { Request, Response, Router } from 'express';
import type { Acting } from '../audit/acting.ts';
import { assertScope, authenticate, type Gate } from './authenticate.ts';
import type { Caller } from './caller.ts';
import { bodyReader, smallBodyBytes } from './read-body.ts';

/** Who asks, for which tenant and when. */
export interface RequestContext extends Acting {
  caller: Caller;
}

export interface Input<E extends Endpoint> {
  params: ParamsOf<E>;
  query: QueryOf<E>;
  body: BodyOf<E>;
}

export type Handler<E extends Endpoint> = (context: RequestContext, input: Input<E>) => Promise<ReplyOf<E>>;
/** A handler that reads the body itself, as it arrives. */
export type StreamHandler<E extends Endpoint> = (
  context: RequestContext,
  input: Input<E>,
  body: IncomingMessage,
) => Promise<ReplyOf<E>>;
/** A handler of an endpoint that anybody may call; it sees the exchange itself, for cookies. */
export type OpenHandler<E extends Endpoint> = (
  exchange: { request: Request; response: Response; nowMs: number },
  input: Input<E>,
) => Promise<ReplyOf<E>>;

/** Where endpoints are mounted, and what all of them share. */
export interface Mount {
  router: Router;
  gate: Gate;
  clock: () => number;
}

/** Mounts an endpoint that needs a proven caller. `bodyBytes` is the largest body that it reads. */
export function mountEndpoint<E extends Endpoint>(
  mount: Mount,
  endpoint: E,
  handler: Handler<E>,
  bodyBytes: number = smallBodyBytes,
): void {
  const readBody = endpoint.body === undefined ? undefined : bodyReader(bodyBytes);
  mountRoute(mount, endpoint, async (request, response) => {
    const context = await contextOf(mount, endpoint, request);
    const body = readBody === undefined ? undefined : await readBody(request, response);
    return handler(context, parseInput(endpoint, request, body));
  });
}

/** Mounts an endpoint whose handler reads the body as a stream. */
export function mountStream<E extends Endpoint>(mount: Mount, endpoint: E, handler: StreamHandler<E>): void {
  mountRoute(mount, endpoint, async (request) => {
    const context = await contextOf(mount, endpoint, request);
    return handler(context, parseInput(endpoint, request, undefined), request);
  });
}

/** Mounts an endpoint whose handler sees the exchange itself: it reads the body, or answers what is no JSON. */
export function mountExchange<E extends Endpoint>(
  mount: Mount,
  endpoint: E,
  handler: (
    context: RequestContext,
    input: Input<E>,
    exchange: { request: Request; response: Response },
  ) => Promise<ReplyOf<E>>,
): void {
  mountRoute(mount, endpoint, async (request, response) => {
    const context = await contextOf(mount, endpoint, request);
    const { body: _unread, ...withoutBody } = endpoint;
    return handler(context, parseInput(withoutBody as E, request, undefined), { request, response });
  });
}

/** Mounts an endpoint of access `open`. */
export function mountOpen<E extends Endpoint>(mount: Mount, endpoint: E, handler: OpenHandler<E>): void {
  const readBody = endpoint.body === undefined ? undefined : bodyReader(smallBodyBytes);
  mountRoute(mount, endpoint, async (request, response) => {
    const body = readBody === undefined ? undefined : await readBody(request, response);
    return handler({ request, response, nowMs: mount.clock() }, parseInput(endpoint, request, body));
  });
}

function mountRoute(
  mount: Mount,
  endpoint: Endpoint,
  answer: (request: Request, response: Response) => Promise<unknown>,
): void {
  mount.router[endpoint.method](endpoint.path, async (request: Request, response: Response) => {
    response.locals.endpoint = endpoint;
    const reply = await answer(request, response);
    // A handler that has answered by itself sent something else than JSON.
    if (response.headersSent || response.destroyed) return;
    response.set('Cache-Control', 'no-store');
    response.status(200).json(reply);
  });
}

async function contextOf(mount: Mount, endpoint: Endpoint, request: Request): Promise<RequestContext> {
  const nowMs = mount.clock();
  const caller = await authenticate(mount.gate, request, nowMs);
  if (endpoint.access !== 'open' && endpoint.access !== 'viewer') assertScope(caller, endpoint.access);
  return { tenantId: caller.tenantId, actor: caller.actor, nowMs, caller };
}

/** @throws ZodError for what the endpoint's schemas refuse */
function parseInput<E extends Endpoint>(endpoint: E, request: Request, body: unknown): Input<E> {
  return {
    params: request.params as ParamsOf<E>,
    query: endpoint.query?.parse(request.query) as QueryOf<E>,
    body: endpoint.body?.parse(body) as BodyOf<E>,
  };
}
