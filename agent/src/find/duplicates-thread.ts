/** Compares all perceptual hashes of the catalogue with each other, in a thread of its own, and tells how far it is. */
import { parentPort, workerData } from 'node:worker_threads';
import { groupNear } from '@nucleus/shared/dedup/group-near';
import { openState } from '../state/open-state.ts';
import type { DuplicatesMessage } from './find-messages.ts';

const tellEveryMs = 200;

const { dataDir, threshold } = workerData as { dataDir: string; threshold: number };

function send(message: DuplicatesMessage): void {
  parentPort?.postMessage(message);
}

const state = openState(dataDir, { readonly: true });
const places: number[] = [];
const hi: number[] = [];
const lo: number[] = [];
// in pages, so that no read transaction stays open over a million rows
const page = state
  .prepare<[number], [number, string]>(
    `select rowid, facts ->> '$.phash' from items where rowid > ? and presence = 'live' and status = 'catalogued'
     and facts ->> '$.phash' is not null order by rowid limit 5000`,
  )
  .raw();
for (let rows = page.all(0); rows.length > 0; rows = page.all(places.at(-1) as number)) {
  for (const [rowid, phash] of rows) {
    places.push(rowid);
    hi.push(Number.parseInt(phash.slice(0, 32), 2));
    lo.push(Number.parseInt(phash.slice(32), 2));
  }
  send({ kind: 'progress', compared: 0, hashes: places.length });
}
state.close();

const work = groupNear({ hi: Uint32Array.from(hi), lo: Uint32Array.from(lo) }, threshold);
let told = performance.now();
let step = work.next();
while (!step.done) {
  if (performance.now() - told > tellEveryMs) {
    told = performance.now();
    send({ kind: 'progress', compared: step.value, hashes: places.length });
  }
  step = work.next();
}
const { places: grouped, starts } = step.value;
const rows = Float64Array.from(grouped, (at) => places[at] as number);
const sizes = starts.subarray(1).map((end, group) => end - (starts[group] as number));
send({ kind: 'done', hashes: places.length, rows, sizes });
