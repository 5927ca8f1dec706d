/** One request to a vetted host, up to its headers. The address is dialled as a literal, so nothing resolves the name again. */
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { normaliseAddress } from './address-class.ts';
import { FetchRefusal, type VettedTarget } from './vet-target.ts';

const maxHeaderBytes = 16 * 1024;
/** A name with many addresses is tried at so many of them. */
const mostTries = 3;

/**
 * Sends a GET and answers its reply with the body unread.
 * @throws FetchRefusal or what the socket reports
 */
export async function openResponse(
  target: VettedTarget,
  limits: { connectMs: number; headersMs: number },
  signal: AbortSignal,
): Promise<IncomingMessage> {
  let failure: unknown;
  for (const address of target.addresses.slice(0, mostTries)) {
    try {
      return await requestFrom(address, target, limits, signal);
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
  limits: { connectMs: number; headersMs: number },
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
      method: 'GET',
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
    request.end();
  });
}
