import { CommandLine } from '@nucleus/shared/ui/parts/command-line.tsx';
import { Logo } from '@nucleus/shared/ui/parts/logo.tsx';
import type { ReactElement } from 'react';
import type { SessionState } from './viewer-session.ts';

type Why = Extract<SessionState, { at: 'closed' }>['why'];

const words: Record<Why, { title: string; sentence: string }> = {
  none: {
    title: 'Open the viewer from its host',
    sentence: 'The viewer opens with a code that works once. The agent prints one at start; this prints another:',
  },
  'wrong-code': {
    title: 'That code does not open anything',
    sentence: 'It was used already, is too old, or the agent has restarted since. This prints a fresh one:',
  },
  expired: {
    title: 'The viewer session ended',
    sentence: 'Sessions last 8 hours and end when the agent restarts. This prints a fresh address:',
  },
  'too-many': {
    title: 'Too many codes were tried',
    sentence: 'The agent pauses for 15 minutes. Then a fresh address opens it again:',
  },
  unreachable: {
    title: 'The agent does not answer',
    sentence: 'It may have stopped. Start it on its host, then open a fresh address:',
  },
};

/** The viewer without a session: why, and how to get one. */
export function ClosedPage({ why }: { why: Why }): ReactElement {
  const { title, sentence } = words[why];
  return (
    <main className="center">
      <div className="empty">
        <span className="c-in">
          <Logo />
        </span>
        <h1>{title}</h1>
        <p>{sentence}</p>
        <div className="row">
          <CommandLine command="npx nucleus-agent open" />
        </div>
        <code className="xs t3">
          {why === 'none' ? 'no_session' : why === 'wrong-code' ? 'wrong_code' : `session_${why.replace('-', '_')}`}
        </code>
      </div>
    </main>
  );
}
