import { join } from 'node:path';
import { reasonSentences } from '@nucleus/shared/wire/source-reasons';
import type { Overview } from '../agent-parts.ts';
import { callControl } from '../control/call-control.ts';
import { describeOverview } from '../overview.ts';
import { type DataFlags, dataFolder, withState } from './data-folder.ts';
import { printJson, type Terminal } from './terminal.ts';

/** Shows sources, states and counts; of a stopped agent what it left behind. */
export async function status(flags: DataFlags, terminal: Terminal, workingDir: string): Promise<number> {
  const folder = dataFolder(flags, workingDir);
  const running = (await callControl(join(folder, 'agent.sock'), 'status', {})) as
    | (Overview & { viewer: string })
    | undefined;
  const overview =
    running ??
    withState(folder, (state) => describeOverview({ agentId: '', version: '', cloudUrl: '', state, sync: undefined }));
  if (flags.json) {
    printJson(terminal, { running: running !== undefined, ...overview });
  } else {
    terminal.out(
      running
        ? `Running; cloud ${overview.cloud_url} ${overview.cloud_state}; viewer ${running.viewer}\n`
        : 'Not running.\n',
    );
    for (const source of overview.sources) terminal.out(describeSource(source, running !== undefined, Date.now()));
  }
  return overview.sources.some(({ state }) => state === 'suspended') ? 3 : 0;
}

/** How changes are noticed, and what can be done where only scans notice them. */
const watchWords: Record<Overview['sources'][number]['watch'], string> = {
  'starting': 'scans; events are not there yet',
  'watching': 'events and scans',
  'switched-off': 'scans only (scan.watch is off)',
  'network-file-system': 'scans only: this file system reports no events',
  'watch-limit': 'scans only: out of inotify watches; `nucleus-agent doctor` says how to raise the limit',
  'queue-overflow': 'events were lost; the scan at work finds what they told',
  'self-test-failed': 'scans only: a change came without its event',
  'watch-failed': 'scans only: watching failed; see the log',
};

/** Some lines for people. Pure. */
function describeSource(source: Overview['sources'][number], isRunning: boolean, nowMs: number): string {
  const why = source.reason === 'none' ? '' : ` (${source.reason})`;
  const scanned = source.last_scan_ms === null ? 'never' : `${ago((nowMs - source.last_scan_ms) / 1000)} ago`;
  const lag = source.lag_s > 0 ? `, behind for ${ago(source.lag_s)}` : '';
  return [
    `${source.alias}: ${source.state}${why}, ${source.folder} → ${source.dataset_name}, level ${source.level}`,
    ...(source.reason === 'none' ? [] : [`  ${reasonSentences[source.reason]}`]),
    `  ${source.on_disk} files = ${source.catalogued} catalogued + ${source.excluded} excluded + ${source.exceptions} exceptions`,
    `  ${source.queued} queued${lag}, ${source.dead_letters} dead letters, ${source.held_deletions} held deletions`,
    ...(isRunning ? [`  changes are found by ${watchWords[source.watch]}`] : []),
    `  last whole scan ${scanned}; last compared with the cloud ${source.verified_day ?? 'never'}`,
    '',
  ].join('\n');
}

function ago(seconds: number): string {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}
