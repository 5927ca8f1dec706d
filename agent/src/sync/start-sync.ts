/** The daemon that keeps the cloud true: registers, compares when it must, pushes what is owed, and tells how it is. */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { RegisterRequest } from '@nucleus/shared/wire/agents';
import type { RecordPolicy } from '../record/build-record.ts';
import { openBindings } from '../state/bindings.ts';
import type { State } from '../state/open-state.ts';
import { openOutbox, type Settled } from '../state/outbox.ts';
import type { SourceReason } from '../state/rows.ts';
import { isCatalogued } from '../state/sources.ts';
import { openToldItems } from '../state/told-items.ts';
import type { CloudGate } from './cloud-gate.ts';
import { type CloudSession, pauseOf, registerAgent } from './cloud-session.ts';
import { type ConvergeReport, convergeSource, type ManifestItem } from './converge.ts';
import { sendHeartbeat } from './heartbeat.ts';
import type { SyncLog } from './log.ts';
import { pushSource } from './push-source.ts';
import { type Clock, runLoop } from './run-loop.ts';

/** Rest between looks at an empty outbox; a look is one indexed read. */
const restMs = 500;
/** A comparison so old is made anew: a store that was put back while nobody called looks as before. */
const comparisonAgeMs = 15 * 60_000;

export interface SyncOptions {
  state: State;
  gate: CloudGate;
  registration: RegisterRequest;
  policyOf: (alias: string) => RecordPolicy;
  heartbeatMs: number;
  maxBackoffMs: number;
  clock: Clock;
  log: SyncLog;
  signal: AbortSignal;
  /** Takes over what the cloud has and this state was never told; without it such items are counted only. */
  adopt?: (alias: string, items: readonly ManifestItem[]) => { owed: number; unclaimed: number };
  /** Told of every round that failed. */
  onFailure?: (error: unknown) => void;
  onSettled?: (alias: string, settled: Settled) => void;
}

export type CloudState = 'never-reached' | 'connected' | 'unreachable' | 'refused';

export interface Sync {
  /** Resolves true once nothing is owed, false once `maxFailures` rounds in a row have failed or only paused sources owe something. */
  drain(maxFailures: number): Promise<boolean>;
  /** Has every source compared with the cloud in the next round. */
  requestComparison(): void;
  cloudState(): CloudState;
  /** Whether nothing of a source is sent before its first scan has ended. */
  awaitsCatalogue(alias: string): boolean;
  /** Seconds for which a source has owed something without a break. */
  lagS(alias: string): number;
  pauseReason(alias: string): SourceReason | undefined;
  /** Since the start. */
  totals(): Settled;
  lastComparison(alias: string): ConvergeReport | undefined;
  /** Resolves when the loops have ended; abort the signal first. */
  close(): Promise<void>;
}

