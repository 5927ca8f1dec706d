import type { SidecarChange } from '../state/sidecars.ts';
import type { KeyRange } from './key-range.ts';
import type { Difference } from './scan-diff.ts';
import type { RootFailure, RootIdentity } from './verify-root.ts';

/** What a walk thread is started with. */
export interface WalkJob {
  dataDir: string;
  sourceNo: number;
  root: string;
  include: string[];
  exclude: string[];
  marker: string | undefined;
  followLinks: boolean;
  known: RootIdentity | undefined;
  /** Paths to look at, one character a byte; everything below them counts. Undefined: the whole root. */
  keys: string[] | undefined;
  /** Folders to look at without going into known ones below; each empty or ending in `/`. */
  folders: string[] | undefined;
  /** Whether what sidecar files say is wanted. */
  withSidecars: boolean;
  /** The part of the whole root that this thread walks. */
  range: KeyRange;
  /** Two counters: batches taken by the parent, and 1 when the walk is to stop. */
  shared: SharedArrayBuffer;
  sampleFrom: Uint8Array;
}

/** Counts of one walk. Only a walk of the whole root has meaningful ones. */
export interface WalkCounts {
  /** Regular files, dotfiles and excluded ones included, plus known ones below folders that could not be listed. */
  on_disk: number;
  excluded: number;
  not_regular: number;
  unchanged: number;
  other_mounts: number;
  unlistable_folders: number;
  unverified_rows: number;
}

export type WalkMessage =
  | { kind: 'verified'; identity: RootIdentity }
  | { kind: 'suspended'; reason: RootFailure }
  | { kind: 'batch'; differences: Difference[]; sidecars: SidecarChange[]; filesSeen: number }
  | { kind: 'done'; counts: WalkCounts };
