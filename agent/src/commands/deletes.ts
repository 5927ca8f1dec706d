import { join } from 'node:path';
import type { AgentParts } from '../agent-parts.ts';
import { callControl } from '../control/call-control.ts';
import { confirmHeld } from '../control-handlers.ts';
import { lockData } from '../state/lock-data.ts';
import { openState } from '../state/open-state.ts';
import { type DataFlags, dataFolder } from './data-folder.ts';
import { printJson, type Terminal } from './terminal.ts';

/** Lets held deletions go, through the running agent or, when none runs, in the catalogue itself. */
export async function confirmDeletes(
  flags: DataFlags & { source?: string },
  confirm: AgentParts['confirmDeletions'],
  terminal: Terminal,
  workingDir: string,
): Promise<number> {
  const folder = dataFolder(flags, workingDir);
  const parameters = flags.source === undefined ? {} : { source: flags.source };
  const answer = (await callControl(join(folder, 'agent.sock'), 'confirm-deletions', parameters)) as
    | { confirmed: number }
    | undefined;
  const confirmed = answer?.confirmed ?? confirmHere(folder, flags.source, confirm);
  if (flags.json) printJson(terminal, { confirmed });
  else if (confirmed === 0) terminal.out('No deletion waits for confirmation.\n');
  else terminal.out(`${confirmed} deletions confirmed${answer ? '' : '; they are sent by the next run'}.\n`);
  return 0;
}

function confirmHere(folder: string, source: string | undefined, confirm: AgentParts['confirmDeletions']): number {
  const release = lockData(folder);
  try {
    const state = openState(folder);
    try {
      return confirmHeld(state, source, confirm);
    } finally {
      state.close();
    }
  } finally {
    release();
  }
}
