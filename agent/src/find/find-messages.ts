/** What the finder and its threads say to each other. */

export interface FindJob {
  kind: 'find';
  /** One statement a part, in the order of the result; each answers rowids alone. */
  parts: { sql: string; parameters: (string | number | Uint8Array)[] }[];
}
export interface FoldersJob {
  kind: 'folders';
  sourceNo: number;
  /** Empty for the source's own folder. */
  folder: string;
}
export interface FoundFolder {
  name: string;
  path: string;
  files: number;
  has_folders: boolean;
}

export type FinderJob = FindJob | FoldersJob;
export type FinderReply =
  | { kind: 'find'; rows: Float64Array }
  | { kind: 'folders'; folders: FoundFolder[]; is_cut: boolean }
  | { kind: 'failed'; message: string };

export type DuplicatesMessage =
  | { kind: 'progress'; compared: number; hashes: number }
  /** Groups one after the other: `rows` of all, `sizes` of each. */
  | { kind: 'done'; hashes: number; rows: Float64Array; sizes: Uint32Array };

/** Folders of one level that are told; more are cut. */
export const maxFolders = 2000;
