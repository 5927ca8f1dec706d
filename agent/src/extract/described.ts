import type { ExceptionCode } from '../record/exceptions.ts';
import type { Facts } from '../record/facts.ts';
import type { FileStat } from '../source/file-stat.ts';

/** Grows when extraction finds more or other things; items of an older version are described again. */
export const extractVersion = 3;

/** One file to open below a root, as the scan saw it. */
export interface FileRequest {
  root: string;
  /** Relative to the root, as bytes. */
  path: Uint8Array;
  /** Whether a link below the root that leads to another place below it is followed. */
  followLinks?: boolean | undefined;
  expected: FileStat;
}

export interface DescribeRequest extends FileRequest {
  /** IANA zone of capture times without an offset. */
  timeZone?: string | undefined;
  /** Content hashes whose facts are known: bytes that hash to one of these are not decoded again. */
  knownHashes?: Uint8Array[] | undefined;
}

export interface PreviewRequest extends FileRequest {
  /** Longest edge, pixels; a smaller picture is not enlarged. */
  widthPx: number;
  format: 'webp' | 'jpeg';
}

/** What came out of one file. A damaged file is a value. */
export type Described =
  | { kind: 'facts'; contentHash: Uint8Array; facts: Facts }
  /** The content hash is one of `knownHashes`. */
  | { kind: 'known'; contentHash: Uint8Array }
  | { kind: 'exception'; code: ExceptionCode; contentHash?: Uint8Array | undefined };

/** Every tag of a file by block, as texts. */
export interface FileTags {
  groups: { group: string; tags: { name: string; value: string }[] }[];
  is_cut: boolean;
}

export type PreviewFailure = { kind: 'exception'; code: ExceptionCode };

export interface ExtractLimits {
  maxPixels: number;
  maxFileBytes: number;
  timeoutMs: number;
  /** Whether frames of videos may be taken by the system's ffmpeg, for previews alone. Default: no. */
  videoPosters?: boolean;
}

/** First message to a child. The key comes this way because an environment can be read by others. */
export interface ChildSetup {
  kind: 'setup';
  contentKey: Uint8Array;
  limits: ExtractLimits;
}
export type Task =
  | { kind: 'describe'; request: DescribeRequest }
  | { kind: 'preview'; request: PreviewRequest }
  | { kind: 'tags'; request: FileRequest };
/** `id` is the parent's, anew with every time that a task is sent. */
export type ChildTask = Task & { id: number };
/** What a child is sent after its setup. */
export type ChildMessage =
  | { kind: 'tasks'; tasks: ChildTask[] }
  /** Not to be begun any more: another child does these. */
  | { kind: 'forget'; ids: number[] };
/** Answer to the setup. Refused: nothing may be decoded with what is installed. */
export type ChildGreeting = { kind: 'ready' } | { kind: 'refused'; sentence: string };
/** `next` is the task that the child begins with this answer. */
export type ChildReply = { id: number; next?: number | undefined; rssBytes: number } & (
  | { kind: 'described'; described: Described }
  | { kind: 'preview'; bytes: Uint8Array }
  | { kind: 'preview-failed'; code: ExceptionCode }
  | { kind: 'tags'; tags: FileTags }
);
