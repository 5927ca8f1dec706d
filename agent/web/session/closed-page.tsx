import { CommandLine } from '@nucleus/shared/ui/parts/command-line.tsx';
import { Logo } from '@nucleus/shared/ui/parts/logo.tsx';
import { type FormEvent, type ReactElement, useState } from 'react';
import { enterByPasscode, type SessionState } from './viewer-session.ts';

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
    sentence:
      'Sessions last 8 hours and end when the agent restarts, or when somebody ends them. This prints a fresh address:',
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
        <PasscodeForm />
        <code className="xs t3">
          {why === 'none' ? 'no_session' : why === 'wrong-code' ? 'wrong_code' : `session_${why.replace('-', '_')}`}
        </code>
      </div>
    </main>
  );
}

/** The way in from another computer of the network. */
function PasscodeForm(): ReactElement {
  const [passcode, setPasscode] = useState('');
  const [refusal, setRefusal] = useState<string>();
  const [isSending, setSending] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setSending(true);
    setRefusal(await enterByPasscode(passcode.trim()));
    setSending(false);
  };
  return (
    <form className="passcode" onSubmit={(event) => void submit(event)}>
      <label className="col g2 sm">
        Or, from another computer, enter the viewer passcode
        <span className="row">
          <span className={`inp tall grow${refusal === undefined ? '' : ' bad'}`}>
            <input
              className="mono"
              type="password"
              autoComplete="off"
              spellCheck={false}
              required
              value={passcode}
              onChange={(event) => setPasscode(event.target.value)}
            />
          </span>
          <button type="submit" className="btn inside big" disabled={isSending}>
            Open
          </button>
        </span>
      </label>
      {refusal !== undefined && (
        <p className="sm c-d" role="alert">
          {refusal}
        </p>
      )}
    </form>
  );
}
