import { askAgent, type DataFlags, dataFolder } from './data-folder.ts';
import { printJson, type Terminal } from './terminal.ts';

/** Prints the viewer's address with a fresh one-time code. */
export async function openViewer(flags: DataFlags, terminal: Terminal, workingDir: string): Promise<number> {
  const answer = (await askAgent(dataFolder(flags, workingDir), 'open', {})) as { url: string };
  if (flags.json) printJson(terminal, answer);
  else terminal.out(`${answer.url}\n`);
  return 0;
}
