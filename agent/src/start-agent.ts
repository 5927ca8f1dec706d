/** The composition root: opens every part in order, hands each what it needs, and closes them in reverse. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { AppError } from '@nucleus/shared/failure/app-error';
import { schedule } from 'node-cron';
import type { Logger } from 'pino';
import { openAgentMetrics } from './agent-metrics.ts';
import type { AgentParts, MediaProxy, Pipeline, PipelineProgress } from './agent-parts.ts';
import { checkStart } from './check-start.ts';
import type { AgentConfig } from './config.ts';
import { serveControl } from './control/serve-control.ts';
import { controlHandlers } from './control-handlers.ts';
import { openTransport } from './egress/cloud-request.ts';
import { openGate } from './egress/gate.ts';
import { installEgressGuard } from './egress/guard.ts';
import { openLedger } from './egress/ledger.ts';
import { openLedgerIndex } from './egress/ledger-index.ts';
import { describeOverview } from './overview.ts';
import { type BindingWishes, egressPolicy, publicUrlOf, recordPolicies, registrationOf } from './policies.ts';
import type { RecordPolicy } from './record/build-record.ts';
import { openBindings } from './state/bindings.ts';
import { closeState, isDiskLying, openCheckedState } from './state/check-state.ts';
import { lockData } from './state/lock-data.ts';
import type { State } from './state/open-state.ts';
import { openQueueLimit } from './state/queue-limit.ts';
import type { Clock } from './sync/run-loop.ts';
import { type Sync, startSync } from './sync/start-sync.ts';
import { openWhatLeft } from './what-left.ts';

/** All parts together may take this long to close, so that the process ends within ten seconds. */
const closeLimitMs = 8000;
/** Off the hour and off midnight, when everybody else's jobs run. */
const dailyComparison = '23 3 * * *';
const nightlyScan = '47 1 * * *';

export interface StartOptions extends BindingWishes {
  config: AgentConfig;
  parts: AgentParts;
  cloudKey: string;
  /** `user:password` for the outbound proxy. */
  proxyCredentials?: string | undefined;
  version: string;
  log: Logger;
  /** Aborts the work; `close` still has to be called. */
  signal: AbortSignal;
  onProgress?: (progress: PipelineProgress) => void;
}

export interface RunningAgent {
  state: State;
  pipeline: Pipeline;
  sync: Sync;
  proxy: MediaProxy;
  /** Resolves with the failure after which this process must not go on but start again from the disk. */
  broken: Promise<Error>;
  /** Closes everything in reverse order of opening, within ten seconds. */
  close(): Promise<void>;
}

