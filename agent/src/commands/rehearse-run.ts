import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { Level } from '@nucleus/shared/record/levels';
import type { AgentParts } from '../agent-parts.ts';
import { AgentConfig } from '../config.ts';
import type { RawReply, Transport } from '../egress/cloud-request.ts';
import { openGate } from '../egress/gate.ts';
import { openLedger } from '../egress/ledger.ts';
import { type LedgerVerdict, verifyLedger } from '../egress/verify-ledger.ts';
import { openLog } from '../log.ts';
import { egressPolicy, recordPolicies, registrationOf } from '../policies.ts';
import type { RecordPolicy } from '../record/build-record.ts';
import { openState } from '../state/open-state.ts';
import { startSync } from '../sync/start-sync.ts';

/** What one run would have sent, wrote and logged. */
export interface Rehearsal {
  catalogued: number;
  /** Address and body of every request that passed the gate, as the transport got them, before compression. */
  sent: { path: string; body: Buffer }[];
  isDrained: boolean;
  ledger: LedgerVerdict;
  /** Bytes of the ledger's files. */
  ledgerBytes: Buffer[];
  /** Bodies that the ledger holds. */
  ledgerBodies: Buffer[];
  log: Buffer;
  keys: Buffer[];
}

/** What differs between two rehearsals. */
export interface RehearsalSetup {
  dataDir: string;
  folder: string;
  level: Level;
  fieldsOff?: string[];
}

/** Runs pipeline, gate, ledger and sync over a folder, with a recorder in place of the network. */
export async function rehearseRun(
  setup: RehearsalSetup,
  parts: AgentParts,
  version: string,
  signal: AbortSignal,
): Promise<Rehearsal> {
  const config = AgentConfig.parse({
    data: setup.dataDir,
    cloud: { url: 'https://cloud.invalid' },
    scan: { settle_ms: 0, watch: false },
    sources: [{ folder: setup.folder, dataset: 'self-audit', level: setup.level, fields_off: setup.fieldsOff ?? [] }],
  });
  const policies = recordPolicies(config);
  const policyOf = (alias: string): RecordPolicy => policies.get(alias) as RecordPolicy;
  const written: string[] = [];
  const log = openLog({ stream: { write: (line) => void written.push(line) } });
  const keys = parts.openKeys(setup.dataDir);
  const state = openState(setup.dataDir);
  const ledgerFolder = join(setup.dataDir, 'ledger');
  const ledger = await openLedger(ledgerFolder);
  const recorder = recordRequests();
  const gate = openGate(egressPolicy(config, keys.agentId, version), ledger, recorder.transport);
  const pool = parts.openPool({ ...config.extract, processes: 1 }, keys);
  await pool.started();
  const stopping = new AbortController();
  const working = AbortSignal.any([signal, stopping.signal]);
  const pipeline = parts.startPipeline({
    state,
    dataDir: setup.dataDir,
    config,
    sources: config.sources,
    pool,
    keys,
    policyOf,
    isQueueFull: () => false,
    signal: working,
    log,
    onProgress: () => undefined,
  });
  const scans = await pipeline.scanOnce();
  const sync = startSync({
    state,
    gate,
    registration: registrationOf(config, keys.agentId, version),
    policyOf,
    heartbeatMs: config.sync.heartbeat_s * 1000,
    maxBackoffMs: config.sync.max_backoff_ms,
    clock: {
      now: Date.now,
      random: Math.random,
      delay: (ms, stop) => wait(ms, undefined, { signal: stop }).catch(() => undefined),
    },
    log,
    signal: working,
  });
  const isDrained = await sync.drain(1);
  stopping.abort();
  await sync.close();
  await pipeline.close();
  await pool.close();
  gate.close();
  await ledger.close();
  state.close();
  const names = (await readdir(ledgerFolder)).filter((name) => name.includes('.ndjson'));
  const ledgerBytes = await Promise.all(names.map((name) => readFile(join(ledgerFolder, name))));
  return {
    catalogued: Object.values(scans).reduce((sum, { catalogued }) => sum + catalogued, 0),
    sent: recorder.sent(),
    isDrained,
    ledger: await verifyLedger(ledgerFolder),
    ledgerBytes,
    ledgerBodies: ledgerBytes.flatMap(bodiesIn),
    log: Buffer.from(written.join('')),
    keys: [keys.names, keys.content, keys.media],
  };
}

function bodiesIn(ledger: Buffer): Buffer[] {
  const lines = ledger.toString().split('\n').filter(Boolean);
  return lines.flatMap((text) => {
    const { body } = JSON.parse(text) as { body?: string };
    return body === undefined ? [] : [Buffer.from(body, 'base64')];
  });
}

/** Takes requests as the cloud would and keeps what came. */
function recordRequests(): { transport: Transport; sent: () => Rehearsal['sent'] } {
  const requests: Parameters<Transport['exchange']>[0][] = [];
  const epoch = '0'.repeat(32);
  const answer = (body: unknown): RawReply => ({
    status: 200,
    code: undefined,
    retryAfter: undefined,
    body: Buffer.from(JSON.stringify(body)),
  });
  const transport: Transport = {
    async exchange(request) {
      requests.push(request);
      const body = plainBody(request);
      if (request.path === '/v1/agents/register') {
        const { sources } = JSON.parse(body.toString()) as { sources: { alias: string }[] };
        const id = 'a'.repeat(20);
        const bound = sources.map(({ alias }) => ({
          alias,
          source_id: `src_${id}`,
          dataset_id: `ds_${id}`,
          fence: 1,
          high_rev: 0,
        }));
        return answer({ store_epoch: epoch, heartbeat_s: 3600, sources: bound });
      }
      if (!request.path.startsWith('/v1/agents/changes')) return answer({ store_epoch: epoch });
      const changes = body.toString().trimEnd().split('\n').slice(1);
      const acks = changes.map((text) => {
        const { ref, rev } = JSON.parse(text) as { ref: string; rev: number };
        return { ref, rev, status: 'applied' };
      });
      return answer({ store_epoch: epoch, acks });
    },
    close: () => undefined,
  };
  return { transport, sent: () => requests.map((request) => ({ path: request.path, body: plainBody(request) })) };
}

const plainBody = ({ body, gzipped }: { body: Buffer; gzipped: boolean }): Buffer =>
  gzipped ? gunzipSync(body) : body;
