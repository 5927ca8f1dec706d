/**
 * Promise (README): the agent's whole pipeline, from reading to the owed change in SQLite, describes at least as many files a second
 * as `vipsthumbnail --size 32x32` in two processes makes thumbnails.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AgentConfig } from '../../agent/dist/config.js';
import { openDecoderPool } from '../../agent/dist/extract/decoder-pool.js';
import { openKeys } from '../../agent/dist/keys/open-keys.js';
import { startPipeline } from '../../agent/dist/pipeline.js';
import { recordPolicies } from '../../agent/dist/policies.js';
import { openState } from '../../agent/dist/state/open-state.js';
import { median, report } from './measure.mjs';
import { aPictureSet, shapes, workFolder } from './pictures.mjs';

const built = (path) => new URL(`../../agent/dist/${path}`, import.meta.url);
const rounds = 3;
const count = 300;

async function describeAll(folder) {
  const data = join(workFolder, 'ingest-data');
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true });
  const config = AgentConfig.parse({
    data,
    cloud: { url: 'http://127.0.0.1:9' },
    sources: [{ folder, dataset: 'bench' }],
    scan: { settle_ms: 0, watch: false },
  });
  const started = performance.now();
  const keys = openKeys(data);
  const state = openState(data);
  const { processes, max_pixels, max_file_bytes, timeout_ms } = config.extract;
  const pool = openDecoderPool({
    childUrl: built('extract/describe-child.js'),
    processes,
    contentKey: keys.content,
    limits: { maxPixels: max_pixels, maxFileBytes: max_file_bytes, timeoutMs: timeout_ms },
  });
  const policies = recordPolicies(config);
  const pipeline = startPipeline({
    state,
    dataDir: data,
    sources: config.sources,
    pool,
    keys,
    policyOf: ({ alias }) => policies.get(alias),
    scan: config.scan,
    walkThreadUrl: built('source/walk-thread.js'),
    signal: new AbortController().signal,
    log: { info() {}, warn() {} },
  });
  const { main } = await pipeline.scanOnce();
  const seconds = (performance.now() - started) / 1000;
  await pool.close();
  state.close();
  if (main.catalogued !== count) throw new Error(`catalogued ${main.catalogued} of ${count}`);
  return count / seconds;
}

async function thumbnailAll(folder) {
  const out = join(workFolder, 'thumbnails');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const files = readdirSync(folder).map((name) => join(folder, name));
  const started = performance.now();
  await Promise.all(
    [0, 1].map(async (half) => {
      const mine = files.filter((_, i) => i % 2 === half);
      const child = spawn('vipsthumbnail', ['--size', '32x32', '-o', join(out, '%s.jpg'), ...mine], {
        stdio: 'inherit',
      });
      const [code] = await once(child, 'exit');
      if (code !== 0) throw new Error(`vipsthumbnail ended with ${code}`);
    }),
  );
  return count / ((performance.now() - started) / 1000);
}

const hasPeer = spawnSync('vipsthumbnail', ['--version']).status === 0;
for (const name of Object.keys(shapes)) {
  const { folder, madeFrom } = await aPictureSet(name, count);
  await describeAll(folder);
  const ours = [];
  const peer = [];
  for (let round = 0; round < rounds; round++) {
    if (hasPeer) peer.push(await thumbnailAll(folder));
    ours.push(await describeAll(folder));
  }
  report({
    name: `ingest ${name}`,
    unit: 'files/s',
    ours: median(ours),
    peer: hasPeer ? { name: 'vipsthumbnail --size 32x32, 2 processes', value: median(peer) } : undefined,
    target: 1,
    about: `${count} JPEGs made from ${madeFrom}, median of ${rounds}`,
  });
}
