import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { SessionView } from '@nucleus/shared/wire/viewer';
import { Registry } from 'prom-client';
import type { DistantFiles } from '../source/distant-files.ts';
import { prepareLookups } from '../state/lookups.ts';
import type { State } from '../state/open-state.ts';
import { keepPlaces } from '../state/places.ts';
import { readAllowlist } from './address-allowlist.ts';
import { type ListenAddress, ownNames, parseListen, spellAuthority } from './host-allowlist.ts';
import { limitConnections } from './limit-connections.ts';
import { type MediaKeys, openMediaKeys } from './media-keys.ts';
import { limitAttempts } from './passcode.ts';
import { peerAddress } from './peer-address.ts';
import { openPreviewDisk } from './preview-disk.ts';
import { keepPreviews, type MakePreview } from './previews.ts';
import { keepProvenLinks } from './proven-links.ts';
import { registerMetrics } from './proxy-metrics.ts';
import { followTls, readTls, type TlsFiles } from './read-tls.ts';
import type { Log } from './reply.ts';
import { answerRequest, type ProxyParts } from './route-request.ts';
import { serveEarly } from './serve-early.ts';
import { keepKnownAnswers } from './serve-known.ts';
import type { MediaParts, ServedSource } from './serve-media.ts';
import { readPages } from './static-pages.ts';
import { careHandlers } from './viewer-care.ts';
import { connectHandlers } from './viewer-connect.ts';
import { findHandlers } from './viewer-find.ts';
import { itemHandlers } from './viewer-item.ts';
import { type LinkRequest, linkHandlers, mintLink } from './viewer-links.ts';
import { type Overview, pageHandlers, type WhatLeft } from './viewer-pages.ts';
import type { ViewerParts } from './viewer-parts.ts';
import { sessionHandlers, sessionView } from './viewer-session-list.ts';
import { createViewerSessions, type ViewerSessions } from './viewer-sessions.ts';

export interface ProxyOptions {
  state: State;
  sources: readonly ServedSource[];
  /** HOST:PORT; port 0 takes a free one. */
  listen: string;
  /** Origin under which browsers reach this agent; default http://LISTEN. */
  publicUrl?: string | undefined;
  /** Serves https with these files, and takes them anew when they change; without them http. */
  tls?: TlsFiles | undefined;
  /** Addresses or CIDR ranges of reverse proxies whose X-Forwarded-For is believed. */
  trustedProxies?: readonly string[] | undefined;
  dashboardOrigins: readonly string[];
  assetIpAllowlist: readonly string[];
  metricsFromAnywhere: boolean;
  keys: { agentId: string; media: Uint8Array };
  /** As spelled by `hashPasscode`; without one nobody enters from outside this machine. */
  passcodeHash?: string | undefined;
  makePreview: MakePreview;
  /** Reads what lies on file systems that may stop to answer; closed by whoever opened it. */
  distant: DistantFiles;
  whatLeft: (itemKey: Buffer) => WhatLeft | undefined | Promise<WhatLeft | undefined>;
  overview: () => Overview | Promise<Overview>;
  viewer: ViewerParts;
  /** Called when a file was found to differ from its row; `path` is relative to the source. */
  recheck: (alias: string, path: Buffer) => void;
  /** Folder of the built pages. */
  webRoot: string;
  previewsDir: string;
  maxCacheBytes: number;
  version: string;
  log: Log;
  /** Metrics of the whole process, when there are more than the proxy's. */
  registry?: Registry | undefined;
  /** Seconds since 1970; for tests of what a clock does. */
  now?: (() => number) | undefined;
}

export interface RunningProxy {
  /** Origin under which browsers reach this agent. */
  url: string;
  /** Where it really listens. */
  listening: ListenAddress;
  /** A one-time code for `/viewer/#code=…`. */
  mintViewerCode(): string;
  mintLink(request: LinkRequest): { url: string; expiresAt: number };
  sessions: Pick<ViewerSessions, 'list' | 'revoke'>;
  /** Sessions and shares as people are told of them. */
  listSessions(): SessionView[];
  /** Ends every session, code and link made until now, at once and for good. */
  revokeAll(): void;
  /** Signs with another media key from now on; links of the key before it open until they end. */
  rotateMediaKey: MediaKeys['rotate'];
  close(): Promise<void>;
}

/** Lets replies in work end before the rest is cut. */
const closeGraceMs = 2000;

/**
 * Serves media, the viewer's API and the agent's own pages.
 * @throws AppError `port-in-use`, `config-invalid`.
 */
