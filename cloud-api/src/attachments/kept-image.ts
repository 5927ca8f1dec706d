import type { StoredExif } from '@nucleus/shared/wire/assets';
import type { ImageFormat } from './check/sniff-image.ts';
import type { Decoded } from './decode/decoded.ts';
import type { AttachmentFault } from './judge-failure.ts';

/** An image that is in the object store, not yet named by a row. */
export interface KeptImage extends Omit<Decoded, 'exif'> {
  /** Absent of pictures that were stored before EXIF was read. */
  exif?: Decoded['exif'] | undefined;
  /** 64 hex; the object's key within its tenant. */
  sha256: string;
  bytes: number;
  format: ImageFormat;
}

/** Key of an object: stored once per tenant, never shared between tenants. */
export function objectKey(tenantId: string, sha256: string): string {
  return `${tenantId}/${sha256.slice(0, 2)}/${sha256}`;
}

/** The picture of an item, or the sentence why there is none; of a fetch also how it failed. */
export type Picture =
  | { kept: KeptImage; error?: never; fault?: never }
  | { kept?: never; error: string; fault?: AttachmentFault };

/** EXIF as a row holds it; null where nothing is stored, or where it was stored before EXIF was read. */
export function readStoredExif(exif: string | null | undefined): StoredExif | null {
  return exif == null ? null : (JSON.parse(exif) as StoredExif);
}
