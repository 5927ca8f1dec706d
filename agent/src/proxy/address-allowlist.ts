import { AppError } from '@nucleus/shared/failure/app-error';
import ipaddr from 'ipaddr.js';

/** Addresses that may read without a session. */
export interface AddressAllowlist {
  has(address: string | undefined): boolean;
}

/**
 * Reads addresses and CIDR ranges of the setting `name`; `::ffff:` forms count as the IPv4 address they hold.
 * @throws AppError `config-invalid` naming the entry that is neither.
 */
export function readAllowlist(entries: readonly string[], name = 'asset_ip_allowlist'): AddressAllowlist {
  const ranges = entries.map((entry): [ipaddr.IPv4 | ipaddr.IPv6, number] => {
    try {
      if (entry.includes('/')) return ipaddr.parseCIDR(entry);
      // the short and octal spellings of inet_aton are refused: they are read differently elsewhere
      if (!ipaddr.IPv4.isValidFourPartDecimal(entry) && !ipaddr.IPv6.isValid(entry)) throw new RangeError(entry);
      const address = ipaddr.process(entry);
      return [address, address.kind() === 'ipv4' ? 32 : 128];
    } catch (cause) {
      throw new AppError('config-invalid', `"${entry}" in ${name} is no address and no CIDR range.`, {
        cause,
      });
    }
  });
  return {
    has(address) {
      if (address === undefined || !ipaddr.isValid(address)) return false;
      const peer = ipaddr.process(address);
      return ranges.some(([range, bits]) => range.kind() === peer.kind() && peer.match(range, bits));
    },
  };
}
