/**
 * `rescan-once.mjs FOLDER DATA ROUNDS`: scans a folder of files that are no pictures, so that walking, comparing and recording are all that
 * costs, and prints for the first scan and for those after it: seconds, most MiB and longest stall of the event loop in ms; between the
 * later ones, `find` over the same folder.
 */
import { createHash } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { aPipeline } from './a-pipeline.mjs';
import { runAll } from './processes.mjs';

const [folder, data, rounds] = process.argv.slice(2);

/** Describes by name alone. */
const instantPool = {
  processes: 2,
  describe: async ({ path }) => ({
    kind: 'facts',
    contentHash: createHash('sha256').update(path).digest(),
    facts: {
      width: 640,
      height: 480,
      phash: '01'.repeat(32),
      fields: { media_kind: 'image', format: 'jpeg', status: 'ok', brightness: 8, mean_color: '#808080' },
    },
  }),
  close: async () => undefined,
};

/** resolution in ms: a longer one would miss short stalls, not long ones */
const delay = monitorEventLoopDelay({ resolution: 5 });
let mib = 0;
const looking = setInterval(() => {
  mib = Math.max(mib, process.memoryUsage.rss() / 1024 ** 2);
}, 50);

async function measured(scan) {
  mib = 0;
  delay.reset();
  delay.enable();
  const cpu = process.cpuUsage();
  const started = performance.now();
  const summary = await scan();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  delay.disable();
  return {
    seconds,
    cpuSeconds: (user + system) / 1e6,
    mib,
    stallMs: delay.max / 1e6,
    onDisk: summary.on_disk,
    unchanged: summary.unchanged,
  };
}

async function find() {
  const { seconds, cpuSeconds } = await runAll([['find', [folder, '-printf', '%p %s %T@ %i\n']]]);
  return { seconds, cpuSeconds };
}

const agent = aPipeline(folder, data, () => instantPool);
const first = await measured(agent.scan);
const again = [];
const found = [];
for (let round = -1; round < Number(rounds); round++) {
  const peer = await find();
  const run = await measured(agent.scan);
  if (run.unchanged !== run.onDisk) throw new Error(`${run.unchanged} of ${run.onDisk} files were unchanged`);
  if (round < 0) continue;
  again.push(run);
  found.push(peer);
}
clearInterval(looking);
await agent.close();
process.stdout.write(JSON.stringify({ first, again, find: found }));
