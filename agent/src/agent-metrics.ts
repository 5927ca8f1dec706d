/** What `/metrics` says about every stage. Labels hold aliases, states and codes; never a path, a name or an address. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Overview, PipelineProgress } from './agent-parts.ts';
import type { Transport } from './egress/cloud-request.ts';
import type { Settled } from './state/outbox.ts';

export interface AgentMetrics {
  registry: Registry;
  countRefused(what: 'connect' | 'lookup' | 'udp'): void;
  countSettled(settled: Settled): void;
  setProgress(progress: PipelineProgress): void;
  /** Counts every exchange with the cloud. */
  counting(transport: Transport): Transport;
  /** Reads sources, queues and the cloud's state from here whenever somebody asks. */
  watch(overview: () => Overview): void;
}

const fileKinds = ['on_disk', 'catalogued', 'excluded', 'exceptions', 'not_regular', 'held_deletions'] as const;

export function openAgentMetrics(): AgentMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []): Counter<L> =>
    new Counter({ name: `nucleus_agent_${name}`, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: L[] = []): Gauge<L> =>
    new Gauge({ name: `nucleus_agent_${name}`, help, labelNames, registers });

  const refused = counter('egress_refused_total', 'Connections, look-ups and datagrams that the guard refused.', [
    'what',
  ]);
  const changes = counter('changes_total', 'Changes by what the cloud answered.', ['result']);
  const requests = counter('cloud_requests_total', 'Requests to the cloud by status; 0 when no answer came.', [
    'status',
  ]);
  const sent = counter('cloud_sent_bytes_total', 'Bytes of bodies sent, as compressed.');
  const seconds = counter('cloud_request_seconds_total', 'Time that the exchanges took.');
  const found = gauge('files_found', 'Files that the scans at work have found to describe.');
  const described = gauge('files_described', 'Of these, how many are described.');

  return {
    registry,
    countRefused: (what) => refused.inc({ what }),
    countSettled(settled) {
      for (const result of ['acknowledged', 'requeued', 'rejected'] as const) changes.inc({ result }, settled[result]);
    },
    setProgress(progress) {
      found.set(progress.found);
      described.set(progress.described);
    },
    counting: (transport) => ({
      ...transport,
      async exchange(request, signal) {
        const startedMs = performance.now();
        let status = 0;
        try {
          const reply = await transport.exchange(request, signal);
          status = reply.status;
          return reply;
        } finally {
          requests.inc({ status });
          sent.inc(request.body.length);
          seconds.inc((performance.now() - startedMs) / 1000);
        }
      },
    }),
    watch(overview) {
      // the first one asks for all: they are read in the order in which they were made
      new Gauge({
        name: 'nucleus_agent_cloud_connected',
        help: '1 when the cloud answered last time.',
        registers,
        collect() {
          const { cloud_state: cloudState, sources } = overview();
          this.set(cloudState === 'connected' ? 1 : 0);
          state.reset();
          watched.reset();
          for (const one of sources) {
            const source = one.alias;
            for (const kind of fileKinds) files.set({ source, kind }, one[kind]);
            state.set({ source, state: one.state, reason: one.reason }, 1);
            watched.set({ source, watch: one.watch }, 1);
            queued.set({ source }, one.queued);
            dead.set({ source }, one.dead_letters);
            lag.set({ source }, one.lag_s);
            if (one.last_scan_ms !== null) scanned.set({ source }, one.last_scan_ms / 1000);
          }
        },
      });
      const files = gauge('source_files', 'Files of a source by how they stand.', ['source', 'kind']);
      const state = gauge('source_state', 'The present state of a source has the value 1.', [
        'source',
        'state',
        'reason',
      ]);
      const watched = gauge('source_watch', 'How changes are noticed; the present way has the value 1.', [
        'source',
        'watch',
      ]);
      const queued = gauge('queued_changes', 'Changes that wait for the cloud.', ['source']);
      const dead = gauge('dead_letters', 'Changes that the cloud refused for good.', ['source']);
      const lag = gauge('lag_seconds', 'For how long a source has owed something without a break.', ['source']);
      const scanned = gauge('last_scan_timestamp_seconds', 'When a whole scan last ended.', ['source']);
    },
  };
}
