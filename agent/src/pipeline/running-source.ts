import type { SourceConfig } from '../config.ts';
import type { DecoderPool } from '../extract/decoder-pool.ts';
import type { Keys } from '../keys/open-keys.ts';
import type { RecordPolicy } from '../record/build-record.ts';
import type { FileWriter } from '../state/files.ts';
import type { KnownItems } from '../state/known-items.ts';
import type { State } from '../state/open-state.ts';
import type { ScanQueue } from '../state/scan-queue.ts';
import type { Sidecars } from '../state/sidecars.ts';
import type { LateFiles } from './late-files.ts';

/** The part of a logger that the catalogue uses. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface Progress {
  alias: string;
  /** walking: `files` are seen; describing: `files` of `total` are done; idle: all is recorded. */
  phase: 'walking' | 'describing' | 'idle';
  files: number;
  total: number;
  /** Described a second, over this scan. */
  filesPerSecond: number;
}

/** A source with everything that works on it. */
export interface RunningSource {
  config: SourceConfig;
  sourceNo: number;
  policy: RecordPolicy;
  state: State;
  dataDir: string;
  pool: DecoderPool;
  keys: Keys;
  queue: ScanQueue;
  known: KnownItems;
  writer: FileWriter;
  sidecars: Sidecars;
  late: LateFiles;
  /** For how long the oldest hint waits to be looked after: what went missing since may have moved to where it points. 0 when none waits. */
  hintAgeMs: () => number;
  threadUrl: URL;
  hangMs: number;
  /** Whether describing has to wait until the cloud has taken some of what is owed. */
  isQueueFull: () => boolean;
  settleMs: number;
  signal: AbortSignal;
  log: Log;
  onProgress: (progress: Progress) => void;
}
