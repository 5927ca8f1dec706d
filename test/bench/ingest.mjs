/**
 * Promise (README): the agent's whole pipeline, from reading to the owed change in SQLite, describes at least as many files a second
 * as `vipsthumbnail --size 32x32` in two processes makes thumbnails, in at most 600 MB. About 7 minutes,
 * and as much again for making the pictures the first time.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runAll } from './agent/processes.mjs';
import { median, report } from './measure.mjs';
import { aPictureSet, workFolder } from './pictures.mjs';

const once = fileURLToPath(new URL('./agent/ingest-once.mjs', import.meta.url));
const shrink = fileURLToPath(new URL('./agent/shrink-only.mjs', import.meta.url));
const rounds = 5;
/** So many that a run takes several seconds, whatever the size of the pictures: both start anew each time. */
const counts = { camera: 400, '1080p': 1200, '640x480': 3000 };

function emptyFolder(name) {
  const folder = join(workFolder, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

async function describeAll(folder, count) {
  const run = await runAll([[process.execPath, [once, folder, emptyFolder('ingest-data')]]]);
  const { catalogued, mib } = JSON.parse(run.output);
  if (catalogued !== count) throw new Error(`catalogued ${catalogued} of ${count}`);
  return { ...run, mib };
}

/** The rasters alone: nothing is hashed, described or kept, so that no pipeline over the same decoder is faster. */
const shrinkAll = (folder) => runAll(['0', '1'].map((part) => [process.execPath, [shrink, folder, part, '2']]));

async function thumbnailAll(folder) {
  const out = join(emptyFolder('thumbnails'), '%s.jpg');
  const files = readdirSync(folder).map((name) => join(folder, name));
  const half = (rest) => files.filter((_, i) => i % 2 === rest);
  return runAll([0, 1].map((rest) => ['vipsthumbnail', ['--size', '32x32', '-o', out, ...half(rest)]]));
}

const hasPeer = spawnSync('vipsthumbnail', ['--version']).status === 0;
let mostMib = 0;
for (const [name, count] of Object.entries(counts)) {
  const { folder, madeFrom } = await aPictureSet(name, count);
  await describeAll(folder, count);
  if (hasPeer) await thumbnailAll(folder);
  const ours = [];
  const peer = [];
  const bare = [];
  for (let round = 0; round < rounds; round++) {
    if (hasPeer) peer.push(await thumbnailAll(folder));
    ours.push(await describeAll(folder, count));
    bare.push(await shrinkAll(folder));
  }
  mostMib = Math.max(mostMib, ...ours.map(({ mib }) => mib));
  const rate = (runs) => median(runs.map(({ seconds }) => count / seconds));
  const cpuMs = (runs) => (median(runs.map(({ cpuSeconds }) => cpuSeconds / count)) * 1000).toFixed(1);
  const vips = hasPeer ? { name: 'vipsthumbnail --size 32x32, 2 processes', value: rate(peer) } : undefined;
  report({
    name: `ingest ${name}, the decoder alone in 2 processes`,
    unit: 'files/s',
    ours: rate(bare),
    peer: vips,
    about: `the bound of ingest: no hash, no descriptors, no catalogue; CPU a file ${cpuMs(bare)} ms`,
  });
  report({
    name: `ingest ${name}`,
    unit: 'files/s',
    ours: rate(ours),
    peer: vips,
    target: 1,
    about: `${count} JPEGs made from ${madeFrom}, median of ${rounds}; CPU a file ${cpuMs(ours)} ms${hasPeer ? ` against ${cpuMs(peer)} ms` : ''}`,
  });
}
report({
  name: 'ingest memory, agent and decoders',
  unit: 'MiB',
  ours: mostMib,
  atMost: 600,
  about: 'the most of all rounds, sampled ten times a second; shared pages count for each process',
});
