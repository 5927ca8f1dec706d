import { AppError } from '@nucleus/shared/failure/app-error';
import { reasonSentences } from '@nucleus/shared/wire/source-reasons';
import type { Logger } from 'pino';
import type { AgentParts, ScanCounts } from '../agent-parts.ts';
import type { AgentConfig } from '../config.ts';
import { type ConfigFlags, loadConfig, readCloudKey, readProxyCredentials } from '../load-config.ts';
import { type LogLevel, openLog } from '../log.ts';
import type { BindingWishes } from '../policies.ts';
import { type RunningAgent, startAgent } from '../start-agent.ts';
import { openOutbox } from '../state/outbox.ts';
import { openProgress, type ProgressLine } from './progress.ts';
import { printJson, type Terminal } from './terminal.ts';

export interface RunFlags extends ConfigFlags, BindingWishes {
  once?: boolean;
  /** Lowest level of log lines on stderr. */
  logLevel?: LogLevel;
  json?: boolean;
}

/** What `run --once` reports. */
export interface RunSummary {
  on_disk: number;
  catalogued: number;
  excluded: number;
  exceptions: number;
  not_regular: number;
  changes: number;
  acknowledged: number;
  dead_letters: number;
  held_deletions: number;
  suspended: number;
}

/** A cloud that fails so often in a row is given up by `--once`; with the back-off that is about a minute. */
const onceMaxFailures = 7;

/**
 * Runs the agent until a signal comes, or once through.
 * @returns the exit code: 0 done, 1 something unacknowledged or dead letters, 3 a source suspended.
 * @throws AppError when it cannot start.
 */
export async function run(
  flags: RunFlags,
  parts: AgentParts,
  context: {
    terminal: Terminal;
    environment: Record<string, string | undefined>;
    workingDir: string;
    version: string;
    signal: AbortSignal;
    log?: Logger;
  },
): Promise<number> {
  const { terminal, signal } = context;
  const config = loadConfig(flags, context.workingDir);
  const progress = openProgress(terminal, () => performance.now());
  let found = { found: 0, described: 0 };
  const agent = await startAgent({
    config,
    parts,
    cloudKey: readCloudKey(config, context.environment),
    proxyCredentials: readProxyCredentials(config, context.environment),
    version: context.version,
    log: context.log ?? openLog({ level: flags.logLevel ?? 'info' }),
    signal,
    takeOver: flags.takeOver ?? false,
    recreate: flags.recreate ?? false,
    onProgress: (counts) => {
      found = counts;
    },
  });
  const outbox = openOutbox(agent.state);
  const waiting = agent.state.prepare<[], number>('select count(*) from outbox').pluck();
  const ticking = setInterval(
    () => progress.update({ ...found, sent: agent.sync.totals().acknowledged, waiting: waiting.get() ?? 0 }),
    terminal.isInteractive ? 250 : 2000,
  );
  try {
    terminal.note(`Viewer: ${agent.proxy.url}/viewer/#code=${agent.proxy.mintViewerCode()}\n`);
    if (!flags.once) {
      return await keepRunning(agent, terminal, progress, signal);
    }
    const scans = await agent.pipeline.scanOnce();
    const isDrained = await agent.sync.drain(onceMaxFailures);
    progress.update({ ...found, sent: agent.sync.totals().acknowledged, waiting: waiting.get() ?? 0 });
    const deadLetters = config.sources.map(({ alias }) =>
      agent.state.prepare<[string], number>('select source_no from sources where alias = ?').pluck().get(alias),
    );
    const summary = summarise(
      Object.values(scans),
      { acknowledged: agent.sync.totals().acknowledged, waiting: waiting.get() ?? 0 },
      // adopting after a loss may hold some after the scan
      agent.state.prepare<[], number>('select count(*) from held_deletions').pluck().get() ?? 0,
      deadLetters.reduce<number>(
        (sum, sourceNo) => sum + (sourceNo === undefined ? 0 : outbox.deadLetters(sourceNo)),
        0,
      ),
    );
    progress.end();
    terminal.note(`${accountingSentence(summary)}\n`);
    noteSuspended(scans, terminal);
    if (!isDrained) terminal.note(`${unsentSentence(waiting.get() ?? 0, whyUnsent(agent, config))}\n`);
    if (flags.json) printJson(terminal, summary);
    if (summary.suspended > 0) return 3;
    return isDrained && summary.dead_letters === 0 ? 0 : 1;
  } finally {
    clearInterval(ticking);
    await agent.close();
  }
}

