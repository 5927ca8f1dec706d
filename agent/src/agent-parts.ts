/** What the composition root takes from the stages that it does not make itself. Tests pass smaller ones. */
import type { ReplyOf } from '@nucleus/shared/wire/endpoint';
import type { localEndpoints, Variant } from '@nucleus/shared/wire/local';
import type { SessionView } from '@nucleus/shared/wire/viewer';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { AgentConfig, SourceConfig } from './config.ts';
import type { LedgerIndex } from './egress/ledger-index.ts';
import type { RecordPolicy } from './record/build-record.ts';
import type { Facts } from './record/facts.ts';
import type { State } from './state/open-state.ts';
import type { SourceReason } from './state/rows.ts';
import type { ManifestItem } from './sync/converge.ts';
import type { Sync } from './sync/start-sync.ts';
import type { WhatLeft } from './what-left.ts';

export interface Keys {
  agentId: string;
  names: Buffer;
  content: Buffer;
  media: Buffer;
}

/** What one scan of one source found. */
export interface ScanCounts {
  on_disk: number;
  catalogued: number;
  excluded: number;
  exceptions: number;
  not_regular: number;
  held_deletions: number;
  suspended: boolean;
  /** Why it is suspended; `none` when it is not. */
  reason: SourceReason;
}

/** How far the pipeline is; counts since the start. */
export interface PipelineProgress {
  found: number;
  described: number;
}

export interface PipelineOptions<Pool> {
  state: State;
  /** Where the state lies; a plan works on a copy. */
  dataDir: string;
  config: AgentConfig;
  sources: readonly SourceConfig[];
  pool: Pool;
  keys: Keys;
  policyOf: (alias: string) => RecordPolicy;
  /** Whether as many changes wait for the cloud as may wait. */
  isQueueFull: (alias: string) => boolean;
  signal: AbortSignal;
  log: Logger;
  /** Told of every scan that failed. */
  onFailure?: (error: unknown) => void;
  onProgress: (progress: PipelineProgress) => void;
}

export interface Pipeline {
  /** Scans once and ends when everything found is described and owed. By alias. */
  scanOnce(alias?: string): Promise<Record<string, ScanCounts>>;
  /** Watches until the signal aborts. */
  watch(): Promise<void> | void;
  /** Takes over identities that the cloud has and the catalogue was never told of, after its state was lost. */
  adopt?(alias: string, items: readonly ManifestItem[]): { owed: number; unclaimed: number };
  /** Scans everything and reads a part of the unchanged files again. */
  verify?(): Promise<void>;
  /** Looks at one path again, relative to its source: somebody found it other than catalogued. */
  recheck(alias: string, path: Uint8Array): Promise<void>;
  /** Describes exceptions of a source again, one or all. Returns how many there are then. */
  retry(alias: string, path?: Uint8Array): Promise<number>;
  /** Resolves when nothing is at work any more; the signal is aborted by then. */
  close(): Promise<void>;
}

export type Overview = ReplyOf<typeof localEndpoints.getOverview>;

export interface ProxyOptions<Pool> {
  state: State;
  config: AgentConfig;
  sources: { sourceNo: number; alias: string; folder: string; followLinks: boolean }[];
  publicUrl: string;
  dashboardOrigins: readonly string[];
  keys: Keys;
  pool: Pool;
  pipeline: Pipeline;
  policyOf: (alias: string) => RecordPolicy;
  sync: Pick<Sync, 'cloudState' | 'pauseReason'>;
  ledgerIndex: Pick<LedgerIndex, 'page' | 'findRow' | 'findAttempt'>;
  /** Metrics of the whole process. */
  registry: Registry;
  whatLeft: (itemKey: Buffer) => Promise<WhatLeft | undefined>;
  overview: () => Overview;
  version: string;
  log: Logger;
}

export interface MediaProxy {
  /** Origin under which browsers reach this agent. */
  url: string;
  mintViewerCode(): string;
  listSessions(): SessionView[];
  sessions: { revoke(sessionId: string): boolean };
  /** Ends every session, code and link at once. */
  revokeAll(): void;
  mintLink(request: { alias?: string | undefined; referenceId: string; variant: Variant; minutes: number }): {
    url: string;
    expiresAt: number;
  };
  close(): Promise<void>;
}

/** What commands need of the processes that decode. */
export interface Decoders {
  /** @throws AppError `decoder-refused` when what is installed may not decode or does not load. */
  started(): Promise<void>;
  close(): Promise<void>;
}

export interface AgentParts<Pool extends Decoders = Decoders> {
  openKeys(dataDir: string): Keys;
  openPool(config: AgentConfig['extract'], keys: Keys): Pool;
  /** Describes one file below a source, outside any scan; undefined when it has no record. `path` is relative to the folder. */
  describeFile(
    pool: Pool,
    source: SourceConfig,
    path: Buffer,
  ): Promise<{ contentHash: Uint8Array; facts: Facts } | undefined>;
  startPipeline(options: PipelineOptions<Pool>): Pipeline;
  startProxy(options: ProxyOptions<Pool>): Promise<MediaProxy>;
  /** Lets held deletions of a source happen. Returns how many. */
  confirmDeletions(state: State, alias: string): number;
  makeSamples(folder: string): Promise<void>;
}
