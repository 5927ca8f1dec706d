import type { ReplyOf } from '@nucleus/shared/wire/endpoint';
import type { integrationEndpoints } from '@nucleus/shared/wire/integrations';
import { classifyAddress } from '../attachments/fetch/address-class.ts';

export interface OutboundSettings {
  /** Address of this machine that connections are made from. */
  address: string | undefined;
  hasProxy: boolean;
  /** CIDR ranges that an operator states, such as the proxy's. */
  ranges: readonly string[];
}

/** What customers must allow so that their own hosts answer our fetches. Pure. */
export function describeOutbound({
  address,
  hasProxy,
  ranges,
}: OutboundSettings): ReplyOf<typeof integrationEndpoints.getIpRanges> {
  const via = hasProxy ? 'proxy' : address === undefined ? 'any-address' : 'fixed-address';
  // Behind a translating router the own address says nothing to others.
  const isKnown = !hasProxy && address !== undefined && classifyAddress(address) === 'public';
  const stated = ranges.length > 0 || !isKnown ? [...ranges] : [`${address}/${address.includes(':') ? 128 : 32}`];
  const note =
    stated.length > 0
      ? 'Attachments are fetched from these addresses. Stores that are reached by an integration need them only if their own network rules say so.'
      : 'The operator of this cloud has stated no fixed addresses: fetches may come from any of its addresses.';
  return { ranges: stated, via, note };
}
