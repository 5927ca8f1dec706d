/** The connections to the cloud: direct ones, or tunnels through the one configured proxy. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HttpProxyAgent, HttpsProxyAgent } from 'hpagent';

export interface Route {
  /** PEM of a certificate authority to trust instead of the built-in ones. */
  caPem?: string | undefined;
  /** Origin of an HTTP proxy that every connection goes through. */
  proxyUrl?: string | undefined;
  /** `user:password` for it. */
  proxyCredentials?: string | undefined;
}

const settings = { keepAlive: true, maxSockets: 8 };

/** The caller destroys both. The proxy sees the cloud's address and sealed bytes of TLS; its credentials go to it alone. */
export function openConnections(route: Route): { http: HttpAgent; https: HttpsAgent } {
  if (route.proxyUrl === undefined) return { http: new HttpAgent(settings), https: new HttpsAgent(settings) };
  const proxy = {
    ...settings,
    proxy: route.proxyUrl,
    proxyRequestOptions: {
      ...(route.caPem === undefined ? {} : { ca: [route.caPem] }),
      ...(route.proxyCredentials === undefined
        ? {}
        : { headers: { 'proxy-authorization': `Basic ${Buffer.from(route.proxyCredentials).toString('base64')}` } }),
    },
  };
  return { http: new HttpProxyAgent(proxy), https: new HttpsProxyAgent(proxy) };
}
