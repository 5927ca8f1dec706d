import { failureCode, failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { Logo } from '@nucleus/shared/ui/parts/logo.tsx';
import { sessionEndpoints } from '@nucleus/shared/wire/session';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactElement, useEffect, useState } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { queries, sessionKey } from '../cloud/queries.ts';
import { safeReturn } from '../route.ts';
import { takeOneTimeCode } from './one-time-code.ts';
import { SignInPicture } from './sign-in-picture.tsx';

// Taken before anything is drawn, once per page load.
let waitingCode = location.pathname === '/sign-in' ? takeOneTimeCode() : undefined;

function wordsFor(error: unknown, isCode: boolean): string {
  const code = failureCode(error);
  if (isCode && (code === 'unauthenticated' || code === 'forbidden' || code === 'invalid-request')) {
    return 'This link was used already or is older than 10 minutes. Restarting the server prints a new one; an API key works as well.';
  }
  if (code === 'unauthenticated')
    return 'No such API key. Check for missing characters; keys begin with live_ or test_.';
  if (code === 'too-many-attempts') return 'Too many attempts. Wait a few minutes, then try again.';
  if (code === 'invalid-request') return 'An API key has at least 20 characters and begins with live_ or test_.';
  return failureSentence(error);
}

/** Signing in by a one-time link or an API key. */
export function SignInPage({ onDone }: { onDone: (path: string) => void }): ReactElement {
  const [key, setKey] = useState('');
  const signIn = useMutation({
    mutationFn: (body: { code: string } | { key: string }) => callCloud(sessionEndpoints.signIn, { body }),
    onSuccess: (session) => {
      queries.clear();
      queries.setQueryData(sessionKey, session);
      onDone(safeReturn(new URLSearchParams(location.search).get('next')));
    },
  });
  const { mutate } = signIn;
  useEffect(() => {
    document.title = 'Sign in · Nucleus';
    const code = waitingCode;
    waitingCode = undefined;
    if (code !== undefined) mutate({ code });
  }, [mutate]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    mutate({ key: key.trim() });
  };
  const hasEnded = new URLSearchParams(location.search).has('ended');
  const isCode = signIn.variables !== undefined && 'code' in signIn.variables;
  return (
    <div className="sign-in">
      <main className="sign-in-form">
        <div className="col g6">
          <span className="c-cl">
            <Logo />
          </span>
          <div>
            <h1>Sign in to Nucleus</h1>
            <p className="t2">{location.host}</p>
          </div>
          {signIn.isPending && isCode ? (
            <p role="status">Opening your session.</p>
          ) : (
            <form className="col g5" onSubmit={submit}>
              {hasEnded && !signIn.isError && (
                <p className="note w" role="status">
                  Your session ended. Sign in to go on; your place is kept.
                </p>
              )}
              {signIn.isError && (
                <p className="note d" role="alert">
                  {wordsFor(signIn.error, isCode)}
                </p>
              )}
              <label className="sm col g2">
                API key
                <span className={`inp tall${signIn.isError && !isCode ? ' bad' : ''}`}>
                  <input
                    type="password"
                    autoComplete="current-password"
                    spellCheck={false}
                    required
                    className="mono"
                    placeholder="live_…"
                    value={key}
                    onChange={(event) => setKey(event.target.value)}
                  />
                </span>
              </label>
              <button type="submit" className="btn lead big" disabled={signIn.isPending}>
                Sign in
              </button>
            </form>
          )}
          <p className="note">
            First start? The console printed a sign-in link that works once, for 10 minutes. Restarting prints a new
            one.
          </p>
          <p className="xs t3">Signing in shows metadata. Pixels need your agent’s consent as well.</p>
        </div>
      </main>
      <SignInPicture />
    </div>
  );
}
