import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { BodyOf, Endpoint, ParamsOf, ReplyOf } from '@nucleus/shared/wire/endpoint';
import { type LocalEndpointName, localEndpoints } from '@nucleus/shared/wire/local';
import type { z } from 'zod';
import { bearerOf } from './bearer.ts';
import { type Headers, sendJson } from './reply.ts';
import type { Session, ViewerSessions } from './viewer-sessions.ts';

/** Puts the agent's endpoint table on bare node:http: finds the route, proves the caller, reads and checks the body, answers. */

/** What a handler is given beside its body. */
export interface Caller {
  /** The page's origin; always there on POST. */
  origin: string | undefined;
  /** Address of the browser. */
  peer: string;
  /** There on endpoints of access `viewer`. */
  session: Session | undefined;
}

type EndpointOf<N extends LocalEndpointName> = (typeof localEndpoints)[N];
/** One function for each endpoint of the table; parameters and reply take their types from it. */
export type LocalHandlers = {
  [N in LocalEndpointName]: (input: {
    body: BodyOf<EndpointOf<N>>;
    params: ParamsOf<EndpointOf<N>>;
    caller: Caller;
  }) => ReplyOf<EndpointOf<N>> | Promise<ReplyOf<EndpointOf<N>>>;
};

export interface MountParts {
  handlers: LocalHandlers;
  sessions: ViewerSessions;
  /** The address that a request came from. */
  peerOf: (req: IncomingMessage) => string;
  /** Origins of this agent's own pages; only their sessions see paths. */
  ownOrigins: ReadonlySet<string>;
}

interface Route {
  name: LocalEndpointName;
  endpoint: Endpoint;
  segments: string[];
}

const maxBodyBytes = 1024 * 1024;

const routes: Route[] = Object.entries(localEndpoints).map(([name, endpoint]) => ({
  name: name as LocalEndpointName,
  endpoint,
  segments: endpoint.path.split('/'),
}));

/** A route found for a path, its parameters decoded. */
export interface RouteMatch {
  name: LocalEndpointName;
  endpoint: Endpoint;
  params: Record<string, string>;
}

/** All routes of a path, whatever their method. Parameters are decoded after splitting. */
export function matchRoutes(path: string): RouteMatch[] {
  const parts = path.split('/');
  return routes.flatMap(({ name, endpoint, segments }) => {
    const params = parts.length === segments.length ? matchSegments(segments, parts) : undefined;
    return params ? [{ name, endpoint, params }] : [];
  });
}

function matchSegments(segments: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [i, segment] of segments.entries()) {
    const part = parts[i] as string;
    if (!segment.startsWith(':')) {
      if (segment !== part) return undefined;
      continue;
    }
    try {
      params[segment.slice(1)] = decodeURIComponent(part);
    } catch {
      return undefined;
    }
  }
  return params;
}

/** Whether dashboards may call it as well as this agent's own pages. Everything else shows paths or grants access. */
export function isForDashboards(name: LocalEndpointName): boolean {
  return name === 'ping' || name === 'mintMediaLinks';
}

/** Runs one endpoint and answers. Headers are those of the cross-origin check. */
export async function runEndpoint(
  parts: MountParts,
  match: RouteMatch,
  req: IncomingMessage,
  res: ServerResponse,
  headers: Headers,
): Promise<void> {
  const { origin } = req.headers;
  const caller: Caller = { origin, peer: parts.peerOf(req), session: undefined };
  if (match.endpoint.method === 'post') assertOwnJson(req);
  if (match.endpoint.access === 'viewer') caller.session = findSession(parts, match, req);
  const raw = match.endpoint.body ? parseJson(await readBody(req)) : undefined;
  const body = match.endpoint.body ? parseBody(match.endpoint.body, raw) : undefined;
  const handler = parts.handlers[match.name] as (input: unknown) => unknown;
  const reply = await handler({ body, params: match.params, caller });
  sendJson(res, 200, reply, headers);
}

/** A page elsewhere can send a form or a beacon here, but neither with this type nor with a true Origin of its own choosing. */
function assertOwnJson(req: IncomingMessage): void {
  if (req.headers.origin === undefined) throw new AppError('origin-refused', 'The request names no origin.');
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(req.headers['content-type'] ?? '')) {
    throw new AppError('unsupported-media-type', 'The body must be application/json.');
  }
}

function findSession(parts: MountParts, match: RouteMatch, req: IncomingMessage): Session {
  const bearer = bearerOf(req);
  const session = bearer === undefined ? undefined : parts.sessions.find(bearer);
  if (!session)
    throw new AppError('unauthenticated', 'The viewer session is missing or has ended; open the viewer again.');
  const { origin } = req.headers;
  // a page's own GET carries no Origin; everything else does
  if (origin !== undefined && origin !== session.origin) {
    throw new AppError('origin-refused', 'This session belongs to another page.');
  }
  if (!isForDashboards(match.name) && !parts.ownOrigins.has(session.origin)) {
    throw new AppError('forbidden', 'File names are shown in the agent’s own viewer only.');
  }
  return session;
}

async function readBody(req: IncomingMessage): Promise<Buffer> {
  const tooLarge = new AppError('body-too-large', 'The body is larger than 1 MiB.');
  if (Number(req.headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new AppError('invalid-json', 'The body is not JSON.', { cause });
  }
}

function parseBody(schema: z.ZodType, raw: unknown): unknown {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const at = issue?.path.map(String).join('.');
  throw new AppError('invalid-request', `The request is not understood: ${issue?.message ?? 'unknown reason'}.`, {
    ...(at ? { at } : {}),
  });
}
