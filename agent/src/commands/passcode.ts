import { AppError } from '@nucleus/shared/failure/app-error';
import type { AgentParts } from '../agent-parts.ts';
import { writePasscodeHash } from '../keys/passcode-file.ts';
import { hashPasscode } from '../proxy/passcode.ts';
import { openAsker } from './ask.ts';
import { type DataFlags, dataFolder } from './data-folder.ts';
import { printJson, type Terminal } from './terminal.ts';

const fewestCharacters = 8;

/**
 * Sets or removes the viewer passcode. Only its scrypt hash is kept, below `keys/`; a running agent takes it at its next start.
 * @throws AppError `usage` for one that is too short or was typed differently twice.
 */
export async function setPasscode(
  flags: DataFlags & { clear?: boolean },
  parts: Pick<AgentParts, 'openKeys'>,
  context: { terminal: Terminal; workingDir: string; input?: NodeJS.ReadableStream },
): Promise<number> {
  const { terminal, input } = context;
  const dataDir = dataFolder(flags, context.workingDir);
  parts.openKeys(dataDir);
  if (flags.clear) writePasscodeHash(dataDir, undefined);
  else writePasscodeHash(dataDir, await hashPasscode(await askPasscode(terminal, input)));
  if (flags.json) printJson(terminal, { passcode: flags.clear ? 'removed' : 'set' });
  else terminal.out(flags.clear ? 'The passcode is removed.\n' : 'The passcode is set.\n');
  terminal.note('A running agent takes it at its next start.\n');
  return 0;
}

async function askPasscode(terminal: Terminal, input: NodeJS.ReadableStream | undefined): Promise<string> {
  const asker = openAsker(terminal, input, true);
  try {
    const passcode = await asker.ask('New passcode, at least 8 characters', undefined, (text) => {
      if ([...text].length >= fewestCharacters) return text;
      throw new AppError('usage', `A passcode has at least ${fewestCharacters} characters.`);
    });
    const isTyped = input !== undefined && 'isTTY' in input && input.isTTY === true;
    const again = isTyped ? await asker.ask('Once more', undefined, (text) => text) : passcode;
    if (again !== passcode) throw new AppError('usage', 'The two passcodes differ; nothing was changed.');
    return passcode;
  } finally {
    asker.close();
  }
}
