import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OpenRefusal, openSafely } from '../../agent/src/source/open-safely.ts';

/** A directory below the root is swapped for a link to the outside and back, as fast as one thread can, while another opens. */
const swapper = `
const { renameSync } = require('node:fs');
const { workerData: { root, stop } } = require('node:worker_threads');
const flag = new Int32Array(stop);
while (Atomics.load(flag, 0) === 0) {
  renameSync(root + '/d', root + '/held');
  renameSync(root + '/link', root + '/d');
  renameSync(root + '/d', root + '/link');
  renameSync(root + '/held', root + '/d');
  Atomics.add(flag, 1, 1);
}`;

const base = mkdtempSync(join(tmpdir(), 'race-'));
const root = join(base, 'root');
const stop = new SharedArrayBuffer(8);
/** The long form. */
const isLong = process.env.NUCLEUS_SOAK !== undefined;
let worker: Worker;

beforeAll(() => {
  mkdirSync(join(root, 'd'), { recursive: true });
  mkdirSync(join(base, 'outside'));
  writeFileSync(join(root, 'd', 'f'), 'inside');
  writeFileSync(join(base, 'outside', 'f'), 'SECRET');
  symlinkSync(join(base, 'outside'), join(root, 'link'));
  worker = new Worker(swapper, { eval: true, workerData: { root, stop } });
});
afterAll(async () => {
  Atomics.store(new Int32Array(stop), 0, 1);
  await new Promise((resolve) => worker.once('exit', resolve));
  rmSync(base, { recursive: true, force: true });
});

/** The usual check: the resolved path lies below the root, so it may be opened. */
function openByName(): number {
  const path = join(root, 'd', 'f');
  if (!realpathSync(path).startsWith(`${root}/`)) throw new Error('outside');
  return openSync(path, 'r');
}

/** Opens for `ms`, or until `enough` leaks; how often, how often with success, and how often the outside file came. */
function hammer(open: () => number, ms: number, enough = Number.POSITIVE_INFINITY) {
  const seen = { tries: 0, opened: 0, leaked: 0 };
  for (const ends = performance.now() + ms; performance.now() < ends && seen.leaked < enough; seen.tries += 1) {
    let fd: number;
    try {
      fd = open();
    } catch (error) {
      if (error instanceof OpenRefusal && error.reason === 'root-unavailable') throw error;
      continue;
    }
    seen.opened += 1;
    if (readFileSync(fd, 'utf8') === 'SECRET') seen.leaked += 1;
    closeSync(fd);
  }
  return seen;
}

test('a check by name leaks the outside file: the race is real', () => {
  expect(hammer(openByName, 12_000, 3).leaked).toBeGreaterThan(0);
}, 20_000);

test('the walk by descriptors never does', () => {
  const seen = hammer(() => openSafely(root, Buffer.from('d/f')).fd, isLong ? 60_000 : 4000);
  const swaps = new Int32Array(stop)[1] as number;
  if (isLong) process.stdout.write(`${JSON.stringify({ ...seen, swaps })}\n`);
  expect(seen.leaked).toBe(0);
  expect(seen.opened).toBeGreaterThanOrEqual(isLong ? 50_000 : 1);
  expect(swaps).toBeGreaterThan(1000);
}, 120_000);
