import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AgentParts, Pipeline, PipelineOptions, PipelineProgress, ProxyOptions } from './agent-parts.ts';
import { type DecoderPool, openDecoderPool } from './extract/decoder-pool.ts';
import { findFfmpeg } from './extract/poster-frame.ts';
import { openKeys } from './keys/open-keys.ts';
import { readPasscodeHash } from './keys/passcode-file.ts';
import type { Progress } from './pipeline/running-source.ts';
import { startPipeline } from './pipeline.ts';
import type { MakePreview } from './proxy/previews.ts';
import { startProxy } from './proxy/start-proxy.ts';
import { makeSamples } from './samples/make-samples.ts';
import { openDistantFiles } from './source/distant-files.ts';
import { fileStat } from './source/file-stat.ts';
import { confirmHeldDeletions } from './state/missing.ts';
import { openViewerParts } from './viewer-parts.ts';

const childUrl = new URL('./extract/describe-child.js', import.meta.url);
const walkThreadUrl = new URL('./source/walk-thread.js', import.meta.url);
const pages = fileURLToPath(new URL('./web', import.meta.url));

/** The stages that the agent runs with. Adapters between their own options and {@link AgentParts} stand here. */
export const wiredParts: AgentParts<DecoderPool> = {
  openKeys,
  openPool: (config, keys) =>
    openDecoderPool({
      childUrl,
      processes: config.processes,
      contentKey: keys.content,
      limits: {
        maxPixels: config.max_pixels,
        maxFileBytes: config.max_file_bytes,
        timeoutMs: config.timeout_ms,
        videoPosters: config.video_posters,
      },
    }),
  describeFile: async (pool, source, path) => {
    const file = Buffer.concat([Buffer.from(`${source.folder}/`), path]);
    const expected = fileStat(await (source.follow_links ? stat : lstat)(file));
    const described = await pool.describe({
      root: source.folder,
      followLinks: source.follow_links,
      path,
      expected,
      timeZone: source.time_zone,
    });
    return described.kind === 'facts' ? described : undefined;
  },
  startPipeline: openPipeline,
  startProxy: async ({ config, keys, pool, pipeline, policyOf, sync, ledgerIndex, ...options }) => {
    const distant = openDistantFiles(new URL('source/distant-thread.js', import.meta.url));
    const viewer = openViewerParts({
      state: options.state,
      dataDir: config.data,
      sources: options.sources,
      keys,
      policyOf,
      sync,
      pool,
      pipeline,
      index: ledgerIndex,
      showsVideos: () => config.extract.video_posters && findFfmpeg() !== undefined,
      builtRoot: new URL('./', import.meta.url),
    });
    const proxy = await startProxy({
      ...options,
      viewer,
      listen: config.listen,
      tls: config.tls,
      trustedProxies: config.trusted_proxies,
      assetIpAllowlist: config.asset_ip_allowlist,
      metricsFromAnywhere: config.metrics_from_anywhere,
      keys,
      passcodeHash: readPasscodeHash(config.data),
      makePreview: previewsOf(pool),
      distant,
      recheck: recheckOf(pipeline, options.log),
      webRoot: pages,
      previewsDir: join(config.data, 'previews'),
      maxCacheBytes: config.previews.max_cache_bytes,
    });
    return {
      ...proxy,
      close: async () => {
        await proxy.close();
        await viewer.close();
        await distant.close();
      },
    };
  },
  confirmDeletions: confirmHeldDeletions,
  makeSamples,
};

function openPipeline(options: PipelineOptions<DecoderPool>): Pipeline {
  const pipeline = startPipeline({
    ...options,
    scan: options.config.scan,
    policyOf: ({ alias }) => options.policyOf(alias),
    walkThreadUrl,
    onProgress: sumProgress(options.onProgress),
  });
  let watching: Promise<void> | undefined;
  return {
    scanOnce: (alias) => pipeline.scanOnce(alias),
    watch: () => {
      watching ??= pipeline.watch();
      return watching;
    },
    verify: () => pipeline.verify(),
    adopt: (alias, items) => pipeline.adopt(alias, items),
    recheck: (alias, path) => pipeline.recheck(alias, path),
    retry: (alias, path) => pipeline.retry(alias, path),
    close: async () => {
      await watching?.catch(() => undefined);
    },
  };
}

/** Adds the sources up: while one walks it counts what it sees, then what it has to describe. */
function sumProgress(tell: (progress: PipelineProgress) => void): (progress: Progress) => void {
  const bySource = new Map<string, PipelineProgress>();
  return ({ alias, phase, files, total }) => {
    bySource.set(alias, phase === 'walking' ? { found: files, described: 0 } : { found: total, described: files });
    const sums = [...bySource.values()];
    tell({
      found: sums.reduce((sum, { found }) => sum + found, 0),
      described: sums.reduce((sum, { described }) => sum + described, 0),
    });
  };
}

function previewsOf(pool: DecoderPool): MakePreview {
  return async ({ folder, followLinks, path, expected, edgePx, type }) => {
    const made = await pool.preview({ root: folder, followLinks, path, expected, widthPx: edgePx, format: type });
    if (Buffer.isBuffer(made)) return made;
    throw new Error(made.code);
  };
}

function recheckOf(pipeline: Pipeline, log: ProxyOptions<DecoderPool>['log']): (alias: string, path: Buffer) => void {
  return (alias, path) => {
    pipeline.recheck(alias, path).catch((error: unknown) => {
      log.warn({ kind: error instanceof Error ? error.name : 'unknown' }, 'recheck failed');
    });
  };
}
