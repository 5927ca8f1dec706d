import type { FileStat } from './file-stat.ts';
import type { OpenRefusalReason } from './open-safely.ts';

/** What the thread is asked for. */
export type DistantCall =
  | { kind: 'open'; root: string; path: Uint8Array; followLinks: boolean }
  | { kind: 'read'; fd: number; at: number; bytes: number }
  | { kind: 'close'; fd: number };
export type DistantRequest = DistantCall & { id: number };

/** `read` has fewer bytes than asked for only at the file's end, and the file's status after the reading. */
export type DistantAnswer = { id: number } & (
  | { kind: 'opened'; fd: number; stat: FileStat }
  | { kind: 'read'; bytes: Uint8Array; stat: FileStat }
  | { kind: 'closed' }
  | { kind: 'refused'; reason: OpenRefusalReason }
);
