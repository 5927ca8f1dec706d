import { join, resolve } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { z } from 'zod';
import { callControl } from '../control/call-control.ts';
import type { ControlCommand, controlCommands } from '../control/serve-control.ts';
import { loadConfig } from '../load-config.ts';
import { openState, type State } from '../state/open-state.ts';

/** Flags of every command that looks at an agent. */
export interface DataFlags {
  config?: string;
  data?: string;
  json?: boolean;
}

/** The data directory that flags name; default `./data/agent`. */
export function dataFolder(flags: DataFlags, workingDir: string): string {
  if (flags.config !== undefined) return loadConfig(flags, workingDir).data;
  return resolve(workingDir, flags.data ?? './data/agent');
}

/** Asks the running agent. @throws AppError `not-ready` when none is running on the data directory. */
export async function askAgent<C extends ControlCommand>(
  folder: string,
  command: C,
  parameters: z.input<(typeof controlCommands)[C]>,
): Promise<unknown> {
  const answer = await callControl(join(folder, 'agent.sock'), command, parameters);
  if (answer === undefined)
    throw new AppError('not-ready', `No agent is running on ${folder}; start it with nucleus-agent run.`);
  return answer;
}

/** Reads the catalogue beside a running agent. */
export function withState<T>(folder: string, read: (state: State) => T): T {
  const state = openState(folder, { readonly: true });
  try {
    return read(state);
  } finally {
    state.close();
  }
}
