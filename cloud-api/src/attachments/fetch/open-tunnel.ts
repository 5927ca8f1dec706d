/** Connections through a proxy, and from a certain address. */
import { type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import { FetchRefusal, type Outbound } from './vet-target.ts';

/**
 * A connection to a vetted address through the proxy. The proxy is given the address, never the name, so that nothing resolves the
 * name again and decides otherwise.
 * @throws FetchRefusal when the proxy refuses, or what the socket reports
 */
export function openTunnel(
  proxy: URL,
  target: { address: string; port: number },
  options: { connectMs: number; localAddress?: string | undefined },
  signal: AbortSignal,
): Promise<Socket> {
  const { address, port } = target;
  const authority = `${address.includes(':') ? `[${address}]` : address}:${port}`;
  const isSecure = proxy.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const request = (isSecure ? requestHttps : requestHttp)({
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port === '' ? (isSecure ? 443 : 80) : Number(proxy.port),
      method: 'CONNECT',
      path: authority,
      agent: false,
      signal,
      ...localAddressOf(options),
      headers: { host: authority, ...credentialsOf(proxy) },
    });
    const timer = setTimeout(() => request.destroy(new FetchRefusal('proxy timeout')), options.connectMs);
    request.once('connect', (response, socket) => {
      clearTimeout(timer);
      if (response.statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new FetchRefusal('proxy refused'));
    });
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    request.end();
  });
}

/** The option of a request that leaves from a certain address. */
export function localAddressOf({ localAddress }: Outbound): Pick<RequestOptions, 'localAddress'> {
  return localAddress === undefined ? {} : { localAddress };
}

function credentialsOf({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}
