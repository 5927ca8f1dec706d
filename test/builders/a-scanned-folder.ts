import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { namesPolicy, SourceConfig } from '../../agent/src/config.ts';
import { type DecoderPool, openDecoderPool } from '../../agent/src/extract/decoder-pool.ts';
import { openKeys } from '../../agent/src/keys/open-keys.ts';
import type { ScanSummary } from '../../agent/src/pipeline/scan-source.ts';
import { type Pipeline, startPipeline } from '../../agent/src/pipeline.ts';
import { openState, type State } from '../../agent/src/state/open-state.ts';
import type { ItemRow, OutboxRow } from '../../agent/src/state/rows.ts';

const built = (path: string) => new URL(`../../agent/dist/${path}`, import.meta.url);

/** Two real decoder processes of the build. */
export function aDecoderPool({ timeoutMs = 10_000 } = {}): DecoderPool {
  return openDecoderPool({
    childUrl: built('extract/describe-child.js'),
    processes: 2,
    contentKey: Buffer.alloc(32, 1),
    limits: { maxPixels: 1e8, maxFileBytes: 1e9, timeoutMs },
  });
}

/** A small JPEG; another number is another picture. */
export async function numberedJpeg(number: number): Promise<Buffer> {
  return sharp({
    create: { width: 80 + number, height: 60, channels: 3, background: { r: number % 256, g: 90, b: 200 } },
  })
    .jpeg()
    .toBuffer();
}

/** A folder with a real catalogue over it: real state, real walk threads. */
export interface ScannedFolder {
  folder: string;
  dataDir: string;
  state: State;
  pipeline: Pipeline;
  scan: () => Promise<ScanSummary>;
  items: () => ItemRow[];
  /** Reference ids of live items and where they are. */
  live: () => Record<string, string>;
  outbox: () => OutboxRow[];
  /** Ends what runs, and closes the state. */
  close: () => Promise<void>;
}

/** @param at another one's folder and data, to go on with another configuration. */
export function aScannedFolder(
  pool: DecoderPool,
  over: Partial<SourceConfig> = {},
  at?: { folder: string; dataDir: string },
): ScannedFolder {
  const root = mkdtempSync(join(tmpdir(), 'scanned-'));
  const folder = at?.folder ?? join(root, 'pictures');
  const dataDir = at?.dataDir ?? join(root, 'data');
  mkdirSync(folder, { recursive: true });
  const state = openState(dataDir);
  const stop = new AbortController();
  const pipeline = startPipeline({
    state,
    dataDir,
    sources: [SourceConfig.parse({ folder, dataset: 'tests', ...over })],
    pool,
    keys: openKeys(dataDir),
    policyOf: (source) => ({
      alias: source.alias,
      level: source.level,
      names: namesPolicy(source),
      fieldsOff: source.fields_off,
      gpsGrainDegrees: source.gps_grain_degrees,
      publicUrl: 'http://127.0.0.1:8787',
    }),
    scan: { interval_s: 60, settle_ms: 0, delete_grace_ms: 50, watch: true, hang_ms: 30_000 },
    walkThreadUrl: built('source/walk-thread.js'),
    signal: stop.signal,
    log: { info: () => undefined, warn: () => undefined },
  });
  const running: Promise<unknown>[] = [];
  const { watch } = pipeline;
  pipeline.watch = () => {
    const watching = watch();
    running.push(watching);
    return watching;
  };
  const items = () => state.prepare<[], ItemRow>('select * from items order by path').all();
  return {
    folder,
    dataDir,
    state,
    pipeline,
    scan: async () => {
      const { main } = await pipeline.scanOnce();
      if (!main) throw new Error('the source has no summary');
      return main;
    },
    items,
    live: () =>
      Object.fromEntries(
        items()
          .filter((row) => row.presence === 'live')
          .map((row) => [row.reference_id, row.path.toString('latin1')]),
      ),
    outbox: () => state.prepare<[], OutboxRow>('select * from outbox order by reference_id').all(),
    close: async () => {
      stop.abort();
      await Promise.all(running);
      state.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
