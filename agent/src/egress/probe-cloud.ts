/** Asks the cloud the least that tells whether it can be reached: one GET of /healthz, without a key and without a body. */
import { lookup } from 'node:dns/promises';
import { connect, type PeerCertificate } from 'node:tls';
import { got, RequestError } from 'got';

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

/** Never throws. @param caPem PEM of a further certificate authority. */
export async function probeCloud(cloudUrl: string, version: string, caPem?: string): Promise<CloudProbe> {
  const url = new URL(cloudUrl);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  let addresses: number;
  try {
    addresses = (await lookup(host, { all: true })).length;
  } catch (error) {
    return { lookup: { error: codeOf(error) } };
  }
  const tls = url.protocol === 'https:' ? await shakeHands(host, Number(url.port || 443), caPem) : undefined;
  const probe: CloudProbe = { lookup: { addresses }, ...(tls ? { tls } : {}) };
  return tls && 'error' in tls ? probe : { ...probe, http: await askHealth(cloudUrl, version, caPem) };
}

function shakeHands(host: string, port: number, ca: string | undefined): Promise<NonNullable<CloudProbe['tls']>> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, servername: host, ...(ca === undefined ? {} : { ca }), timeout: limitMs });
    socket.once('secureConnect', () => {
      const certificate: PeerCertificate = socket.getPeerCertificate();
      resolve({ protocol: socket.getProtocol() ?? 'unknown', validToMs: Date.parse(certificate.valid_to) });
      socket.destroy();
    });
    socket.once('timeout', () => socket.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })));
    socket.once('error', (error) => resolve({ error: codeOf(error) }));
  });
}

async function askHealth(
  cloudUrl: string,
  version: string,
  caPem: string | undefined,
): Promise<NonNullable<CloudProbe['http']>> {
  const startedMs = Date.now();
  try {
    const reply = await got(`${cloudUrl.replace(/\/+$/, '')}/healthz`, {
      headers: { 'user-agent': `nucleus-agent/${version}`, 'accept': 'application/json' },
      followRedirect: false,
      throwHttpErrors: false,
      retry: { limit: 0 },
      decompress: false,
      timeout: { request: limitMs },
      https: { rejectUnauthorized: true, ...(caPem === undefined ? {} : { certificateAuthority: caPem }) },
    });
    const serverMs = Date.parse(reply.headers.date ?? '');
    return {
      status: reply.statusCode,
      serverMs: Number.isNaN(serverMs) ? undefined : serverMs,
      localMs: (startedMs + Date.now()) / 2,
    };
  } catch (error) {
    return { error: error instanceof RequestError ? error.code : codeOf(error) };
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