/** @throws AppError with the sentence that says why it cannot start; what was open is closed again. */
export async function startAgent(options: StartOptions): Promise<RunningAgent> {
  const { config, parts, version, log, signal } = options;
  const opened: { part: string; close: () => unknown }[] = [];
  const keep = <T>(part: string, value: T, close: (value: T) => unknown): T => {
    opened.push({ part, close: () => close(value) });
    return value;
  };
  const stopping = new AbortController();
  const working = AbortSignal.any([signal, stopping.signal]);
  const close = async (): Promise<void> => {
    stopping.abort();
    await Promise.race([closeAll(opened, log), wait(closeLimitMs, undefined, { ref: false })]);
  };
  let onFailure: (error: unknown) => void = () => undefined;
  const broken = new Promise<Error>((resolve) => {
    onFailure = (error) => {
      if (error instanceof Error && isDiskLying(error)) resolve(error);
    };
  });
  try {
    await checkStart(config);
    const publicUrl = publicUrlOf(config);
    const listenNames = [new URL(publicUrl).hostname, config.listen.replace(/:\d+$/, '')];
    const metrics = openAgentMetrics();
    const onRefused = (what: 'connect' | 'lookup' | 'udp'): void => {
      metrics.countRefused(what);
      log.error({ reason: what }, 'egress guard refused');
    };
    const { url: cloudUrl, proxy: proxyUrl } = config.cloud;
    keep('guard', installEgressGuard({ cloudUrl, proxyUrl, listenNames, onRefused }), (remove) => remove());
    keep('lock', lockData(config.data), (release) => release());
    const keys = parts.openKeys(config.data);
    const onSetAside = (): void =>
      log.error({ code: 'SQLITE_CORRUPT' }, 'the state was damaged and set aside; it is made anew');
    const state = keep('state', openCheckedState(config.data, onSetAside), (it) => closeState(it, config.data));
    const ledgerFolder = join(config.data, 'ledger');
    const late: { index?: Awaited<ReturnType<typeof openLedgerIndex>> } = {};
    const ledger = keep(
      'ledger',
      await openLedger(ledgerFolder, {
        maxBytes: config.ledger.max_bytes,
        onLine: (line, place) => late.index?.add(line, place),
      }),
      (it) => it.close(),
    );
    const index = keep('ledger index', await openLedgerIndex(ledgerFolder), (it) => it.close());
    late.index = index;
    const caPem = config.cloud.ca_file === undefined ? undefined : readCertificate(config.cloud.ca_file);
    const route = { caPem, proxyUrl, proxyCredentials: options.proxyCredentials };
    const transport = metrics.counting(openTransport({ cloudUrl, version, apiKey: options.cloudKey, ...route }));
    const gate = keep('gate', openGate(egressPolicy(config, keys.agentId, version), ledger, transport), (it) =>
      it.close(),
    );
    const pool = keep('decoders', parts.openPool(config.extract, keys), (it) => it.close());

    const policies = recordPolicies(config);
    const policyOf = (alias: string): RecordPolicy => {
      const policy = policies.get(alias);
      if (!policy) throw new AppError('config-invalid', `Source ${alias} is not configured.`);
      return policy;
    };
    const isOverLimit = openQueueLimit(state, config.sync.max_queued_changes, () => performance.now());
    const syncing: { sync?: Sync } = {};
    const pipeline = keep(
      'pipeline',
      parts.startPipeline({
        state,
        dataDir: config.data,
        config,
        sources: config.sources,
        pool,
        keys,
        policyOf,
        signal: working,
        // what is sent only after a first scan cannot make room during it
        isQueueFull: (alias) => isOverLimit() && !syncing.sync?.awaitsCatalogue(alias),
        log: log.child({ stage: 'pipeline' }),
        onFailure,
        onProgress(progress) {
          metrics.setProgress(progress);
          options.onProgress?.(progress);
        },
      }),
      (it) => it.close(),
    );
    const sync = keep(
      'sync',
      startSync({
        state,
        gate,
        registration: registrationOf(config, keys.agentId, version, options),
        policyOf,
        heartbeatMs: config.sync.heartbeat_s * 1000,
        maxBackoffMs: config.sync.max_backoff_ms,
        clock: systemClock,
        log: log.child({ stage: 'sync' }),
        signal: working,
        onFailure,
        onSettled: (_, settled) => metrics.countSettled(settled),
        ...(pipeline.adopt && { adopt: pipeline.adopt }),
      }),
      (it) => it.close(),
    );
    syncing.sync = sync;
    const verifyAll = (): void => {
      pipeline.verify?.().catch((err: unknown) => log.warn({ err }, 'scan failed, trying again'));
    };
    keep('nightly scan', schedule(nightlyScan, verifyAll), (task) => task.stop());
    keep(
      'daily comparison',
      schedule(dailyComparison, () => sync.requestComparison()),
      (task) => task.stop(),
    );
    const bindings = openBindings(state);
    const overview = () => describeOverview({ agentId: keys.agentId, version, cloudUrl, state, sync });
    metrics.watch(overview);
    const proxy = keep(
      'proxy',
      await parts.startProxy({
        state,
        config,
        sources: bindings.listSources().map(({ source_no: sourceNo, alias, folder }) => ({
          sourceNo,
          alias,
          folder,
          followLinks: config.sources.some((source) => source.alias === alias && source.follow_links),
        })),
        publicUrl,
        dashboardOrigins: config.dashboard_origins ?? [new URL(config.cloud.url).origin],
        keys,
        pool,
        pipeline,
        policyOf,
        sync,
        ledgerIndex: index,
        registry: metrics.registry,
        whatLeft: openWhatLeft(state, index),
        overview,
        version,
        log: log.child({ stage: 'proxy' }),
      }),
      (it) => it.close(),
    );
    await pool.started();
    keep(
      'control',
      await serveControl(
        join(config.data, 'agent.sock'),
        controlHandlers({ state, sync, proxy, overview, verifyAll, confirmDeletions: parts.confirmDeletions }),
      ),
      (end) => end(),
    );
    return { state, pipeline, sync, proxy, broken, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Closes in reverse order of opening; one failure never stops the rest. */
async function closeAll(opened: readonly { part: string; close: () => unknown }[], log: Logger): Promise<void> {
  for (const { part, close } of opened.toReversed()) {
    try {
      await close();
    } catch (err) {
      log.error({ err, part }, 'close failed');
    }
  }
}

function readCertificate(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new AppError('config-invalid', `The certificate authority ${file} cannot be read.`, { cause });
  }
}

const systemClock: Clock = {
  now: Date.now,
  random: Math.random,
  delay: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
};
