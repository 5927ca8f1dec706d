import { timingSafeEqual } from 'node:crypto';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Keyring } from '@nucleus/shared/media/sealed-token';
import type { ObjectVariant } from '@nucleus/shared/wire/assets';
import type { Database } from '../database/open-database.ts';
import type { ImageFormat } from './check/sniff-image.ts';
import { type ObjectClaim, objectLinkLife, signObjectLink, verifyObjectLink } from './object-link.ts';
import { findItemAsset } from './queries.ts';

/**
 * Path of an expiring link to an item's picture.
 * @throws AppError `item-not-found` for an item that is another tenant's, gone, or without a stored picture
 */
export async function linkItemImage(
  db: Database,
  keyring: Keyring,
  tenantId: string,
  itemId: string,
  variant: ObjectVariant,
  nowMs: number,
): Promise<string> {
  const asset = await findItemAsset(db, tenantId, itemId);
  if (asset === undefined) throw new AppError('item-not-found', 'There is no stored picture of this item.');
  return linkObject(keyring, tenantId, { ...asset, variant }, nowMs);
}

/** Path of an expiring link to a stored object of a tenant. */
export function linkObject(
  keyring: Keyring,
  tenantId: string,
  { sha256, format, variant }: { sha256: string; format: string; variant: ObjectVariant },
  nowMs: number,
): string {
  const life = objectLinkLife(Math.floor(nowMs / 1000));
  return `/o/${signObjectLink({ tenantId, sha256, format: format as ImageFormat, variant, ...life }, keyring)}`;
}

/** What a link opens. @throws AppError `link-refused`, `link-expired`, `clock-skew` */
export function openObjectLink(token: string, keyring: Keyring, nowMs: number): ObjectClaim {
  const judged = verifyObjectLink(token, keyring, Math.floor(nowMs / 1000), timingSafeEqual);
  if (judged.verdict === 'valid') return judged.claim;
  if (judged.verdict === 'expired') throw new AppError('link-expired', 'This link has ended: ask for a new one.');
  if (judged.verdict === 'not-yet-valid')
    throw new AppError('clock-skew', 'This link is from the future: the clock of the server went back.');
  throw new AppError('link-refused', 'This link opens nothing.');
}
