/**
 * The agent's catalogue, from folders to rows: walk → differences → settle → describe → identity → one transaction of items
 * and changes owed. Scans of one source run one after the other; sources take turns.
 */
import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import type { AgentConfig, SourceConfig } from './config.ts';
import type { DecoderPool } from './extract/decoder-pool.ts';
import { extractVersion } from './extract/described.ts';
import { type NamingPolicy, referenceId } from './identity/reference-id.ts';
import type { Keys } from './keys/open-keys.ts';
import { applyPolicy } from './pipeline/apply-policy.ts';
import { keepWatching } from './pipeline/keep-watching.ts';
import { openLateFiles } from './pipeline/late-files.ts';
import type { Log, Progress, RunningSource } from './pipeline/running-source.ts';
import { type ScanOptions, type ScanSummary, scanSource } from './pipeline/scan-source.ts';
import type { OpenWatch } from './pipeline/watch-source.ts';
import type { RecordPolicy } from './record/build-record.ts';
import { adoptItems, type CloudItem } from './state/adopt-items.ts';
import { prepareFileWriter } from './state/files.ts';
import { prepareKnownItems } from './state/known-items.ts';
import type { State } from './state/open-state.ts';
import { openScanQueue } from './state/scan-queue.ts';
import { openSidecars } from './state/sidecars.ts';
import { countSource, declareSource } from './state/sources.ts';

export interface PipelineOptions {
  state: State;
  /** The agent's data directory: threads open the state by themselves. */
  dataDir: string;
  sources: readonly SourceConfig[];
  pool: DecoderPool;
  keys: Keys;
  policyOf: (source: SourceConfig) => RecordPolicy;
  scan: AgentConfig['scan'];
  /** The built `source/walk-thread.js`. */
  walkThreadUrl: URL;
  /** A root that gives no sign for so long is suspended. */
  hangMs?: number;
  /** Whether as many changes wait for the cloud as may wait: scanning pauses. */
  isQueueFull?: (alias: string) => boolean;
  /** Another way to watch folders, for tests of events that do not come. */
  openWatch?: OpenWatch;
  signal: AbortSignal;
  log: Log;
  onProgress?: (progress: Progress) => void;
  /** Told of every scan that failed. */
  onFailure?: (error: unknown) => void;
}

export interface Pipeline {
  /** Scans one source or all; resolves when all that was seen is settled, described and recorded. Summaries by alias. */
  scanOnce(alias?: string): Promise<Record<string, ScanSummary>>;
  /** Keeps the catalogue current until the signal aborts: hints, scans at intervals, deletions after their grace. */
  watch(): Promise<void>;
  /** Scans every source and reads a part of its unchanged files again, by turns: what left no trace in a file's status is found. */
  verify(): Promise<void>;
  /** Looks at one path again, relative to its source, as bytes: somebody found it other than catalogued. */
  recheck(alias: string, path: Uint8Array): Promise<void>;
  /** Describes exceptions of a source again, one or all. Returns how many there are then. */
  retry(alias: string, path?: Uint8Array): Promise<number>;
  /** Takes over identities that the cloud has for this source. Returns what is owed for them and how many have no file. */
  adopt(alias: string, items: readonly CloudItem[]): { owed: number; unclaimed: number };
  /** What `explain` and the media proxy need to describe one file the way the catalogue does. */
  source(alias: string): RunningSource;
}

/** A whole turn of reading every file again takes so many nights; small sources are read at once. */
const verifyTurns = 30;
const leastVerified = 500;

