/**
 * Promise (README): an agent's records reach a cloud on SQLite at 8,000 items/s or more, gate, ledger and acknowledgements included, and at
 * least three times as fast as the same items through the plain Nucleus append route, 20 a request over one connection. About 2 minutes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runAll } from './agent/processes.mjs';
import { append } from './cloud/parts.mjs';
import { newKey, startCloud } from './cloud/server.mjs';
import { median, report } from './measure.mjs';

const once = fileURLToPath(new URL('./agent/sync-once.mjs', import.meta.url));
const rounds = 3;
const items = 40_000;
const appended = 4_000;

const cloud = await startCloud('sqlite');
try {
  const client = cloud.client();
  const rates = { ours: [], peer: [] };
  const cpuMs = { agent: [], cloud: [] };
  for (let round = -1; round < rounds; round++) {
    const { dataset_id: plain } = await client.ask('/v1/nucleus/dataset/create', {
      name: `plain ${round}`,
      use_privacy_mode: true,
    });
    const peer = await append(cloud, plain, appended, 20, 1);
    // a key belongs to one agent
    process.env.NUCLEUS_AGENT_KEY = newKey(cloud, 'agent');
    const data = mkdtempSync(join(tmpdir(), 'nucleus-bench-'));
    const cpu = cloud.cpuSeconds();
    const { output } = await runAll([[process.execPath, [once, data, cloud.url, `agent ${round}`, String(items)]]]);
    const run = JSON.parse(output);
    rmSync(data, { recursive: true, force: true });
    if (round < 0) continue;
    rates.peer.push(peer);
    rates.ours.push(items / run.seconds);
    cpuMs.agent.push((run.cpuSeconds * 1e6) / items);
    cpuMs.cloud.push(((cloud.cpuSeconds() - cpu) * 1e6) / items);
  }
  client.close();
  report({
    name: 'sync, agent to cloud',
    unit: 'items/s',
    ours: median(rates.ours),
    peer: { name: 'plain append, 20 items a request, one connection', value: median(rates.peer) },
    target: 3,
    atLeast: 8_000,
    about: `${items} items, median of ${rounds}; CPU an item ${median(cpuMs.agent).toFixed(0)} µs in the agent, ${median(cpuMs.cloud).toFixed(0)} µs in the cloud`,
  });
} finally {
  await cloud.stop();
}
