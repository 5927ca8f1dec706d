/**
 * Promise (README): looking through 200,000 unchanged files takes at most twice as long as `find -printf '%p %s %T@ %i'`; a million
 * files need at most 200 MB, and nothing else in the agent waits for more than 200 ms meanwhile. About 4 minutes; the files lie on a memory
 * file system where there is one, and have a size without taking room.
 */
import { closeSync, existsSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runAll } from './agent/processes.mjs';
import { median, report } from './measure.mjs';

const seed = fileURLToPath(new URL('./agent/seed-catalogue.mjs', import.meta.url));
const once = fileURLToPath(new URL('./agent/rescan-once.mjs', import.meta.url));
const filesAFolder = 1000;

function makeTree(folder, count) {
  for (let at = 0; at < count; at += filesAFolder) {
    const sub = join(folder, `site-${Math.floor(at / 100_000)}`, `batch-${String(at / filesAFolder).padStart(4, '0')}`);
    mkdirSync(sub, { recursive: true });
    for (let i = at; i < at + filesAFolder; i++) {
      // a hole: it has a size and takes no room
      const file = openSync(join(sub, `IMG_${String(i).padStart(7, '0')}.jpg`), 'wx');
      ftruncateSync(file, 1000);
      closeSync(file);
    }
  }
}

/** @param isSeeded the catalogue is made beforehand, so that the first scan of it is the later one of a restarted agent. */
async function scanTree(count, rounds, isSeeded) {
  const base = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'nucleus-bench-'));
  const data = mkdtempSync(join(tmpdir(), 'nucleus-bench-'));
  try {
    makeTree(base, count);
    if (isSeeded) await runAll([[process.execPath, [seed, base, data]]]);
    const { output } = await runAll([[process.execPath, [once, base, data, String(rounds)]]]);
    return JSON.parse(output);
  } finally {
    rmSync(base, { recursive: true, force: true });
    rmSync(data, { recursive: true, force: true });
  }
}

const seconds = (runs) => median(runs.map((run) => run.seconds));
const cpuSeconds = (runs) => median(runs.map((run) => run.cpuSeconds)).toFixed(2);
const most = (runs, figure) => Math.max(...runs.map((run) => run[figure]));

const small = await scanTree(200_000, 5, false);
report({
  name: 'rescan of 200,000 unchanged files',
  unit: 's',
  ours: seconds(small.again),
  peer: { name: "find -printf '%p %s %T@ %i'", value: seconds(small.find) },
  mostRatio: 2,
  about: `median of 5, by two threads; CPU ${cpuSeconds(small.again)} s against ${cpuSeconds(small.find)} s`,
});
const large = await scanTree(1_000_000, 3, true);
const scans = [large.first, ...large.again];
const times = `${large.first.seconds.toFixed(1)} s after the start, then ${seconds(large.again).toFixed(1)} s, find ${seconds(large.find).toFixed(1)} s`;
report({
  name: 'memory while scanning 1,000,000 files',
  unit: 'MiB',
  ours: most(scans, 'mib'),
  atMost: 200,
  about: `${times}; cataloguing the 200,000 took ${small.first.mib.toFixed(0)} MiB`,
});
report({
  name: 'longest stall of the event loop while scanning 1,000,000 files',
  unit: 'ms',
  ours: most(scans, 'stallMs'),
  atMost: 200,
  about: `${large.first.stallMs.toFixed(0)} ms after the start, later ${most(large.again, 'stallMs').toFixed(0)} ms; cataloguing the 200,000 ${small.first.stallMs.toFixed(0)} ms`,
});