/** Declares the sources and prepares everything; nothing is read before the first scan. */
export function startPipeline(options: PipelineOptions): Pipeline {
  const sources = new Map(options.sources.map((config) => [config.alias, prepareSource(options, config)]));
  const turns = new Map<string, Promise<unknown>>();
  const upgraded = new Set<string>();

  async function scan(source: RunningSource, scanOptions: ScanOptions): Promise<ScanSummary> {
    const isWhole = scanOptions.keys === undefined && scanOptions.folders === undefined;
    if (isWhole) {
      const { state, sourceNo, policy, signal } = source;
      await applyPolicy({ state, sourceNo, policy, namesKey: options.keys.names, signal });
    }
    const summary = await scanSource(source, {
      withOlderVersions: isWhole && !upgraded.has(source.config.alias),
      ...scanOptions,
    });
    if (isWhole && !summary.suspended) upgraded.add(source.config.alias);
    return summary;
  }

  /** One scan of a source at a time, in the order asked for. */
  function inTurn(source: RunningSource, scanOptions: ScanOptions): Promise<ScanSummary> {
    const { alias } = source.config;
    const before = turns.get(alias) ?? Promise.resolve();
    const mine = before
      .catch(() => undefined)
      .then(() => scan(source, scanOptions))
      .catch((error: unknown) => {
        options.onFailure?.(error);
        throw error;
      });
    turns.set(alias, mine);
    return mine;
  }

  function get(alias: string): RunningSource {
    const source = sources.get(alias);
    if (!source) throw new Error(`source ${alias} is not configured`);
    return source;
  }

  return {
    async scanOnce(alias) {
      const summaries: Record<string, ScanSummary> = {};
      for (const source of alias === undefined ? sources.values() : [get(alias)]) {
        summaries[source.config.alias] = await inTurn(source, {});
      }
      return summaries;
    },
    async watch() {
      await Promise.all(
        Array.from(sources.values(), (source) =>
          keepWatching({
            source,
            scan: options.scan,
            openWatch: options.openWatch,
            run: (scanOptions) => inTurn(source, { deleteGraceMs: options.scan.delete_grace_ms, ...scanOptions }),
          }),
        ),
      );
    },
    async verify() {
      for (const source of sources.values()) {
        const { catalogued } = countSource(options.state, source.sourceNo);
        const verify = Math.max(leastVerified, Math.ceil(catalogued / verifyTurns));
        await inTurn(source, { verify, deleteGraceMs: options.scan.delete_grace_ms });
      }
    },
    async recheck(alias, path) {
      await inTurn(get(alias), {
        keys: [Buffer.from(path).toString('latin1')],
        deleteGraceMs: options.scan.delete_grace_ms,
      });
    },
    async retry(alias, path) {
      // no path is walked: only what is queued again is looked at, after the root was verified
      const summary = await inTurn(get(alias), {
        keys: [],
        retry: path ? { path } : {},
        deleteGraceMs: options.scan.delete_grace_ms,
      });
      return summary.exceptions;
    },
    adopt(alias, items) {
      const source = get(alias);
      const { sourceNo, policy } = source;
      const { unclaimed, ...adopted } = adoptItems(
        {
          state: options.state,
          sourceNo,
          policy,
          nameItem: (path, isTaken) => referenceId(path, namingOf(source.config, policy, options.keys), isTaken),
          keyOf: (id) => createHash('sha256').update(id).digest('hex').slice(0, 32),
          nowMs: Date.now(),
        },
        items,
      );
      if (unclaimed > 0) options.log.warn({ alias, held: unclaimed }, 'deletions held until confirmed');
      return { unclaimed, ...adopted };
    },
    source: get,
  };
}

function namingOf(config: SourceConfig, policy: RecordPolicy, keys: Keys): NamingPolicy {
  return { alias: config.alias, names: policy.names, namesKey: keys.names };
}

function prepareSource(options: PipelineOptions, config: SourceConfig): RunningSource {
  const { state, keys } = options;
  const { source_no: sourceNo } = declareSource(state, config);
  const policy = options.policyOf(config);
  const naming = namingOf(config, policy, keys);
  const sidecars = openSidecars(state, sourceNo);
  return {
    // the agent's own files are no customer's pictures, wherever somebody puts them
    config: { ...config, exclude: [...config.exclude, ...ownFolder(config.folder, options.dataDir)] },
    sourceNo,
    policy,
    state,
    dataDir: options.dataDir,
    pool: options.pool,
    keys,
    queue: openScanQueue(state, sourceNo),
    known: prepareKnownItems(state, sourceNo),
    sidecars,
    late: openLateFiles(),
    hintAgeMs: () => 0,
    writer: prepareFileWriter({
      state,
      sourceNo,
      policy,
      extractVersion,
      sidecarBeside: sidecars.beside,
      nameItem: (path, isTaken) => referenceId(path, naming, isTaken),
    }),
    threadUrl: options.walkThreadUrl,
    hangMs: options.hangMs ?? options.scan.hang_ms,
    isQueueFull: () => options.isQueueFull?.(config.alias) ?? false,
    settleMs: options.scan.settle_ms,
    signal: options.signal,
    log: options.log,
    onProgress: options.onProgress ?? (() => undefined),
  };
}

function ownFolder(root: string, dataDir: string): string[] {
  const below = relative(root, dataDir);
  return below === '' || below.startsWith('..') ? [] : [`${below.replace(/[*?[\]{}()!+@\\]/g, '\\$&')}/**`];
}
