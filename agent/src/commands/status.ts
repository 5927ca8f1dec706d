import { join } from 'node:path';
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
    for (const source of overview.sources) {
      const why = source.reason === 'none' ? '' : ` (${source.reason})`;
      terminal.out(
        `${source.alias}: ${source.state}${why}, ${source.folder} → ${source.dataset_name}, level ${source.level}\n`,
      );
      terminal.out(
        `  ${source.on_disk} files = ${source.catalogued} catalogued + ${source.excluded} excluded + ${source.exceptions} exceptions; ` +
          `${source.queued} queued, ${source.dead_letters} dead letters, ${source.held_deletions} held deletions\n`,
      );
    }
  }
  return overview.sources.some(({ state }) => state === 'suspended') ? 3 : 0;
}
