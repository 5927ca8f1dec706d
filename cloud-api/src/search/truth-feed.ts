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

/** How far a projection has followed the truth: all of the writes before `changeNo`, and of that write the places up to `seq`. */
export interface FeedPosition {
  changeNo: number;
  seq: number;
}

/** A slice as projections hear of it. */
export interface SliceRow {
  sliceId: string;
  /** False when it is deleted. */
  isLive: boolean;
  /** What its members meet; null when they are rows. */
  query: string | null;
  /** The tag that it is, when it is one. */
  tag: string | null;
}

/** That the item at a place came into a slice or left it, and the write that made it so. */
export interface MemberRow {
  changeNo: number;
  sliceId: string;
  seq: number;
  isMember: boolean;
}

/** A model run as projections hear of it. */
export interface RunChange {
  runId: string;
  /** False when it is deleted. */
  isLive: boolean;
}

/** Up to which item's labels a projection has followed. */
export interface LabelPosition {
  changeNo: number;
  runId: string;
  seq: number;
}

/** How many labels of which class the item at a place has in a run: kind, class, taxonomy, count. All of them; none when there are none. */
export interface TotalsRow extends LabelPosition {
  totals: readonly [kind: string, label: string, taxonomy: string | null, count: number][];
}

/** An autotag as projections hear of it. */
export interface FedAutotag {
  autotagId: string;
  name: string;
  /** Whose scores are answered; 0 before the first training. */
  generation: number;
}

/** Score of the item at a place, -1 to 1. */
export interface ScoreRow {
  seq: number;
  score: number;
}

/** An embedding index as projections hear of it. */
export interface IndexChange {
  indexId: string;
  dimension: number;
  /** False when it is deleted. */
  isLive: boolean;
}

/** Up to which vector a projection has followed. */
export interface VectorPosition {
  changeNo: number;
  indexId: string;
  seq: number;
}

/** The vector of the item at a place; undefined when it was taken away. */
export interface VectorRow extends VectorPosition {
  vector: Float32Array | undefined;
}

/** Where a projection of one dataset gets its rows from: the database that holds the truth. */
export interface TruthFeed {
  /** Changes when the truth was restored from a backup; a projection of another epoch is thrown away. */
  storeEpoch(): Promise<string>;
  /** Tells fields that whoever fills the dataset keeps inside by now: what of them was sent before is being taken away. */
  keptInside(): Promise<(field: string) => boolean>;
  /** Number of the dataset's last committed write. */
  changeNo(): Promise<number>;
  /** Rows beyond `after`, ordered by change number and place, at most `limit`. Rows of one write share its number. */
  rowsAfter(after: FeedPosition, limit: number): Promise<FeedRow[]>;
  /** Slices and tags that writes after `after`, up to and including `upTo`, made or deleted. */
  slicesAfter(after: number, upTo: number): Promise<SliceRow[]>;
  /** Comings and goings beyond the row `after` of writes up to and including `upTo`, ordered by change number, slice and place, at most `limit`. */
  membersAfter(after: Omit<MemberRow, 'isMember'>, upTo: number, limit: number): Promise<MemberRow[]>;
  /** Indexes that writes after `after`, up to and including `upTo`, made or deleted. */
  indexesAfter(after: number, upTo: number): Promise<IndexChange[]>;
  /** Model runs that writes after `after`, up to and including `upTo`, made or deleted, in the order in which they were made. */
  runsAfter(after: number, upTo: number): Promise<RunChange[]>;
  /** The dataset's living autotags, oldest first; they are few, and a deleted one leaves no row behind. */
  autotags(): Promise<FedAutotag[]>;
  /** Scores of a generation behind a place, in insertion order of the items, at most `limit`. */
  scoresAfter(autotag: Omit<FedAutotag, 'name'>, afterSeq: number, limit: number): Promise<ScoreRow[]>;
  /** Names of the dataset's taxonomies. */
  taxonomies(): Promise<string[]>;
  /** Label counts beyond the row `after` of writes up to and including `upTo`, ordered by change number, run and place, at most `limit`. */
  labelsAfter(after: LabelPosition, upTo: number, limit: number): Promise<TotalsRow[]>;
  /** Vectors beyond the row `after` of writes up to and including `upTo`, ordered by change number, index and place, at most `limit`. */
  vectorsAfter(after: VectorPosition, upTo: number, limit: number): Promise<VectorRow[]>;
}