/**
 * One whole scan, told as the accounts that it leaves, then watching until the signal comes.
 * @returns the exit code: 1 when the disk cannot be trusted any more, so that whoever supervises the agent starts it again.
 */
async function keepRunning(
  agent: RunningAgent,
  terminal: Terminal,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<number> {
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  // a scan that fails is told and tried again by the watch
  const scans = await Promise.race([agent.pipeline.scanOnce().catch(() => undefined), stopped]);
  if (signal.aborted) return 0;
  progress.end();
  if (scans) terminal.note(`${accountingSentence(addUp(Object.values(scans)))}\n`);
  noteSuspended(scans ?? {}, terminal);
  const watched = Promise.resolve(agent.pipeline.watch()).then(() => stopped);
  const failure = await Promise.race([watched, stopped, agent.broken]);
  if (!failure) return 0;
  const why = failure instanceof AppError ? failure.message : `The state cannot be relied on (${codeOf(failure)}).`;
  terminal.note(`nucleus-agent: ${why} Ending, to start again from what is on the disk.\n`);
  return 1;
}

function unsentSentence(waiting: number, why: string): string {
  const kept =
    waiting === 0 ? [] : [`${waiting} changes are not acknowledged yet; they are kept and sent by the next run.`];
  return [why, ...kept].join(' ');
}

function whyUnsent({ sync }: RunningAgent, { sources, cloud }: AgentConfig): string {
  const reason = sources.map(({ alias }) => sync.pauseReason(alias)).find((it) => it !== undefined && it !== 'none');
  if (reason) return reasonSentences[reason];
  const isReached = sync.cloudState() === 'connected';
  return isReached
    ? 'The cloud has not taken everything.'
    : `The cloud ${cloud.url} cannot be reached or refuses this agent.`;
}

function noteSuspended(scans: Readonly<Record<string, ScanCounts>>, terminal: Terminal): void {
  for (const [alias, { suspended, reason }] of Object.entries(scans)) {
    if (suspended) terminal.note(`Source ${alias} is suspended (${reason}). ${reasonSentences[reason]}\n`);
  }
}

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : 'unknown reason');

function summarise(
  scans: readonly ScanCounts[],
  sent: { acknowledged: number; waiting: number },
  heldDeletions: number,
  deadLetters: number,
): RunSummary {
  return {
    ...addUp(scans),
    changes: sent.acknowledged + sent.waiting + deadLetters,
    acknowledged: sent.acknowledged,
    dead_letters: deadLetters,
    held_deletions: heldDeletions,
    suspended: scans.filter(({ suspended }) => suspended).length,
  };
}

function addUp(scans: readonly ScanCounts[]): Omit<ScanCounts, 'suspended' | 'reason'> {
  const sum = (field: Exclude<keyof ScanCounts, 'suspended' | 'reason'>): number =>
    scans.reduce((total, scan) => total + scan[field], 0);
  return {
    on_disk: sum('on_disk'),
    catalogued: sum('catalogued'),
    excluded: sum('excluded'),
    exceptions: sum('exceptions'),
    not_regular: sum('not_regular'),
    held_deletions: sum('held_deletions'),
  };
}

/** The identity that has to hold after every run. */
function accountingSentence({
  on_disk,
  catalogued,
  excluded,
  exceptions,
}: Pick<RunSummary, 'on_disk' | 'catalogued' | 'excluded' | 'exceptions'>): string {
  const sum = catalogued + excluded + exceptions;
  const sign = sum === on_disk ? '=' : '≠';
  return `files on disk ${on_disk} ${sign} catalogued ${catalogued} + excluded ${excluded} + exceptions ${exceptions}`;
}
