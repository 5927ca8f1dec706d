import { askAgent, type DataFlags, dataFolder } from './data-folder.ts';
import { printJson, type Terminal } from './terminal.ts';

/** Asks the running agent for what it otherwise does at night. */
export async function compare(flags: DataFlags, terminal: Terminal, workingDir: string): Promise<number> {
  await askAgent(dataFolder(flags, workingDir), 'compare', {});
  if (flags.json) printJson(terminal, { started: true });
  else terminal.out('Started; `nucleus-agent status` says when the comparison was last complete.\n');
  return 0;
}
