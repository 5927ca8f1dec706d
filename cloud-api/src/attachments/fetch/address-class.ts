/** Which addresses the fetcher may connect to. Pure. Everything that is not known to be a public host is refused. */
import ipaddr from 'ipaddr.js';

/**
 * `public`: a host of the internet. `local`: private or loopback, reachable only where an operator says so. `never`: link-local
 * (where cloud metadata lives), multicast, tunnels, documentation, reserved, or no address at all.
 */
export type AddressClass = 'public' | 'local' | 'never';

/** Metadata and host services of clouds that stand outside the link-local range. */
const hostServices = new Set(['100.100.100.200', '168.63.129.16', '192.0.0.192', 'fd00:ec2::254']);

const moreReservedV4 = [
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
].map((range) => ipaddr.parseCIDR(range));
const publicV6 = ipaddr.parseCIDR('2000::/3');
// Documentation, benchmarking, ORCHID and the forms that carry an IPv4 address somewhere else: Teredo and 6to4.
const specialV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'].map((range) => ipaddr.parseCIDR(range));

/** Class of an address as a resolver or a URL spells it. */
export function classifyAddress(text: string): AddressClass {
  if (!ipaddr.isValid(text) || text.includes('%')) return 'never';
  const address = ipaddr.process(text);
  if (hostServices.has(address.toString())) return 'never';
  return address.kind() === 'ipv4' ? classifyV4(address as ipaddr.IPv4) : classifyV6(address as ipaddr.IPv6);
}

/** One spelling for each address, mapped IPv4 unwrapped; undefined for what is none. */
export function normaliseAddress(text: string): string | undefined {
  return ipaddr.isValid(text) ? ipaddr.process(text).toString() : undefined;
}

function classifyV4(address: ipaddr.IPv4): AddressClass {
  const range = address.range();
  if (range === 'private' || range === 'loopback' || range === 'carrierGradeNat') return 'local';
  if (range !== 'unicast' || moreReservedV4.some((reserved) => address.match(reserved as [ipaddr.IPv4, number])))
    return 'never';
  return 'public';
}

function classifyV6(address: ipaddr.IPv6): AddressClass {
  const range = address.range();
  if (range === 'loopback' || range === 'uniqueLocal') return 'local';
  if (range !== 'unicast' || !address.match(publicV6 as [ipaddr.IPv6, number])) return 'never';
  if (specialV6.some((special) => address.match(special as [ipaddr.IPv6, number]))) return 'never';
  return isIsatap(address) ? 'never' : 'public';
}

/** ISATAP hides an IPv4 address in the host part of any prefix. */
function isIsatap({ parts }: ipaddr.IPv6): boolean {
  return (parts[4] === 0 || parts[4] === 0x200) && parts[5] === 0x5efe;
}
