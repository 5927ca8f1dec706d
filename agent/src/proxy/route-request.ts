import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Registry } from 'prom-client';
import type { AddressAllowlist } from './address-allowlist.ts';
import { allowOrigin, preflightHeaders } from './cross-origin.ts';
import { isForUs, isLoopbackHost, isLoopbackPeer, type OwnNames, ownTarget } from './host-allowlist.ts';
import type { ConnectionLimit } from './limit-connections.ts';
import { isForDashboards, type MountParts, matchRoutes, runEndpoint } from './mount-endpoints.ts';
import { lookOf } from './proven-links.ts';
import type { ProxyMetrics, ProxyRoute } from './proxy-metrics.ts';
import { type Headers, type Log, sendError, sendJson, sendText } from './reply.ts';
import { sendSmall } from './send-descriptor.ts';
import { serveAsset } from './serve-asset.ts';
import type { KnownAnswers } from './serve-known.ts';
import { type MediaParts, serveMedia } from './serve-media.ts';
import type { StaticPages } from './static-pages.ts';

/** Everything a request can meet, by route. */
export interface ProxyParts {
  names: OwnNames;
  /** The configured dashboards and this agent's own pages. */
  readers: ReadonlySet<string>;
  media: MediaParts;
  known: KnownAnswers;
  allowlist: AddressAllowlist;
  /** The address that a request came from. */
  peerOf: (req: IncomingMessage) => string;
  mount: MountParts;
  pages: StaticPages;
  registry: Registry;
  metrics: ProxyMetrics;
  connections: ConnectionLimit;
  /** Told of every whole answer on the short way. */
  countWhole: (bytes: number) => void;
  metricsFromAnywhere: boolean;
  /** Undefined when the agent can work, else what is broken. */
  whyNotReady: () => string | undefined;
  log: Log;
}

const mediaMethods = 'GET, HEAD, OPTIONS';
/** Why: an address meant for another name is a page elsewhere trying this machine's; it learns nothing but that. */
const wrongHost = 'This agent does not answer to that name.';

/** Answers one request. What fails becomes a reply, or cuts the connection when a reply had begun. */
export function answerRequest(parts: ProxyParts, req: IncomingMessage, res: ServerResponse): void {
  if (answerAtOnce(parts, req, res)) {
    // what the system did not take at once is still on its way to a slow reader
    if (res.writableLength > 0) parts.connections.begin(req.socket, res);
    else parts.connections.passed(req.socket);
    return;
  }
  parts.connections.begin(req.socket, res);
  void routeRequest(parts, req, res);
}

/** The short way of links that were answered before, with nothing before it that they do not need. */
function answerAtOnce(parts: ProxyParts, req: IncomingMessage, res: ServerResponse): boolean {
  const { method, url = '', headers } = req;
  if (method !== 'GET' || !url.startsWith('/m/')) return false;
  if (headers.range !== undefined || headers['if-none-match'] !== undefined) return false;
  const { accept, origin } = headers;
  if (origin !== undefined && !parts.readers.has(origin)) return false;
  if (!isForUs(req.rawHeaders, parts.names.authorities)) return false;
  const reply = parts.known.find(url.slice(3), lookOf(accept, origin));
  if (!reply) return false;
  const { answer, age, body, isLent } = reply;
  answer.head[answer.head.length - 1] = age;
  res.writeHead(200, answer.head);
  if (isLent) sendSmall(res, body);
  else res.end(body);
  parts.countWhole(body.length);
  return true;
}

/** Never rejects. */
async function routeRequest(parts: ProxyParts, req: IncomingMessage, res: ServerResponse): Promise<void> {
  // what a reply must say to its page even when it is an error, once the origin was found good
  const headers: Headers = {};
  let route: ProxyRoute = 'none';
  res.once('close', () => parts.metrics.countReply(route, res.statusCode));
  try {
    const target = ownTarget({ url: req.url ?? '', rawHeaders: req.rawHeaders }, parts.names.authorities);
    if (target === undefined) throw new AppError('wrong-host', wrongHost);
    if (target.startsWith('/m/') || target.startsWith('/assets/')) {
      route = target.startsWith('/m/') ? 'media' : 'assets';
      await routeMedia(parts, req, res, target, headers);
    } else if (target.startsWith('/v1/')) {
      route = 'api';
      await routeApi(parts, req, res, target, headers);
    } else {
      route = await routePage(parts, req, res, pathOf(target));
    }
  } catch (error) {
    sendError(req, res, error, parts.log, headers);
  }
}

