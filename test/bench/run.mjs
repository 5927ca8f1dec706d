/** `npm run bench [NAME …]`: runs the benchmarks one after the other, each in its own process, and keeps their figures in results.json. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

const here = new URL('./', import.meta.url);
const resultsFile = fileURLToPath(new URL('results.json', here));
const all = [
  'ingest',
  'rescan',
  'sync',
  'dedup',
  'proxy',
  'viewer',
  'cloud-sqlite',
  'cloud-postgres',
  'cloud-labels',
  'intake',
  'dashboard',
];
const chosen = process.argv.length > 2 ? process.argv.slice(2) : all;

const kept = existsSync(resultsFile) ? JSON.parse(readFileSync(resultsFile, 'utf8')).figures : [];
const figures = new Map(kept.map((figure) => [figure.name, figure]));
for (const name of chosen) {
  const run = spawnSync(process.execPath, [fileURLToPath(new URL(`${name}.mjs`, here))], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.status !== 0) process.exitCode = 1;
  for (const line of run.stdout.split('\n').filter((text) => text.startsWith('{'))) {
    const figure = { ...JSON.parse(line), day: new Date().toISOString().slice(0, 10) };
    figures.set(figure.name, figure);
    process.stdout.write(`${describe(figure)}\n`);
  }
}
const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 1024 ** 3)} GiB, Node ${process.version}`;
writeFileSync(resultsFile, `${JSON.stringify({ machine, figures: [...figures.values()] }, null, 2)}\n`);

function describe({
  name,
  unit,
  ours,
  peer,
  ratio,
  target,
  most_ratio: mostRatio,
  at_least: least,
  at_most: most,
  reached,
}) {
  const limits = [
    peer &&
      `${peer.name} ${peer.value}: ratio ${ratio}${target === undefined ? '' : ` (target ${target})`}${mostRatio === undefined ? '' : ` (at most ${mostRatio})`}`,
    least && `at least ${least}`,
    most && `at most ${most}`,
    reached === false && 'NOT REACHED',
  ].filter(Boolean);
  return `${name}: ${ours} ${unit}${limits.length === 0 ? '' : `, ${limits.join(', ')}`}`;
}
