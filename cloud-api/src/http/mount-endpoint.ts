/**
 * Binds an endpoint of the table to its handler: proves the caller, checks the scope, parses what comes in, answers JSON.
 * Failures are thrown and become replies in one place (`reply-with-error.ts`).
 */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BodyOf, Endpoint, ParamsOf, QueryOf, ReplyOf } from '@nucleus/shared/wire/endpoint';
import type { Request, Response, Router } from 'express';
import type { Acting } from '../audit/acting.ts';
import { assertScope, authenticate, type Gate } from './authenticate.ts';
import type { BodyBudget } from './body-budget.ts';
import type { Caller } from './caller.ts';
import { assertWithin, cutReply } from './limit-datasets.ts';
import { type BodyLocals, bodyReader, smallBodyBytes } from './read-body.ts';
import type { FairShare } from './share-fairly.ts';

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
  share: FairShare;
  bodies: BodyBudget;
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
    const context = await contextOf(mount, endpoint, request, response, { cutsReply: true });
    const body = readBody === undefined ? undefined : await readBody(request, response);
    const input = parseInput(endpoint, request, body);
    const reply = await mount.share.run(context.tenantId, sharerOf(context.caller), () => handler(context, input));
    return cutReply(context.caller, endpoint, reply);
  });
}

/**
 * Mounts an endpoint whose path ends with names that clients put there as they are, slashes and all. The handler gets the parts of the path
 * from `:referenceId` on, each decoded.
 */
export function mountNamed<E extends Endpoint>(
  mount: Mount,
  endpoint: E,
  handler: (context: RequestContext, input: Input<E>, parts: string[]) => Promise<ReplyOf<E>>,
): void {
  const path = endpoint.path.slice(0, endpoint.path.indexOf(':referenceId'));
  mountRoute(mount, { ...endpoint, path: `${path}*names` }, async (request, response) => {
    const context = await contextOf(mount, endpoint, request, response);
    const names = (request.params as Record<string, unknown>).names as string[];
    const input = parseInput(endpoint, request, undefined);
    return mount.share.run(context.tenantId, sharerOf(context.caller), () => handler(context, input, names));
  });
}

/** Mounts an endpoint whose handler reads the body as a stream. */
export function mountStream<E extends Endpoint>(mount: Mount, endpoint: E, handler: StreamHandler<E>): void {
  mountRoute(mount, endpoint, async (request, response) => {
    const context = await contextOf(mount, endpoint, request, response);
    return handler(context, parseInput(endpoint, request, undefined), request);
  });
}

/** A reply that is written piece by piece, as the reader takes it. */
export interface Download {
  mediaType: string;
  /** ASCII without quotes. */
  fileName: string;
  pieces: AsyncIterable<string>;
}

/** Mounts an endpoint that answers a file. What fails before the first piece is an error reply; later the connection breaks. */
export function mountDownload<E extends Endpoint>(
  mount: Mount,
  endpoint: E,
  handler: (context: RequestContext, input: Input<E>) => Promise<Download>,
): void {
  mount.router[endpoint.method](endpoint.path, async (request: Request, response: Response) => {
    response.locals.endpoint = endpoint;
    const context = await contextOf(mount, endpoint, request, response);
    const { mediaType, fileName, pieces } = await handler(context, parseInput(endpoint, request, undefined));
    response.set('Content-Disposition', `attachment; filename="${fileName}"`);
    await sendPieces(response, mediaType, pieces);
  });
}

/** Mounts an endpoint whose JSON is too large for one text: the handler spells it in pieces, as {@link mountDownload} does. */
export function mountPieces<E extends Endpoint>(
  mount: Mount,
  endpoint: E,
  handler: (context: RequestContext, input: Input<E>) => Promise<AsyncIterable<string>>,
): void {
  const readBody = endpoint.body === undefined ? undefined : bodyReader(smallBodyBytes);
  mount.router[endpoint.method](endpoint.path, async (request: Request, response: Response) => {
    response.locals.endpoint = endpoint;
    const context = await contextOf(mount, endpoint, request, response);
    const body = readBody === undefined ? undefined : await readBody(request, response);
    await sendPieces(response, 'application/json', await handler(context, parseInput(endpoint, request, body)));
  });
}

const mostWatchers = 32;

async function sendPieces(response: Response, mediaType: string, pieces: AsyncIterable<string>): Promise<void> {
  const begun = await begin(pieces);
  // a pipeline watches the reply's end several times over, beside the log, the limits and the metrics
  response.setMaxListeners(mostWatchers);
  response.set('Cache-Control', 'no-store');
  response.set('Content-Type', mediaType);
  await pipeline(Readable.from(begun), response).catch((error: unknown) => {
    // a reader that goes away is no failure of ours
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE')) throw error;
  });
}

/** The same pieces, two of them at hand: the first alone may be a header that nothing was read for. */
async function begin(pieces: AsyncIterable<string>): Promise<AsyncIterable<string>> {
  const iterator = pieces[Symbol.asyncIterator]();
  const ready = [await iterator.next(), await iterator.next()].flatMap((step) => (step.done ? [] : [step.value]));
  return (async function* () {
    yield* ready;
    yield* { [Symbol.asyncIterator]: () => iterator };
  })();
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
    const context = await contextOf(mount, endpoint, request, response);
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

async function contextOf(
  mount: Mount,
  endpoint: Endpoint,
  request: Request,
  response: Response,
  options = { cutsReply: false },
): Promise<RequestContext> {
  const nowMs = mount.clock();
  const caller = await authenticate(mount.gate, request, nowMs);
  const close = mount.share.open(caller.tenantId, sharerOf(caller));
  if (response.closed) close();
  else response.once('close', close);
  (response.locals as BodyLocals).holdBody = (bytes) => mount.bodies.hold(caller.tenantId, bytes);
  if (endpoint.access !== 'open' && endpoint.access !== 'viewer') assertScope(caller, endpoint.access);
  await assertWithin(mount.gate.db, caller, endpoint, request.params as Record<string, string>, options);
  return { tenantId: caller.tenantId, actor: caller.actor, nowMs, caller };
}

/** Within its tenant, whose requests are counted together: those of a key, and those of all sessions. */
function sharerOf(caller: Caller): string {
  return caller.keyId ?? 'session';
}

/** @throws ZodError for what the endpoint's schemas refuse */
function parseInput<E extends Endpoint>(endpoint: E, request: Request, body: unknown): Input<E> {
  return {
    params: request.params as ParamsOf<E>,
    query: endpoint.query?.parse(request.query) as QueryOf<E>,
    body: endpoint.body?.parse(body) as BodyOf<E>,
  };
}
