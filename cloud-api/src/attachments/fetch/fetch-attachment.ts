/**
 * Fetches what a caller's address names: the only code of the cloud that sends a request to a host that somebody else chose. Every
 * hop is vetted anew, every wait is bounded, and whoever asked learns one sentence, whatever happened.
 */
import { lookup } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import { networkInterfaces } from 'node:os';
import { AppError } from '@nucleus/shared/failure/app-error';
import { openResponse } from './open-response.ts';
import { type FetchPolicy, FetchRefusal, type Outbound, vetTarget } from './vet-target.ts';

export interface FetchLimits {
  connectMs: number;
  headersMs: number;
  /** Longest gap within a body. */
  idleMs: number;
  /** All hops and the body together. */
  totalMs: number;
  maxBytes: number;
  /** A body slower than this on average, once `minRateAfterMs` have passed, is given up. */
  minBytesPerSecond: number;
  minRateAfterMs: number;
  maxRedirects: number;
}

export const fetchLimits: FetchLimits = {
  connectMs: 5_000,
  headersMs: 10_000,
  idleMs: 15_000,
  totalMs: 120_000,
  maxBytes: 64 * 1024 * 1024,
  minBytesPerSecond: 1024,
  minRateAfterMs: 10_000,
  maxRedirects: 5,
};

/** What to fetch. */
export interface FetchRequest {
  url: string;
  /** Sent to the first host alone. */
  headers?: Readonly<Record<string, string>>;
  /** The address was made here for a store that an administrator allows; `url` is no caller's. */
  isStore?: boolean;
}

/**
 * The policy of a running cloud.
 * @param allowed `host:port` that an operator has named
 * @param stores origins of stores and token services that an operator has named
 */
export function systemPolicy(
  allowed: readonly string[],
  stores: readonly string[] = [],
  outbound: Outbound = {},
): FetchPolicy {
  return {
    allowed: new Set(allowed.map((each) => each.toLowerCase())),
    stores: new Set(stores.map(placeOf)),
    outbound,
    resolve: async (hostname) => (await lookup(hostname, { all: true, verbatim: true })).map(({ address }) => address),
    ownAddresses: () =>
      new Set(Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address))),
  };
}

/** `host:port` of an http or https address. */
export function placeOf(origin: string): string {
  const { hostname, port, protocol } = new URL(origin);
  return `${hostname.toLowerCase()}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`;
}

/**
 * Fetches what `request` names and hands its body to `keep`, which reads it to the end.
 * @param signal of whoever waits; aborting ends the transfer.
 * @throws AppError `attachment-unreachable`, always with the same sentence unless a store of the caller's own says why; the reason is
 * only in its cause
 */
export async function fetchAttachment<Kept>(
  request: string | FetchRequest,
  policy: FetchPolicy,
  limits: FetchLimits,
  keep: (body: AsyncIterable<Uint8Array>) => Promise<Kept>,
  signal: AbortSignal,
): Promise<Kept> {
  const whole = AbortSignal.any([signal, AbortSignal.timeout(limits.totalMs)]);
  let response: IncomingMessage | undefined;
  try {
    response = await followRedirects(typeof request === 'string' ? { url: request } : request, policy, limits, whole);
    return await keep(readBody(response, limits, whole));
  } catch (cause) {
    const said =
      typeof request !== 'string' && request.isStore === true ? storeRefusals[response?.statusCode ?? 0] : undefined;
    throw new AppError('attachment-unreachable', said ?? 'The image could not be fetched.', { cause });
  } finally {
    response?.destroy();
  }
}

/** What a store says to its own tenant tells nothing about other networks. */
const storeRefusals: Readonly<Record<number, string>> = {
  401: 'The store refused the credentials of the integration: test it.',
  403: 'The store refused access to this object: test the integration.',
  404: 'The store has no such object.',
};

async function followRedirects(
  request: FetchRequest,
  policy: FetchPolicy,
  limits: FetchLimits,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  let next = request.url;
  let from: URL | undefined;
  for (let hop = 0; hop <= limits.maxRedirects; hop++) {
    const isStore = from === undefined && request.isStore === true;
    const target = await within(vetTarget(next, policy, from, isStore), limits.connectMs, signal);
    const headers = from === undefined ? request.headers : undefined;
    const dial = { limits, outbound: policy.outbound };
    const response = await openResponse(target, headers === undefined ? {} : { headers }, dial, signal);
    const { location } = response.headers;
    if (![301, 302, 303, 307, 308].includes(response.statusCode ?? 0)) return response;
    response.destroy();
    if (location === undefined) throw new FetchRefusal('redirect');
    next = location;
    from = target.url;
  }
  throw new FetchRefusal('redirects');
}

async function* readBody(
  response: IncomingMessage,
  limits: FetchLimits,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  assertPlain(response);
  const declared = response.headers['content-length'];
  if (declared !== undefined && Number(declared) > limits.maxBytes) throw new FetchRefusal('declared size');
  const startedAt = performance.now();
  const idle = setTimeout(() => response.destroy(new FetchRefusal('idle')), limits.idleMs);
  const stop = () => response.destroy(new FetchRefusal('time'));
  signal.addEventListener('abort', stop, { once: true });
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      idle.refresh();
      bytes += chunk.length;
      if (bytes > limits.maxBytes) throw new FetchRefusal('size');
      const tookMs = performance.now() - startedAt;
      if (tookMs > limits.minRateAfterMs && bytes * 1000 < limits.minBytesPerSecond * tookMs)
        throw new FetchRefusal('rate');
      yield chunk;
      idle.refresh();
    }
    if (!response.complete) throw new FetchRefusal('cut off');
  } finally {
    clearTimeout(idle);
    signal.removeEventListener('abort', stop);
  }
}

/** Encoded bodies are refused rather than inflated: nobody was asked to send one. */
function assertPlain(response: IncomingMessage): void {
  if (response.statusCode !== 200) throw new FetchRefusal('status', response.statusCode);
  const content = response.headers['content-encoding'];
  const transfer = response.headers['transfer-encoding'];
  if (content !== undefined && content.toLowerCase() !== 'identity') throw new FetchRefusal('content encoding');
  if (transfer !== undefined && transfer.toLowerCase() !== 'chunked') throw new FetchRefusal('transfer encoding');
}

/** A resolver that does not answer holds nobody up. */
export async function within<Value>(work: Promise<Value>, ms: number, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  const done = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new FetchRefusal('resolve timeout')), ms);
    signal.addEventListener('abort', () => reject(new FetchRefusal('time')), { once: true, signal: done.signal });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    done.abort();
  }
}
