/** An agent that works for long: memory, descriptors and files do not grow with what came and went. */
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aJpeg } from '../builders/a-picture.ts';
import { type ATrial, aTrial } from '../builders/a-trial.ts';
import { eventually } from '../builders/eventually.ts';

const isLong = process.env.NUCLEUS_SOAK !== undefined;
/** Of the long form: two hours, or as many minutes as are named. */
const minutes = Number(process.env.NUCLEUS_SOAK_MINUTES ?? 120);
const leastCycles = 3;
const files = isLong ? 60 : 12;
const mostBytes = { rss: 400 * 2 ** 20, log: 32 * 2 ** 20 };
/** Slower than this a leak takes months to matter. */
const slopeMbPerHour = 1;
/** A slope over less says more of the collector's moods than of leaks. */
const worthSlopeHours = 1;

interface Sample {
  hours: number;
  rssBytes: number;
  descriptors: number;
  logBytes: number;
}

test(`${isLong ? `${minutes} minutes` : `${leastCycles} rounds`} of files that come, change, move and go leave nothing behind in the agent`, {
  timeout: isLong ? (minutes + 30) * 60_000 : 120_000,
}, async () => {
  const trial = await aTrial({ config: { scan: { interval_s: 5, settle_ms: 0 } } });
  const agent = trial.start();
  await agent.printed(/Viewer: /);
  const pid = agent.child.pid as number;
  const names: string[] = [];
  const samples: Sample[] = [];
  const startedMs = performance.now();
  const hours = (): number => (performance.now() - startedMs) / 3_600_000;
  for (let cycle = 0; cycle < leastCycles || (isLong && hours() * 60 < minutes); cycle += 1) {
    await churn(trial, names, cycle);
    await trial.converges(() => names, 60_000);
    samples.push({ hours: hours(), ...look(trial, pid) });
  }
  // a start opens more than it keeps
  const settled = samples.slice(1);
  const descriptors = settled.map((sample) => sample.descriptors);
  // more may be open for a moment; what leaks never comes down again
  const few = Math.min(...descriptors) + 8;
  await eventually('few descriptors', 30_000, () => (look(trial, pid).descriptors <= few ? true : undefined));
  expect(Math.max(...settled.map(({ rssBytes }) => rssBytes))).toBeLessThan(mostBytes.rss);
  expect(Math.max(...settled.map(({ logBytes }) => logBytes))).toBeLessThan(mostBytes.log);
  // the first third fills caches
  const late = samples.slice(Math.floor(samples.length / 3));
  const slope = slopeOf(late);
  if (isLong)
    process.stderr.write(
      `${samples.length} rounds in ${hours().toFixed(2)} h: ${slope.toFixed(2)} MB/h, descriptors ${Math.min(...descriptors)} to ${Math.max(...descriptors)}, RSS ${Math.round((samples.at(-1)?.rssBytes ?? 0) / 2 ** 20)} MiB\n`,
    );
  if (hours() >= worthSlopeHours) expect(slope).toBeLessThan(slopeMbPerHour);
  expect(await agent.stop()).toBe(0);
});

test('the control: memory that grows by two megabytes an hour is found, in spite of its noise', () => {
  const grown = (mbPerHour: number): Sample[] =>
    Array.from({ length: 600 }, (_, i) => {
      const hours = i / 300;
      const noiseMb = 20 * Math.abs(Math.sin(i * 1.7));
      return { hours, rssBytes: (150 + hours * mbPerHour + noiseMb) * 2 ** 20, descriptors: 30, logBytes: 0 };
    });
  expect(slopeOf(grown(2))).toBeGreaterThan(slopeMbPerHour);
  expect(slopeOf(grown(0))).toBeLessThan(slopeMbPerHour);
});

/** What goes within a minute counts as one act, and more than fifty files would be held: one in so long is never too many. */
const leastMsBetweenDeletions = 2_000;
let lastDeletionMs = Number.NEGATIVE_INFINITY;

/** Changes and moves a third of the files each, and now and then lets one go and one come. */
async function churn(trial: ATrial, names: string[], cycle: number): Promise<void> {
  const at = (name: string): string => join(trial.folder, name);
  const picture = (seed: number): Promise<Buffer> => aJpeg({ widthPx: 32, heightPx: 24, seed });
  if (performance.now() - lastDeletionMs >= leastMsBetweenDeletions) {
    lastDeletionMs = performance.now();
    const gone = names.shift();
    if (gone !== undefined) rmSync(at(gone));
  }
  for (const [i, name] of names.entries()) {
    const seed = (cycle + 1) * 1000 + i;
    if (i % 3 === 0) writeFileSync(at(name), await picture(seed));
    if (i % 3 !== 1) continue;
    names[i] = `${seed}.jpg`;
    renameSync(at(name), at(`${seed}.jpg`));
  }
  for (let i = names.length; i < files; i += 1) {
    names.push(`${cycle}-${i}.jpg`);
    writeFileSync(at(`${cycle}-${i}.jpg`), await picture((cycle + 1) * 1000 + 900 + i));
  }
}

function look(trial: ATrial, pid: number): Omit<Sample, 'hours'> {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return {
    rssBytes: pages * 4096,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    logBytes: statSync(join(trial.data, 'state', 'agent.db-wal'), { throwIfNoEntry: false })?.size ?? 0,
  };
}

/** Megabytes an hour: least squares through the lowest of each ten looks, because what the collector has not swept yet is no leak. */
function slopeOf(samples: readonly Sample[]): number {
  const lows: Sample[] = [];
  for (let at = 0; at < samples.length; at += 10) {
    const low = samples.slice(at, at + 10).reduce((best, each) => (each.rssBytes < best.rssBytes ? each : best));
    lows.push(low);
  }
  const mean = (of: (sample: Sample) => number): number => lows.reduce((sum, each) => sum + of(each), 0) / lows.length;
  const [hours, bytes] = [mean((it) => it.hours), mean((it) => it.rssBytes)];
  const spread = lows.reduce((sum, it) => sum + (it.hours - hours) ** 2, 0);
  const common = lows.reduce((sum, it) => sum + (it.hours - hours) * (it.rssBytes - bytes), 0);
  return spread === 0 ? 0 : common / spread / 2 ** 20;
}
