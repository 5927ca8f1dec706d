/**
 * `sync-once.mjs DATA CLOUD-URL NAME ITEMS`: a fresh agent that owes the cloud so many records sends them, through its gate and its ledger,
 * into a new dataset; prints the seconds from its registration to the last acknowledgement. NUCLEUS_AGENT_KEY is its key.
 */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { AgentConfig } from '../../../agent/dist/config.js';
import { openTransport } from '../../../agent/dist/egress/cloud-request.js';
import { openGate } from '../../../agent/dist/egress/gate.js';
import { openLedger } from '../../../agent/dist/egress/ledger.js';
import { openLedgerIndex } from '../../../agent/dist/egress/ledger-index.js';
import { referenceId } from '../../../agent/dist/identity/reference-id.js';
import { openKeys } from '../../../agent/dist/keys/open-keys.js';
import { egressPolicy, recordPolicies, registrationOf } from '../../../agent/dist/policies.js';
import { prepareFileWriter } from '../../../agent/dist/state/files.js';
import { openState } from '../../../agent/dist/state/open-state.js';
import { declareSource } from '../../../agent/dist/state/sources.js';
import { startSync } from '../../../agent/dist/sync/start-sync.js';
import { aRecord } from '../cloud/records.mjs';

const [data, url, dataset, items] = process.argv.slice(2);
const version = '0.1.0';
const config = AgentConfig.parse({ data, cloud: { url }, sources: [{ folder: data, dataset }] });
const keys = openKeys(data);
const state = openState(data);
const policy = recordPolicies(config).get('main');
const { source_no: sourceNo } = declareSource(state, config.sources[0]);
const naming = { alias: 'main', names: policy.names, namesKey: keys.names };
const writer = prepareFileWriter({
  state,
  sourceNo,
  policy,
  extractVersion: 1,
  sidecarBeside: () => null,
  nameItem: (path, isTaken) => referenceId(path, naming, isTaken),
});

/** What is found in the file that record `n` is of. */
function aChange(n) {
  const { reference_id, width, height, phash, metadata } = aRecord(n);
  const { source, name, content_hash, byte_size, byte_size_bucket, ingest_day, ...fields } = metadata;
  return {
    kind: 'new',
    itemKey: undefined,
    path: Buffer.from(reference_id),
    stat: { dev: 1, ino: n, size: byte_size, mtimeMs: n, ctimeMs: n },
    found: {
      kind: 'facts',
      contentHash: createHash('sha256').update(reference_id).digest(),
      facts: { width, height, phash, fields },
    },
  };
}

const batch = 1000;
for (let at = 0; at < Number(items); at += batch)
  writer.write(
    Array.from({ length: Math.min(batch, Number(items) - at) }, (_, i) => aChange(at + i)),
    [],
    Date.now(),
  );

const ledgerFolder = join(data, 'ledger');
mkdirSync(ledgerFolder, { recursive: true });
const late = {};
const ledger = await openLedger(ledgerFolder, { onLine: (line, place) => late.index.add(line, place) });
late.index = await openLedgerIndex(ledgerFolder);
const transport = openTransport({ cloudUrl: url, version, apiKey: process.env.NUCLEUS_AGENT_KEY });
const gate = openGate(egressPolicy(config, keys.agentId, version), ledger, transport);
const stopping = new AbortController();
const silent = () => undefined;
const cpu = process.cpuUsage();
const started = performance.now();
const sync = startSync({
  state,
  gate,
  registration: registrationOf(config, keys.agentId, version),
  policyOf: () => policy,
  heartbeatMs: config.sync?.heartbeat_ms ?? 30_000,
  maxBackoffMs: 60_000,
  clock: {
    now: Date.now,
    random: Math.random,
    delay: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
  },
  log: { info: silent, warn: silent, error: silent },
  signal: stopping.signal,
});
if (!(await sync.drain(1))) throw new Error('the cloud did not take everything');
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(cpu);
const { acknowledged, rejected } = sync.totals();
if (acknowledged !== Number(items) || rejected > 0) throw new Error(`${acknowledged} of ${items} were acknowledged`);
stopping.abort();
await sync.close();
gate.close();
await ledger.close();
late.index.close();
state.close();
process.stdout.write(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6 }));