/** Starts both loops. */
export function startSync(options: SyncOptions): Sync {
  const { state, gate, registration, clock, log } = options;
  const outbox = openOutbox(state, clock.now);
  const bindings = openBindings(state);
  const told = openToldItems(state);
  const paused = new Map<string, SourceReason>();
  const stopped = new Set<string>();
  const owedSince = new Map<string, number>();
  const comparisons = new Map<string, ConvergeReport>();
  const totals: Settled = { acknowledged: 0, requeued: 0, rejected: 0 };
  const toCompare = new Set<string>();
  const suspected = new Set<string>();
  const compared = new Map<string, { endMs: number; tookMs: number }>();
  const adopt =
    options.adopt ??
    ((_: string, items: readonly ManifestItem[]) => ({
      owed: 0,
      unclaimed: items.filter((item) => item.state === 'live').length,
    }));
  let waiting: { maxFailures: number; resolve: (done: boolean) => void }[] = [];
  let session: CloudSession | undefined;
  let cloud: CloudState = 'never-reached';
  let failures = 0;
  let wake = new AbortController();

  const aliases = registration.sources.map(({ alias }) => alias);
  const owes = (alias: string): boolean => {
    const row = bindings.findSource(alias);
    return (
      row !== undefined && (outbox.read(row.source_no, 'others', '', 1).length > 0 || outbox.hasRekeys(row.source_no))
    );
  };

  /** A state that was told nothing yet compares only once it knows the disk: until then nothing tells which item a file is. */
  const awaitsCatalogue = (alias: string): boolean => {
    const row = bindings.findSource(alias);
    if (!row || !toCompare.has(alias)) return false;
    return told.page(row.source_no, '', 1).length === 0 && !isCatalogued(state, row.source_no);
  };
  /** Looks if the cloud still holds what it took: after each interruption and now and then, yet never for more than a twentieth of the time. */
  function suspect(alias: string): void {
    const row = bindings.findSource(alias);
    const last = compared.get(alias);
    // a clock that was set, in either direction, has let a long time pass
    const ageMs = last ? Math.abs(clock.now() - last.endMs) : Number.POSITIVE_INFINITY;
    if (last && ageMs >= comparisonAgeMs) suspected.add(alias);
    if (!row || !suspected.has(alias) || (last && ageMs < 20 * last.tookMs)) return;
    suspected.delete(alias);
    if (told.page(row.source_no, '', 1).length > 0) toCompare.add(alias);
  }

  async function connect(signal: AbortSignal): Promise<CloudSession> {
    const opened = await registerAgent({ gate, bindings, registration, now: clock.now }, signal);
    for (const alias of aliases) (opened.mustConverge ? toCompare : suspected).add(alias);
    aliases.forEach(suspect);
    for (const [alias, reason] of paused)
      if (reason === 'key-refused' || reason === 'not-approved') paused.delete(alias);
    if (toCompare.size === 0) bindings.setMark('store_epoch', opened.storeEpoch);
    for (const alias of opened.gone) pause(alias, new AppError('dataset-gone', 'The dataset is gone.'));
    return opened;
  }

  function pause(alias: string, error: unknown): void {
    const why = pauseOf(error);
    if (!why) throw error;
    if (!paused.has(alias))
      log.error({ source: alias, reason: why.reason, hint: why.sentence }, 'source paused; nothing is dropped');
    paused.set(alias, why.reason);
    if (why.reason === 'superseded' || why.reason === 'dataset-gone') stopped.add(alias);
  }

  async function compare(alias: string, sourceNo: number, storeEpoch: string, signal: AbortSignal): Promise<void> {
    const started = performance.now();
    const report = await convergeSource({ gate, outbox, told, now: clock.now, adopt }, { sourceNo, alias }, signal);
    toCompare.delete(alias);
    compared.set(alias, { endMs: clock.now(), tookMs: performance.now() - started });
    comparisons.set(alias, report);
    if (toCompare.size === 0) bindings.setMark('store_epoch', storeEpoch);
    bindings.setMark(`verified_day:${alias}`, new Date(clock.now()).toISOString().slice(0, 10));
    log.info({ source: alias, ...report }, 'compared with the cloud');
  }

  async function syncSource(
    { alias, fence }: { alias: string; fence: number },
    storeEpoch: string,
    signal: AbortSignal,
  ): Promise<number> {
    const row = bindings.findSource(alias);
    if (!row || stopped.has(alias)) return 0;
    if (awaitsCatalogue(alias)) return 0;
    if (toCompare.has(alias)) await compare(alias, row.source_no, storeEpoch, signal);
    const target = { sourceNo: row.source_no, policy: options.policyOf(alias), fence, storeEpoch };
    const pushed = await pushSource({ gate, outbox, now: clock.now, onSettled: countSettled }, target, signal);
    paused.delete(alias);
    return pushed;
  }

  function countSettled(alias: string, settled: Settled): void {
    totals.acknowledged += settled.acknowledged;
    totals.requeued += settled.requeued;
    totals.rejected += settled.rejected;
    if (settled.rejected > 0)
      log.warn({ source: alias, count: settled.rejected }, 'changes refused for good; see dead letters');
    options.onSettled?.(alias, settled);
  }

  async function round(signal: AbortSignal): Promise<number> {
    // also while the cloud cannot be reached: what is behind is behind
    for (const alias of aliases) if (owes(alias) && !owedSince.has(alias)) owedSince.set(alias, clock.now());
    session ??= await connect(signal);
    aliases.forEach(suspect);
    cloud = 'connected';
    let pushed = 0;
    for (const source of session.sources) {
      try {
        pushed += await syncSource(source, session.storeEpoch, signal);
        owedSince.delete(source.alias);
      } catch (error) {
        if (isSessionOver(error)) {
          session = undefined;
          if (codeOf(error) === 'epoch-changed') for (const alias of aliases) toCompare.add(alias);
          // a store that says so again at once is met by the back-off
          throw error;
        }
        pause(source.alias, error);
        if (!stopped.has(source.alias)) throw error;
      }
    }
    if (failures > 0) log.info({ failures }, 'sync recovered');
    failures = 0;
    answerWaiting();
    return pushed > 0 ? 0 : restMs;
  }

  function answerWaiting(): void {
    const open = aliases.filter((alias) => owes(alias) || (toCompare.has(alias) && bindings.findSource(alias)));
    const isDone = failures === 0 && open.length === 0;
    const isHopeless = failures === 0 && open.every((alias) => stopped.has(alias) || awaitsCatalogue(alias));
    waiting = waiting.filter(({ maxFailures, resolve }) => {
      if (!isDone && !isHopeless && failures < maxFailures) return true;
      resolve(isDone);
      return false;
    });
  }

  function onFailure(error: unknown, inARow: number, waitMs: number): void {
    failures = inARow;
    options.onFailure?.(error);
    const code = codeOf(error);
    const before = cloud;
    if (code === 'cloud-unreachable') {
      cloud = 'unreachable';
      session = undefined;
    }
    if (pauseOf(error) || code === 'upgrade-required') {
      cloud = 'refused';
      for (const alias of aliases) if (!stopped.has(alias) && pauseOf(error)) pause(alias, error);
      session = undefined;
    }
    // once for each state, not once for each attempt
    if (inARow === 1 || before !== cloud)
      log.warn({ code, waitMs }, code === 'cloud-unreachable' ? 'cloud unreachable' : 'sync failed');
    answerWaiting();
  }

  const policy = { firstMs: 1000, maxMs: options.maxBackoffMs };
  const wakeable: Clock = {
    ...clock,
    delay: (ms, signal) => {
      wake = new AbortController();
      return clock.delay(ms, AbortSignal.any([signal, wake.signal]));
    },
  };
  const pushing = runLoop({
    work: round,
    policy,
    // only an idle rest may be cut short; a wait that the cloud asked for is kept
    clock: { ...clock, delay: (ms, signal) => (failures === 0 ? wakeable : clock).delay(ms, signal) },
    signal: options.signal,
    onFailure,
  });
  const lagS = (alias: string): number =>
    Math.max(0, Math.floor((clock.now() - (owedSince.get(alias) ?? clock.now())) / 1000));
  const beating = runLoop({
    work: async (signal) => {
      if (session) {
        const beat = await sendHeartbeat(
          {
            agentId: registration.agent_id,
            gate,
            bindings,
            outbox,
            now: clock.now,
            pauseReason: (alias) => paused.get(alias),
            lagS,
          },
          signal,
        );
        // another store: the next round registers anew and compares
        if (session && beat.storeEpoch !== session.storeEpoch) session = undefined;
      }
      return session ? options.heartbeatMs : restMs;
    },
    policy: { firstMs: options.heartbeatMs, maxMs: options.maxBackoffMs },
    clock,
    signal: options.signal,
    onFailure: (error) => {
      options.onFailure?.(error);
      // who answers after an interruption may be another store than before
      if (['agent-not-found', 'cloud-unreachable'].includes(codeOf(error))) session = undefined;
    },
  });

  return {
    drain: (maxFailures) =>
      new Promise((resolve) => {
        if (options.signal.aborted) return resolve(false);
        waiting.push({ maxFailures, resolve });
        options.signal.addEventListener('abort', () => resolve(false), { once: true });
        wake.abort();
      }),
    requestComparison: () => {
      for (const alias of aliases) toCompare.add(alias);
      wake.abort();
    },
    cloudState: () => cloud,
    awaitsCatalogue,
    lagS,
    pauseReason: (alias) => paused.get(alias),
    totals: () => ({ ...totals }),
    lastComparison: (alias) => comparisons.get(alias),
    close: async () => void (await Promise.all([pushing, beating])),
  };
}

const codeOf = (error: unknown): string => (error instanceof AppError ? error.code : 'internal');

/** Failures after which a new registration is the way on. */
const isSessionOver = (error: unknown): boolean => ['epoch-changed', 'agent-not-found'].includes(codeOf(error));
