import { callEndpoint } from '@nucleus/shared/ui/client/call-endpoint.ts';
import { failureCode, failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { Logo } from '@nucleus/shared/ui/parts/logo.tsx';
import { duration } from '@nucleus/shared/ui/words/quantities.ts';
import { localEndpoints, type ViewerSessionMessage } from '@nucleus/shared/wire/local';
import { Clock, Eye, Lock } from 'lucide-react';
import { type FormEvent, type ReactElement, useLayoutEffect, useState } from 'react';
import type { Ask } from './read-ask.ts';
import { NotAsked, NotOnTheList } from './refused-window.tsx';

type Stage =
  | { at: 'consent' }
  | { at: 'passcode'; isWrong: boolean }
  | { at: 'sending'; passcode: boolean }
  | { at: 'not-listed' }
  | { at: 'failed'; sentence: string }
  | { at: 'done' };

const here = { origin: '', credentials: 'omit' as const };

/** The window in which a person lets a dashboard show this agent's pixels. */
export function ConnectPage({ ask }: { ask: Ask | undefined }): ReactElement {
  const [stage, setStage] = useState<Stage>({ at: 'consent' });
  const [passcode, setPasscode] = useState('');
  const opener = window.opener as Window | null;
  const isAsked = ask !== undefined && opener !== null;
  useLayoutEffect(() => {
    document.title = 'Connect · Nucleus agent';
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') close();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  if (!isAsked) return <NotAsked />;
  if (stage.at === 'not-listed') return <NotOnTheList origin={ask.origin} />;

  const connect = async (): Promise<void> => {
    const asksPasscode = stage.at === 'passcode';
    setStage({ at: 'sending', passcode: asksPasscode });
    try {
      const body = asksPasscode ? { origin: ask.origin, passcode: passcode.trim() } : { origin: ask.origin };
      const session = await callEndpoint(localEndpoints.connectDashboard, here, { body });
      const message: ViewerSessionMessage = { type: 'nucleus-viewer-session', state: ask.state, ...session };
      // The browser hands it over only if the opener is still at exactly this origin.
      opener.postMessage(message, ask.origin);
      setStage({ at: 'done' });
      setTimeout(() => close(), 150);
    } catch (error) {
      setStage(afterRefusal(error, asksPasscode));
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void connect();
  };
  const isPasscode = stage.at === 'passcode' || (stage.at === 'sending' && stage.passcode);
  const dashboard = new URL(ask.origin).host;
  return (
    <main className="center connect">
      <form className="win" onSubmit={submit}>
        <span className="c-in">
          <Logo />
        </span>
        <h1>{isPasscode ? 'Enter the viewer passcode' : 'Show pixels on the dashboard?'}</h1>
        <div className="flow">
          <div>
            <span className="dot c-cl" />
            <b>{dashboard}</b>
            <span className="xs t2">asks</span>
          </div>
          <div className="perim" />
          <div>
            <span className="dot c-in" />
            <b>{location.host}</b>
            <span className="xs t2">this agent</span>
          </div>
        </div>
        {isPasscode ? (
          <div className="col">
            <label className="col g2 sm">
              Passcode
              <span className={`inp tall${stage.at === 'passcode' && stage.isWrong ? ' bad' : ''}`}>
                <input
                  className="mono"
                  type="password"
                  autoComplete="off"
                  spellCheck={false}
                  required
                  // biome-ignore lint/a11y/noAutofocus: the window has nothing else to do
                  autoFocus
                  value={passcode}
                  onChange={(event) => setPasscode(event.target.value)}
                />
              </span>
            </label>
            {stage.at === 'passcode' && stage.isWrong && (
              <p className="sm c-d" role="alert">
                That passcode did not match. <code className="xs">passcode_wrong</code>
              </p>
            )}
            <p className="sm t2">
              Ask whoever runs this agent. Ten wrong tries in an hour pause the window for 15 minutes.
            </p>
          </div>
        ) : (
          <>
            <ul className="col sm win-list">
              <li className="row">
                <Eye className="icon s" aria-hidden="true" />
                This browser may load pictures from this agent
              </li>
              <li className="row">
                <Clock className="icon s" aria-hidden="true" />
                For 8 hours, or until the agent restarts
              </li>
              <li className="row">
                <Lock className="icon s" aria-hidden="true" />
                The dashboard’s server gets nothing
              </li>
            </ul>
            <p className="note">Only continue if you clicked “Show pixels” just now.</p>
          </>
        )}
        {stage.at === 'failed' && (
          <p className="note d" role="alert">
            {stage.sentence}
          </p>
        )}
        {stage.at === 'done' && <p role="status">Connected. This window closes by itself.</p>}
        <div className="row last">
          <button type="button" className="btn big grow" onClick={() => close()}>
            Cancel <kbd>Esc</kbd>
          </button>
          <button
            type="submit"
            className="btn inside big grow"
            // biome-ignore lint/a11y/noAutofocus: Enter is the answer that the window waits for
            autoFocus={!isPasscode}
            disabled={stage.at === 'sending' || stage.at === 'done'}
          >
            {isPasscode ? 'Connect' : 'Show pixels'} <kbd>Enter</kbd>
          </button>
        </div>
      </form>
    </main>
  );
}

function afterRefusal(error: unknown, wasPasscode: boolean): Stage {
  const code = failureCode(error);
  if (code === 'origin-refused') return { at: 'not-listed' };
  if (code === 'forbidden' || code === 'unauthenticated') return { at: 'passcode', isWrong: wasPasscode };
  if (code === 'too-many-attempts') {
    const wait = error instanceof Error && 'retryAfterS' in error ? Number(error.retryAfterS) : Number.NaN;
    return {
      at: 'failed',
      sentence: `Too many tries. Wait ${duration(Number.isFinite(wait) ? wait : 900)}, then try again.`,
    };
  }
  return { at: 'failed', sentence: failureSentence(error) };
}
