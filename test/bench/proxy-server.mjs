/**
 * The proxy alone, in a process of its own, over a folder whose files are catalogued as a scan would: prints one line of JSON with its
 * port and the links by folder, and serves until it is ended. Usage: `node proxy-server.mjs FOLDER DATA [ROWS]`; with ROWS the
 * catalogue also holds so many files that are not there.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openDecoderPool } from '../../agent/dist/extract/decoder-pool.js';
import { startProxy } from '../../agent/dist/proxy/start-proxy.js';
import { openDistantFiles } from '../../agent/dist/source/distant-files.js';
import { openState } from '../../agent/dist/state/open-state.js';
import { openViewerParts } from '../../agent/dist/viewer-parts.js';

const [folder, data, rows = '0'] = process.argv.slice(2);
const dist = new URL('../../agent/dist/', import.meta.url);
const state = openState(data);
const insert = state.prepare(
  `insert or ignore into items (item_key, source_no, reference_id, presence, status, path, dev, ino, byte_size, mtime_ms, ctime_ms,
     content_hash, revision, digest, facts, ingest_day)
   values (?, 1, ?, 'live', 'catalogued', ?, ?, ?, ?, ?, ?, zeroblob(32), 1, 'd', ?, '2026-11-24')`,
);
const facts = JSON.stringify({
  width: 1600,
  height: 1200,
  phash: '01'.repeat(32),
  fields: { media_kind: 'image', format: 'jpeg', status: 'ok', blurhash: 'LEHV6nWB2yk8pyo0adR*.7kCMdnj', iso: 200 },
});
const names = readdirSync(folder, { recursive: true }).filter((name) => statSync(join(folder, name)).isFile());
state.transaction(() => {
  state.exec(`insert or ignore into sources (source_no, alias, folder, dataset_name, level, names, fields_off, state)
    values (1, 'main', '${folder.replaceAll("'", "''")}', 'bench', 'standard', 'relative-path', '[]', 'live')`);
  for (const name of names) {
    const stat = statSync(join(folder, name));
    insert.run(
      randomBytes(16),
      name,
      Buffer.from(name),
      stat.dev,
      stat.ino,
      stat.size,
      stat.mtimeMs,
      stat.ctimeMs,
      facts,
    );
  }
  for (let i = 0; i < Number(rows); i++) {
    const name = `z${Math.floor(i / 1000)}/IMG_${String(i).padStart(7, '0')}.jpg`;
    insert.run(randomBytes(16), name, Buffer.from(name), 1, 1, 1_000_000, 0, 0, facts);
  }
})();
const pool = openDecoderPool({
  childUrl: new URL('extract/describe-child.js', dist),
  processes: 1,
  contentKey: Buffer.alloc(32, 1),
  limits: { maxPixels: 1e8, maxFileBytes: 4e9, timeoutMs: 10_000 },
});
const silent = { info() {}, warn() {}, error() {} };
const sources = [{ sourceNo: 1, alias: 'main', folder }];
const proxy = await startProxy({
  state,
  sources,
  listen: '127.0.0.1:0',
  dashboardOrigins: [],
  assetIpAllowlist: [],
  metricsFromAnywhere: false,
  keys: { agentId: 'agt_00000000000000000000', media: randomBytes(32) },
  makePreview: async ({ path, edgePx, type, expected }) => {
    const made = await pool.preview({ root: folder, path, expected, widthPx: edgePx, format: type });
    if (Buffer.isBuffer(made)) return made;
    throw new Error(made.code);
  },
  whatLeft: () => undefined,
  overview: () => ({
    agent_id: 'agt_00000000000000000000',
    version: 'bench',
    cloud_url: 'http://127.0.0.1:9',
    cloud_state: 'never-reached',
    sources: [
      {
        alias: 'main',
        folder,
        dataset_name: 'bench',
        level: 'standard',
        names: 'relative-path',
        state: 'live',
        reason: 'none',
        watch: 'watching',
        lag_s: 0,
        last_scan_ms: null,
        verified_day: null,
        on_disk: names.length + Number(rows),
        catalogued: names.length + Number(rows),
        excluded: 0,
        exceptions: 0,
        not_regular: 0,
        queued: 0,
        dead_letters: 0,
        held_deletions: 0,
      },
    ],
  }),
  viewer: openViewerParts({
    state,
    dataDir: data,
    sources,
    keys: { names: Buffer.alloc(32) },
    policyOf: (alias) => ({
      alias,
      level: 'standard',
      names: 'relative-path',
      fieldsOff: [],
      gpsGrainDegrees: 0.1,
      publicUrl: 'http://127.0.0.1:8787',
    }),
    sync: { cloudState: () => 'never-reached', pauseReason: () => undefined },
    pool,
    pipeline: { retry: () => Promise.resolve(0) },
    index: { page: () => ({ total: 0, entries: [] }), findRow: () => undefined, findAttempt: async () => undefined },
    builtRoot: dist,
  }),
  distant: openDistantFiles(new URL('source/distant-thread.js', dist)),
  recheck() {},
  webRoot: new URL('web', dist).pathname,
  previewsDir: join(data, 'previews'),
  maxCacheBytes: 1e9,
  version: 'bench',
  log: silent,
});
const links = {};
for (const name of names) {
  const variant = name.startsWith('previews/') ? 'preview-512' : 'original';
  const { url } = proxy.mintLink({ referenceId: name, variant, minutes: 60 });
  const [group] = name.split('/');
  links[group] ??= [];
  links[group].push(new URL(url).pathname);
}
process.stdout.write(
  `${JSON.stringify({ port: proxy.listening.port, links, codes: Array.from({ length: 8 }, () => proxy.mintViewerCode()) })}\n`,
);
process.on('SIGTERM', () => process.exit(0));
