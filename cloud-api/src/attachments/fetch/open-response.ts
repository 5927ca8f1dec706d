/** One request to a vetted host, up to its headers. The address is dialled as a literal, so nothing resolves the name again. */
import { type ClientRequest, type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { normaliseAddress } from './address-class.ts';
import { localAddressOf, openTunnel } from './open-tunnel.ts';
import { FetchRefusal, type Outbound, type VettedTarget } from './vet-target.ts';

/** What is sent; a GET without anything more when nothing is said. */
export interface RequestParts {
  method?: 'GET' | 'POST';
  /** Lower case; they win over ours. */
  headers?: Readonly<Record<string, string>>;
  body?: Uint8Array | undefined;
}

interface DialOptions {
  limits: { connectMs: number; headersMs: number };
  /** By default straight from any address of this machine. */
  outbound?: Outbound | undefined;
}

const maxHeaderBytes = 16 * 1024;
/** A name with many addresses is tried at so many of them. */
const mostTries = 3;

/**
 * Sends a request and answers its reply with the body unread.
 * @throws FetchRefusal or what the socket reports
 */
export async function openResponse(
  target: VettedTarget,
  parts: RequestParts,
  options: DialOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  let failure: unknown;
  for (const address of target.addresses.slice(0, mostTries)) {
    try {
      const proxy = options.outbound?.proxy;
      const tunnel = proxy === undefined ? undefined : await openThrough(proxy, address, target.port, options, signal);
      return await requestFrom(address, target, parts, options, tunnel, signal);
    } catch (error) {
      failure = error;
      if (signal.aborted || !(error instanceof NotConnected)) break;
    }
  }
  throw failure;
}

/** Nothing was sent: another address of the same name may do better. */
class NotConnected extends FetchRefusal {}

async function openThrough(
  proxy: URL,
  address: string,
  port: number,
  { limits, outbound }: DialOptions,
  signal: AbortSignal,
): Promise<Socket> {
  const options = { connectMs: limits.connectMs, localAddress: outbound?.localAddress };
  return openTunnel(proxy, { address, port }, options, signal).catch(() => {
    throw new NotConnected('proxy');
  });
}

function requestFrom(
  address: string,
  target: VettedTarget,
  parts: RequestParts,
  { limits, outbound = {} }: DialOptions,
  tunnel: Socket | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { url, port } = target;
  const isSecure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    let isConnected = false;
    const request = (isSecure ? requestHttps : requestHttp)({
      host: address,
      port,
      path: `${url.pathname}${url.search}`,
      method: parts.method ?? 'GET',
      maxHeaderSize: maxHeaderBytes,
      signal,
      ...connectionOf(target, outbound, tunnel),
      headers: {
        'host': url.host,
        'accept': 'image/*',
        'accept-encoding': 'identity',
        'user-agent': 'nucleus-cloud',
        'connection': 'close',
        ...parts.headers,
        ...(parts.body === undefined ? {} : { 'content-length': String(parts.body.length) }),
      },
    });
    let timer = setTimeout(() => request.destroy(new NotConnected('connect timeout')), limits.connectMs);
    whenConnected(request, isSecure, tunnel, (socket) => {
      isConnected = true;
      clearTimeout(timer);
      if (tunnel === undefined && normaliseAddress(socket.remoteAddress ?? '') !== address) {
        request.destroy(new FetchRefusal('another host answered'));
        return;
      }
      timer = setTimeout(() => request.destroy(new FetchRefusal('headers timeout')), limits.headersMs);
    });
    request.once('response', (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    // Stays on: a body that breaks off reports here too, and without a listener it would end the process.
    request.on('error', (error) => {
      clearTimeout(timer);
      tunnel?.destroy();
      reject(isConnected || error instanceof FetchRefusal ? error : new NotConnected('connect'));
    });
    request.end(parts.body);
  });
}

/** A connection of its own, closed afterwards: none is shared between tenants. */
function connectionOf(target: VettedTarget, outbound: Outbound, tunnel: Socket | undefined): RequestOptions {
  const { url, isLiteral } = target;
  const isSecure = url.protocol === 'https:';
  const servername = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (tunnel === undefined) {
    return {
      agent: false,
      ...localAddressOf(outbound),
      ...(isSecure && !isLiteral ? { servername } : {}),
    } as RequestOptions;
  }
  // The name stays what the certificate must hold, although the connection was asked for by address.
  if (isSecure)
    return {
      createConnection: () =>
        connectTls({
          socket: tunnel,
          host: servername,
          ...(isLiteral ? {} : { servername }),
          ALPNProtocols: ['http/1.1'],
        }),
    };
  return { createConnection: () => tunnel };
}

function whenConnected(
  request: ClientRequest,
  isSecure: boolean,
  tunnel: Socket | undefined,
  then: (socket: Socket) => void,
): void {
  request.once('socket', (socket) => {
    if (tunnel !== undefined && !isSecure) then(socket);
    else socket.once(isSecure ? 'secureConnect' : 'connect', () => then(socket));
  });
}
