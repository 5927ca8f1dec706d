import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openTransport } from '../../agent/src/egress/cloud-request.ts';
import { openGate } from '../../agent/src/egress/gate.ts';
import { openLedger } from '../../agent/src/egress/ledger.ts';
import { type Sync, startSync } from '../../agent/src/sync/start-sync.ts';
import { aCatalogue, catalogueAgentId } from './a-catalogue.ts';
import { aListeningCloud } from './a-listening-cloud.ts';

const nowMs = Date.parse('2026-11-23T12:00:00Z');

/** A catalogue, a cloud and a started sync between them. Waits end at once and are written down. */
export async function aSyncPair() {
  const [catalogue, cloud] = [aCatalogue(), await aListeningCloud()];
  const waits: number[] = [];
  const messages: string[] = [];
  const running: { stop(): Promise<void> }[] = [];
  onTestFinished(async () => {
    for (const { stop } of running) await stop();
    await cloud.close();
    catalogue.close();
  });
  const ledgerFolder = join(catalogue.folder, 'ledger');
  async function start(): Promise<Sync & { stop(): Promise<void> }> {
    const stopping = new AbortController();
    const ledger = await openLedger(ledgerFolder);
    const source = { alias: 'main', level: 'standard' as const, names: 'relative-path' as const };
    const policy = {
      agentId: catalogueAgentId,
      version: '0.1.0',
      publicUrl: catalogue.policy.publicUrl,
      sources: [{ ...source, datasetName: 'Photos', fieldsOff: [] }],
    };
    const gate = openGate(
      policy,
      ledger,
      openTransport({ cloudUrl: cloud.url, version: '0.1.0', apiKey: 'live_0123456789' }),
    );
    const log = {
      info: (_: unknown, message: string) => void messages.push(message),
      warn: (_: unknown, message: string) => void messages.push(message),
      error: (_: unknown, message: string) => void messages.push(message),
    };
    const sync = startSync({
      state: catalogue.state,
      gate,
      registration: {
        agent_id: catalogueAgentId,
        version: '0.1.0',
        public_url: catalogue.policy.publicUrl,
        sources: [{ ...source, dataset_name: 'Photos', fields_off: [] }],
      },
      policyOf: () => catalogue.policy,
      heartbeatMs: 1e9,
      maxBackoffMs: 60_000,
      log,
      signal: stopping.signal,
      clock: {
        now: () => nowMs,
        random: () => 1,
        delay: (ms, signal) =>
          new Promise((done) => {
            if (ms !== 500 && ms < 1e9) waits.push(ms);
            if (ms < 1e9) setImmediate(done);
            else signal.addEventListener('abort', () => done(), { once: true });
          }),
      },
    });
    const stop = async (): Promise<void> => {
      stopping.abort();
      await sync.close();
      gate.close();
      await ledger.close();
    };
    running.push({ stop });
    return { ...sync, stop };
  }
  const batches = () => cloud.captured.filter(({ path }) => path.startsWith('/v1/agents/changes'));
  const inCloud = () =>
    [...(cloud.items.get('main') ?? [])]
      .filter(([, { state }]) => state === 'live')
      .map(([ref]) => ref)
      .toSorted();
  return { catalogue, cloud, waits, messages, start, batches, inCloud, ledgerFolder };
}

/** Reference ids in order. */
export const names = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${String(i).padStart(5, '0')}.jpg`);
