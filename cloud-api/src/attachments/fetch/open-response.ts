/** One request to a vetted host, up to its headers. The address is dialled as a literal, so nothing resolves the name again. */
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { normaliseAddress } from './address-class.ts';
import { FetchRefusal, type VettedTarget } from './vet-target.ts';

/** What is sent; a GET without anything more when nothing is said. */
export interface RequestParts {
  method?: 'GET' | 'POST';
  /** Lower case; they win over ours. */
  headers?: Readonly<Record<string, string>>;
  body?: Uint8Array | undefined;
}

interface DialOptions {
  limits: { connectMs: number; headersMs: number };
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
      return await requestFrom(address, target, parts, options, signal);
    } catch (error) {
      failure = error;
      if (signal.aborted || !(error instanceof NotConnected)) break;
    }
  }
  throw failure;
}

/** Nothing was sent: another address of the same name may do better. */
class NotConnected extends FetchRefusal {}

function requestFrom(
  address: string,
  target: VettedTarget,
  parts: RequestParts,
  { limits }: DialOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { url, port, isLiteral } = target;
  const isSecure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    let isConnected = false;
    const request = (isSecure ? requestHttps : requestHttp)({
      host: address,
      port,
      path: `${url.pathname}${url.search}`,
      method: parts.method ?? 'GET',
      // A connection of its own, closed afterwards: none is shared between tenants.
      agent: false,
      maxHeaderSize: maxHeaderBytes,
      signal,
      ...(isSecure && !isLiteral ? { servername: url.hostname.replace(/\.$/, '') } : {}),
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
    request.once('socket', (socket) => {
      socket.once(isSecure ? 'secureConnect' : 'connect', () => {
        isConnected = true;
        clearTimeout(timer);
        if (normaliseAddress(socket.remoteAddress ?? '') !== address) {
          request.destroy(new FetchRefusal('another host answered'));
          return;
        }
        timer = setTimeout(() => request.destroy(new FetchRefusal('headers timeout')), limits.headersMs);
      });
    });
    request.once('response', (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    // Stays on: a body that breaks off reports here too, and without a listener it would end the process.
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(isConnected || error instanceof FetchRefusal ? error : new NotConnected('connect'));
    });
    request.end(parts.body);
  });
}
