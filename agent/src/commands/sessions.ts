import { AppError } from '@nucleus/shared/failure/app-error';
import type { SessionView } from '@nucleus/shared/wire/viewer';
import { askAgent, type DataFlags, dataFolder } from './data-folder.ts';
import { printJson, type Terminal } from './terminal.ts';

/** Prints who can see pixels of the running agent. */
export async function listSessions(flags: DataFlags, terminal: Terminal, workingDir: string): Promise<number> {
  const answer = (await askAgent(dataFolder(flags, workingDir), 'sessions', {})) as { sessions: SessionView[] };
  if (flags.json) {
    printJson(terminal, answer);
    return 0;
  }
  if (answer.sessions.length === 0) terminal.out('No session lives.\n');
  for (const { session_id, kind, origin, shares, peer, expires_at } of answer.sessions) {
    const until = new Date(expires_at * 1000).toISOString().slice(0, 16).replace('T', ' ');
    // a shared file's name stays on the viewer's page: what a terminal shows ends in logs
    terminal.out(
      `${session_id}  ${kind}  ${shares === undefined ? origin : 'one file'}  from ${peer}  until ${until} UTC\n`,
    );
  }
  return 0;
}

/** Ends one session with its links, or everything. @throws AppError `usage` when neither is named. */
export async function revokeSessions(
  sessionId: string | undefined,
  flags: DataFlags & { all?: boolean },
  terminal: Terminal,
  workingDir: string,
): Promise<number> {
  if ((sessionId === undefined) === (flags.all !== true)) {
    throw new AppError('usage', 'Name one session, as `sessions list` shows it, or say --all.');
  }
  const which = sessionId === undefined ? { all: true as const } : { session_id: sessionId };
  const answer = (await askAgent(dataFolder(flags, workingDir), 'revoke-sessions', which)) as { revoked: number };
  if (flags.json) printJson(terminal, answer);
  else terminal.out(`${answer.revoked} ended, with every link of ${answer.revoked === 1 ? 'it' : 'them'}.\n`);
  return 0;
}
