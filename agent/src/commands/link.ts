import { AppError } from '@nucleus/shared/failure/app-error';
import { askAgent, type DataFlags, dataFolder } from './data-folder.ts';
import { printJson, type Terminal } from './terminal.ts';

export interface LinkFlags extends DataFlags {
  variant: string;
  minutes: string;
  source?: string;
}

/** Prints a signed media link of the running agent. */
export async function link(
  referenceId: string,
  flags: LinkFlags,
  terminal: Terminal,
  workingDir: string,
): Promise<number> {
  const minutes = Number(flags.minutes);
  if (!Number.isFinite(minutes) || minutes < 1)
    throw new AppError('usage', '--minutes must be a number of at least 1.');
  const parameters = {
    reference_id: referenceId,
    variant: flags.variant,
    minutes,
    ...(flags.source === undefined ? {} : { source: flags.source }),
  };
  const answer = (await askAgent(dataFolder(flags, workingDir), 'link', parameters)) as { url: string };
  if (flags.json) printJson(terminal, answer);
  else terminal.out(`${answer.url}\n`);
  return 0;
}