function pathOf(target: string): string {
  const end = target.search(/[?#]/);
  return end === -1 ? target : target.slice(0, end);
}

async function routeMedia(
  parts: ProxyParts,
  req: IncomingMessage,
  res: ServerResponse,
  target: string,
  headers: Headers,
): Promise<void> {
  if (req.method !== 'GET' && req.method !== 'HEAD' && req.method !== 'OPTIONS') {
    headers.allow = mediaMethods;
    throw new AppError('method-not-allowed', 'Files can only be read.');
  }
  Object.assign(headers, allowOrigin(req, parts.readers));
  if (req.method === 'OPTIONS') return answerOptions(res, mediaMethods, headers);
  if (target.startsWith('/m/')) {
    await serveMedia(parts.media, req, res, pathOf(target).slice(3), headers);
  } else {
    const mayRead = parts.allowlist.has(parts.peerOf(req));
    await serveAsset(parts.media, mayRead, req, res, target, headers);
  }
}

async function routeApi(
  parts: ProxyParts,
  req: IncomingMessage,
  res: ServerResponse,
  target: string,
  headers: Headers,
): Promise<void> {
  const matches = matchRoutes(pathOf(target));
  const [first] = matches;
  if (!first) throw new AppError('not-found', 'There is no such address.');
  const methods = matches.map((match) => match.endpoint.method.toUpperCase());
  const isShared = isForDashboards(first.name);
  Object.assign(headers, allowOrigin(req, isShared ? parts.readers : parts.names.origins));
  const allowed = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  if (req.method === 'OPTIONS') return answerOptions(res, allowed, headers);
  const method = req.method === 'HEAD' ? 'get' : req.method?.toLowerCase();
  const match = matches.find((candidate) => candidate.endpoint.method === method);
  if (!match) {
    headers.allow = allowed;
    throw new AppError('method-not-allowed', `This address takes ${allowed}.`);
  }
  await runEndpoint(parts.mount, match, req, res, headers);
}

function answerOptions(res: ServerResponse, methods: string, headers: Headers): void {
  const isCrossOrigin = headers['access-control-allow-origin'] !== undefined;
  res.writeHead(204, { ...headers, allow: methods, ...(isCrossOrigin ? preflightHeaders(methods) : {}) }).end();
}

async function routePage(
  parts: ProxyParts,
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
): Promise<ProxyRoute> {
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    throw new AppError('method-not-allowed', 'This address can only be read.');
  }
  if (path === '/') {
    res.writeHead(302, { 'location': '/viewer/', 'content-length': 0, 'cache-control': 'no-store' }).end();
    return 'page';
  }
  if (path === '/healthz') {
    sendJson(res, 200, { status: 'alive' });
    return 'health';
  }
  if (path === '/readyz') {
    const reason = parts.whyNotReady();
    sendJson(
      res,
      reason === undefined ? 200 : 503,
      reason === undefined ? { status: 'ready' } : { status: 'not-ready', reason },
    );
    return 'health';
  }
  if (path === '/metrics' && mayReadMetrics(parts, req)) {
    sendText(res, 200, await parts.registry.metrics(), { 'content-type': parts.registry.contentType });
    return 'health';
  }
  if (parts.pages.serve(req, res, path)) return 'page';
  throw new AppError('not-found', 'There is no such address.');
}

/** A reverse proxy on this machine makes everybody a local peer, so a published address that is not local counts as anywhere. */
function mayReadMetrics(parts: ProxyParts, req: IncomingMessage): boolean {
  if (parts.metricsFromAnywhere) return true;
  const host = (req.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  return isLoopbackPeer(parts.peerOf(req)) && (parts.names.isLocalOnly || isLoopbackHost(host));
}
