import type { Terminal } from './terminal.ts';

/** Counts since the start. */
export interface ProgressCounts {
  found: number;
  described: number;
  sent: number;
  waiting: number;
}

/** A single line that is written over on a terminal; a plain line every few seconds elsewhere. */
export interface ProgressLine {
  update(counts: ProgressCounts): void;
  /** Writes the last state and ends the line. */
  end(): void;
}

const barCells = 20;
const everyMs = { interactive: 200, plain: 5000 };

/** @param nowMs a monotonic clock. */
export function openProgress(terminal: Terminal, nowMs: () => number): ProgressLine {
  const started = nowMs();
  let latest: ProgressCounts | undefined;
  let shownAt = Number.NEGATIVE_INFINITY;
  let isShown = true;
  const show = (): void => {
    if (!latest || isShown) return;
    shownAt = nowMs();
    isShown = true;
    const text = describeProgress(latest, (shownAt - started) / 1000);
    terminal.note(terminal.isInteractive ? `\r\x1b[2K${progressBar(latest)}${text}` : `${text}\n`);
  };
  return {
    update(counts) {
      // what came too soon after the last line is still shown when its time has come
      if (JSON.stringify(latest) !== JSON.stringify(counts)) isShown = false;
      latest = counts;
      if (nowMs() - shownAt >= (terminal.isInteractive ? everyMs.interactive : everyMs.plain)) show();
    },
    end() {
      show();
      if (terminal.isInteractive && latest) terminal.note('\n');
    },
  };
}

/** One line for people. */
export function describeProgress({ found, described, sent, waiting }: ProgressCounts, seconds: number): string {
  const synced = `${sent} sent, ${waiting} waiting`;
  if (found === 0 && described === 0) return synced;
  const rate = seconds > 0 ? described / seconds : 0;
  const left = found - described;
  const time = left > 0 && rate > 0 ? `, about ${duration(left / rate)} left` : '';
  return `${found} files found, ${described} described (${rate.toFixed(rate < 10 ? 1 : 0)}/s${time}), ${synced}`;
}

/** How much of what was found is described, as a bar; nothing while nothing is found. */
function progressBar({ found, described }: ProgressCounts): string {
  if (found === 0) return '';
  const share = Math.min(1, described / found);
  const full = Math.floor(share * barCells);
  return `${'█'.repeat(full)}${'░'.repeat(barCells - full)} ${Math.floor(share * 100)
    .toString()
    .padStart(3)} %  `;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5400) return `${Math.ceil(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
