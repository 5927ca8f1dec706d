import type { ImageFormat } from './check/sniff-image.ts';
import type { Decoded } from './decode/decoded.ts';

/** An image that is in the object store, not yet named by a row. */
export interface KeptImage extends Decoded {
  /** 64 hex; the object's key within its tenant. */
  sha256: string;
  bytes: number;
  format: ImageFormat;
}

/** Key of an object: stored once per tenant, never shared between tenants. */
export function objectKey(tenantId: string, sha256: string): string {
  return `${tenantId}/${sha256.slice(0, 2)}/${sha256}`;
}

/** The picture of an item, or the sentence why there is none. */
export type Picture = { kept: KeptImage; error?: never } | { kept?: never; error: string };
