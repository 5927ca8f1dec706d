/** Addresses from which a key works. Pure. */
import ipaddr from 'ipaddr.js';

type Range = ReturnType<typeof ipaddr.parseCIDR>;

/** An address or a range in one spelling; undefined for what is none. */
export function normaliseRange(text: string): string | undefined {
  const range = readRange(text.trim());
  return range && `${range[0].toString()}/${range[1]}`;
}

/** Whether one of the ranges holds `address`; nothing holds what is no address. */
export function isWithin(ranges: readonly string[], address: string | undefined): boolean {
  if (address === undefined || !ipaddr.isValid(address)) return false;
  const asked = ipaddr.process(address);
  return ranges.some((text) => {
    const range = readRange(text);
    return range !== undefined && range[0].kind() === asked.kind() && asked.match(range as [typeof asked, number]);
  });
}

/** Whether one of the ranges holds every address of `range`. */
export function isRangeWithin(ranges: readonly string[], range: string): boolean {
  const asked = readRange(range);
  if (asked === undefined) return false;
  return ranges.some((text) => {
    const [address, bits] = readRange(text) ?? [];
    if (address === undefined || bits === undefined || address.kind() !== asked[0].kind() || bits > asked[1])
      return false;
    return asked[0].match([address, bits] as [(typeof asked)[0], number]);
  });
}

/**
 * Who sent a request: the peer, or what trusted proxies before it say in `X-Forwarded-For`, read from the nearest one outwards.
 * @param peer the other end of the connection
 */
export function clientAddress(
  peer: string | undefined,
  forwarded: string | undefined,
  trusted: readonly string[],
): string | undefined {
  const hops = (forwarded ?? '').split(',').map((hop) => hop.trim());
  let address = peer;
  while (isWithin(trusted, address)) {
    const hop = hops.pop();
    if (hop === undefined || hop === '') return address;
    address = hop;
  }
  return address;
}

function readRange(text: string): Range | undefined {
  if (ipaddr.isValid(text)) {
    const address = ipaddr.process(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  }
  if (!ipaddr.isValidCIDR(text)) return undefined;
  return ipaddr.parseCIDR(text);
}
