import { AppError } from '@nucleus/shared/failure/app-error';

/** What deduplication reads of an item. */
export interface HashCandidate {
  itemId: string;
  referenceId: string;
  /** Place in the dataset. */
  seq: number;
  /** 64 characters of 0 and 1. */
  phash: string | null;
  /** Of items without a hash only; tells why it is missing. */
  agentMetadata: string | null;
}

export interface HashedItem {
  itemId: string;
  referenceId: string;
  seq: number;
  phash: string;
}

/** @throws AppError `invalid-request` unless it is a whole number from 0 to 64 */
export function assertThreshold(threshold: number): void {
  if (!Number.isInteger(threshold) || threshold < 0 || threshold > 64)
    throw new AppError('invalid-request', 'threshold: must be a whole number from 0 to 64.', { at: 'threshold' });
}

/** @param count how many items lack a hash that need one */
export function hashMissing(count: number): AppError {
  const items = count === 1 ? '1 item has' : `${count} items have`;
  return new AppError(
    'perceptual-hash-missing',
    `${items} a missing perceptual hash: deduplication needs one of each.`,
  );
}

/**
 * Parts the items that can be compared from those that rightly have no hash: in a dataset that keeps its pixels undecodable ones, in
 * others those whose picture could not be fetched.
 * @param mayLackHash whether an item without a hash is such a one
 * @throws AppError `perceptual-hash-missing` when another item lacks a hash, or every item does
 */
export function chooseHashed(
  items: readonly HashCandidate[],
  mayLackHash: (item: HashCandidate) => boolean,
): { hashed: HashedItem[]; skippedWithoutHash: number } {
  const hashed = items.filter((item): item is HashCandidate & { phash: string } => item.phash !== null);
  const bare = items.filter((item) => item.phash === null);
  const excused = bare.filter(mayLackHash).length;
  if (bare.length > excused || (hashed.length === 0 && items.length > 0)) throw hashMissing(bare.length);
  return { hashed, skippedWithoutHash: excused };
}

/** Whether the agent said that the picture cannot be decoded. */
export function hasNoPixels(item: Pick<HashCandidate, 'agentMetadata'>): boolean {
  if (item.agentMetadata === null) return false;
  return (JSON.parse(item.agentMetadata) as { status?: unknown }).status === 'no-pixels';
}
