/**
 * Deduplication of a million perceptual hashes at threshold 10 against the walk that compares with every kept hash, over the same
 * typed arrays, timed at 50,000 and extrapolated by the square. `node test/bench/dedup.mjs [count] [threshold]` after `npm run build`.
 */
import { orderByHash } from '@nucleus/shared/dedup/hash-list';
import { walkUnique } from '@nucleus/shared/dedup/walk-unique';
import { bruteForce } from './cloud/brute-force.mjs';
import { report } from './measure.mjs';

const count = Number(process.argv[2] ?? 1_000_000);
const threshold = Number(process.argv[3] ?? 10);
const bruteCount = Math.min(50_000, count);

const random = seeded(20_261_123);
const hashes = someHashes(count);
const brute = (list) =>
  bruteForce(
    list,
    orderByHash(list, (a, b) => a - b),
    threshold,
  );
const bruteMs = timed(() => brute(first(hashes, bruteCount)));
const checked = fast(first(hashes, bruteCount));
if (checked.join() !== brute(first(hashes, bruteCount)).join()) throw new Error('the two walks kept different hashes');
const fastMs = timed(() => fast(hashes));
const extrapolatedMs = bruteMs * (count / bruteCount) ** 2;
report({
  name: `deduplication of ${count.toLocaleString('en')} hashes at threshold ${threshold}`,
  unit: 'hashes/s',
  ours: (count / fastMs) * 1000,
  peer: {
    name: `comparing with every kept hash, from ${bruteCount.toLocaleString('en')}`,
    value: (count / extrapolatedMs) * 1000,
  },
  target: 30,
});

function fast(list) {
  const order = orderByHash(list, (a, b) => a - b);
  const steps = walkUnique(list, order, threshold);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Nine in ten at random; one in ten a few bits beside another, as pictures of a series are. */
function someHashes(total) {
  const hi = new Uint32Array(total);
  const lo = new Uint32Array(total);
  for (let at = 0; at < total; at++) {
    if (at > 0 && at % 10 === 0) {
      const other = Math.floor(random() * at);
      hi[at] = hi[other] ^ (1 << Math.floor(random() * 32));
      lo[at] = lo[other] ^ (1 << Math.floor(random() * 32)) ^ (1 << Math.floor(random() * 32));
      continue;
    }
    hi[at] = Math.floor(random() * 2 ** 32);
    lo[at] = Math.floor(random() * 2 ** 32);
  }
  return { hi, lo };
}

function first(list, total) {
  return { hi: list.hi.slice(0, total), lo: list.lo.slice(0, total) };
}

function timed(run) {
  const started = performance.now();
  run();
  return performance.now() - started;
}

/** mulberry32 */
function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