export async function startProxy(options: ProxyOptions): Promise<RunningProxy> {
  const now = options.now ?? ((): number => Date.now() / 1000);
  const allowlist = readAllowlist(options.assetIpAllowlist);
  const disk = await openPreviewDisk(options.previewsDir, options.maxCacheBytes, options.log);
  const server = openServer(options.tls);
  const connections = limitConnections(server);
  const stopFollowing =
    options.tls && 'setSecureContext' in server ? followTls(server, options.tls, options.log) : undefined;
  const scheme = options.tls ? 'https:' : 'http:';
  const listen = await listenAt(server, parseListen(options.listen));
  const publicUrl = options.publicUrl ?? `${scheme}//${spellAuthority(listen.host, listen.port)}`;
  const names = ownNames(listen, publicUrl, scheme);
  const sources = new Map(options.sources.map((source) => [source.sourceNo, source]));
  const lookups = prepareLookups(options.state);
  const sessions = createViewerSessions(now);
  const keys = openMediaKeys(options.state, options.keys.media, now);
  const registry = options.registry ?? new Registry();
  const metrics = registerMetrics(registry, () => sessions.list().length, disk.bytes);
  const monotonicMs = (): number => performance.now();
  const links = { lookups, sources, keys, publicUrl, showsVideos: options.viewer.showsVideos, now };
  const dashboardOrigins = new Set(options.dashboardOrigins);
  const { agentId } = options.keys;
  const connect = {
    agentId,
    names,
    dashboardOrigins,
    sessions,
    attempts: limitAttempts(now),
    passcodeHash: options.passcodeHash,
  };
  const revokeAll = (): void => {
    sessions.revokeAll();
    keys.raiseEpoch();
  };
  const trusted = readAllowlist(options.trustedProxies ?? [], 'trusted_proxies');
  const peerOf = (req: IncomingMessage): string => peerAddress(req, trusted);
  const places = keepPlaces(lookups, monotonicMs);
  const media: MediaParts = {
    ...{ lookups, sources, sessions, now },
    links: keepProvenLinks({ keys, sessions, lookups, now }),
    previews: keepPreviews(options.makePreview, disk, monotonicMs),
    distant: options.distant,
    recheck: options.recheck,
    countBytes: metrics.countMediaBytes,
  };
  const readers = new Set([...dashboardOrigins, ...names.origins]);
  const known = keepKnownAnswers(media);
  const countWhole = (bytes: number): void => {
    metrics.countMediaBytes(bytes);
    metrics.countReply('media', 200);
  };
  const parts: ProxyParts = {
    names,
    readers,
    media,
    known,
    allowlist,
    peerOf,
    mount: {
      peerOf,
      sessions,
      ownOrigins: names.origins,
      handlers: {
        ping: () => ({ agent_id: agentId, version: options.version }),
        ...connectHandlers(connect),
        ...linkHandlers(links),
        ...pageHandlers({
          ...{ lookups, places, sources, showsVideos: options.viewer.showsVideos },
          ...{ overview: options.overview, whatLeft: options.whatLeft },
        }),
        ...findHandlers({ ...options.viewer, lookups, sources }),
        ...itemHandlers({ ...options.viewer, ...links, sessions }),
        ...careHandlers({ ...options.viewer, state: options.state, lookups, sources }),
        ...sessionHandlers({ sessions, ownOrigins: names.origins, revokeAll }),
      },
    },
    pages: readPages(options.webRoot),
    registry,
    metrics,
    connections,
    countWhole,
    metricsFromAnywhere: options.metricsFromAnywhere,
    whyNotReady: () => whyNotReady(options.state),
    log: options.log,
  };
  const early = serveEarly(server, options.tls !== undefined, limits, {
    ...{ known, connections, authorities: names.authorities, readers, count: countWhole, now },
  });
  server.on('request', (req, res) => answerRequest(parts, req, res));
  options.log.info({ listen: spellAuthority(listen.host, listen.port) }, 'proxy listens');
  return {
    url: publicUrl,
    listening: listen,
    mintViewerCode: sessions.mintCode,
    mintLink: (request) => mintLink(links, request),
    sessions,
    listSessions: () => sessions.list().map((session) => sessionView(session, names.origins)),
    revokeAll,
    rotateMediaKey: keys.rotate,
    close: () => {
      stopFollowing?.();
      early.close();
      return closeServer(server);
    },
  };
}

const limits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5000,
  maxRequestsPerSocket: 1000,
  // a client that takes nothing for this long is cut
  stallTimeout: 60_000,
};

function openServer(tls: TlsFiles | undefined): Server | TlsServer {
  const options = {
    ...limits,
    connectionsCheckingInterval: 2000,
    maxHeaderSize: 8192,
    // a missing Host is answered like a wrong one
    requireHostHeader: false,
  };
  const server = tls
    ? createTlsServer({ ...options, ...readTls(tls), minVersion: 'TLSv1.2', handshakeTimeout: 10_000 })
    : createServer(options);
  server.maxRequestsPerSocket = limits.maxRequestsPerSocket;
  server.setTimeout(limits.stallTimeout);
  return server;
}

async function listenAt(server: Server | TlsServer, { host, port }: ListenAddress): Promise<ListenAddress> {
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    if (code !== 'EADDRINUSE') {
      throw new AppError('config-invalid', `The agent cannot listen at ${spellAuthority(host, port)} (${code}).`, {
        cause,
      });
    }
    throw new AppError(
      'port-in-use',
      `Port ${port} on ${host} is in use by another program; stop it or set listen to another port.`,
      { cause },
    );
  }
  const address = server.address();
  return { host, port: typeof address === 'object' && address ? address.port : port };
}

function whyNotReady(state: State): string | undefined {
  try {
    const sources = state.prepare<[], { state: string }>('select state from sources').all();
    const isAllSuspended = sources.length > 0 && sources.every((source) => source.state === 'suspended');
    return isAllSuspended ? 'every source is suspended' : undefined;
  } catch {
    return 'the state cannot be read';
  }
}

async function closeServer(server: Server | TlsServer): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), closeGraceMs);
  await closed;
  clearTimeout(cut);
}
