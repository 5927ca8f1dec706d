import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import type { AddressAllowlist } from './address-allowlist.ts';

/**
 * The address that a request came from. `X-Forwarded-For` is believed only as far as the configured proxies reach: from its end, each
 * name that a trusted proxy wrote, up to the first address that is none of them. Without trusted proxies the header is never read.
 */
export function peerAddress(req: IncomingMessage, trusted: AddressAllowlist): string {
  let peer = req.socket.remoteAddress ?? '';
  if (!trusted.has(peer)) return peer;
  const header = req.headers['x-forwarded-for'];
  const hops = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').map((hop) => hop.trim());
  for (const hop of hops.toReversed()) {
    // something that is no address was not written by an honest proxy: what stands before it is not believed
    if (!ipaddr.IPv4.isValidFourPartDecimal(hop) && !ipaddr.IPv6.isValid(hop)) return peer;
    peer = hop;
    if (!trusted.has(peer)) return peer;
  }
  return peer;
}
