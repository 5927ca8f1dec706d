/** Asks the cloud the least that tells whether it can be reached: one GET of /healthz, without a key and without a body. */
import { lookup } from 'node:dns/promises';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { got, RequestError } from 'got';
import { openConnections, type Route } from './open-connections.ts';

/** What was seen on the way. A step that failed has its error code; later steps are absent. */
export interface CloudProbe {
  /** How many addresses the name has. */
  lookup: { addresses: number } | { error: string };
  /** Only for https. */
  tls?: { protocol: string; validToMs: number } | { error: string };
  /** `serverMs` is the Date header, `localMs` the middle of the exchange on this clock. */
  http?: { status: number; serverMs: number | undefined; localMs: number } | { error: string };
}

const limitMs = 10_000;

/** Never throws. Through a proxy, the proxy's name is the one that is looked up here. */
export async function probeCloud(cloudUrl: string, version: string, route: Route): Promise<CloudProbe> {
  const url = new URL(cloudUrl);
  const host = hostOf(new URL(route.proxyUrl ?? cloudUrl));
  let addresses: number;
  try {
    addresses = (await lookup(host, { all: true })).length;
  } catch (error) {
    return { lookup: { error: codeOf(error) } };
  }
  const tls = url.protocol === 'https:' ? await shakeHands(url, route) : undefined;
  const probe: CloudProbe = { lookup: { addresses }, ...(tls ? { tls } : {}) };
  return tls && 'error' in tls ? probe : { ...probe, http: await askHealth(cloudUrl, version, route) };
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

/** A handshake and nothing else. */
function shakeHands(url: URL, route: Route): Promise<NonNullable<CloudProbe['tls']>> {
  const connections = openConnections(route);
  return new Promise<NonNullable<CloudProbe['tls']>>((resolve) => {
    const options = {
      host: hostOf(url),
      port: Number(url.port || 443),
      servername: hostOf(url),
      ...(route.caPem === undefined ? {} : { ca: route.caPem }),
      timeout: limitMs,
    };
    const watch = (socket: TLSSocket): void => {
      socket.once('secureConnect', () => {
        const certificate: PeerCertificate = socket.getPeerCertificate();
        resolve({ protocol: socket.getProtocol() ?? 'unknown', validToMs: Date.parse(certificate.valid_to) });
        socket.destroy();
      });
      socket.once('timeout', () => socket.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })));
      socket.once('error', (error) => resolve({ error: codeOf(error) }));
    };
    if (route.proxyUrl === undefined) return watch(connect(options));
    // the tunnel hands its socket to a callback, which Node's own types do not know
    const tunnel = connections.https as unknown as {
      createConnection(to: object, done: (error: Error | null, socket: TLSSocket) => void): void;
    };
    tunnel.createConnection(options, (error, socket) => (error ? resolve({ error: codeOf(error) }) : watch(socket)));
  }).finally(() => connections.https.destroy());
}

async function askHealth(cloudUrl: string, version: string, route: Route): Promise<NonNullable<CloudProbe['http']>> {
  const agent = openConnections(route);
  const startedMs = Date.now();
  try {
    const reply = await got(`${cloudUrl.replace(/\/+$/, '')}/healthz`, {
      headers: { 'user-agent': `nucleus-agent/${version}`, 'accept': 'application/json' },
      followRedirect: false,
      throwHttpErrors: false,
      retry: { limit: 0 },
      decompress: false,
      agent,
      timeout: { request: limitMs },
      https: { rejectUnauthorized: true, ...(route.caPem === undefined ? {} : { certificateAuthority: route.caPem }) },
    });
    const serverMs = Date.parse(reply.headers.date ?? '');
    return {
      status: reply.statusCode,
      serverMs: Number.isNaN(serverMs) ? undefined : serverMs,
      localMs: (startedMs + Date.now()) / 2,
    };
  } catch (error) {
    return { error: error instanceof RequestError ? error.code : codeOf(error) };
  } finally {
    agent.http.destroy();
    agent.https.destroy();
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
