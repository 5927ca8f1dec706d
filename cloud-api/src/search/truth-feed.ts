import type { Json } from '@nucleus/shared/record/canonical-json';

/** One item as the projection wants it. A deleted item is told once more, with `isLive` false. */
export interface FeedRow {
  changeNo: number;
  /** Place in insertion order; never reused within a dataset. */
  seq: number;
  isLive: boolean;
  itemId: string;
  referenceId: string;
  widthPx: number | null;
  heightPx: number | null;
  /** 64 characters of 0 and 1. */
  phash: string | null;
  /** Agent's and user's fields merged; only numbers, texts and booleans can be searched. */
  metadata: Readonly<Record<string, Json | undefined>>;
}

/** Where a projection of one dataset gets its rows from: the database that holds the truth. */
export interface TruthFeed {
  /** Changes when the truth was restored from a backup; a projection of another epoch is thrown away. */
  storeEpoch(): Promise<string>;
  /** Highest change number of the dataset. */
  changeNo(): Promise<number>;
  /** Rows with a higher change number than `after`, ascending, at most `limit`. */
  rowsAfter(after: number, limit: number): Promise<FeedRow[]>;
}
