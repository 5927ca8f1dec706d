import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { CommandLine } from '@nucleus/shared/ui/parts/command-line.tsx';
import { Dialog } from '@nucleus/shared/ui/parts/dialog.tsx';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { clock, counted, duration, moment } from '@nucleus/shared/ui/words/quantities.ts';
import { cutMiddle, visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { localEndpoints } from '@nucleus/shared/wire/local';
import type { SessionView } from '@nucleus/shared/wire/viewer';
import { useMutation, useQuery } from '@tanstack/react-query';
import { CloudOff, Eye, Link2, Lock } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { queries } from '../session/queries.ts';
import { callAgent } from '../session/viewer-session.ts';

const kinds: Record<SessionView['kind'], { words: string; icon: typeof Eye }> = {
  viewer: { words: 'Local viewer', icon: Lock },
  dashboard: { words: 'Dashboard', icon: Eye },
  share: { words: 'Shared link', icon: Link2 },
};

/** Who can see pixels now, and ending that. */
export function SessionsPage(): ReactElement {
  const [asksAll, setAsksAll] = useState(false);
  const list = useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => callAgent(localEndpoints.listSessions, { signal }),
    refetchInterval: 5_000,
  });
  const end = useMutation({
    mutationFn: (which: { session_id: string } | { all: true }) =>
      callAgent(localEndpoints.revokeSessions, { body: which }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['sessions'] }),
  });
  if (list.isError && list.data === undefined) {
    return (
      <EmptyState icon={CloudOff} title="The sessions did not load">
        <p>{failureSentence(list.error)}</p>
      </EmptyState>
    );
  }
  const sessions = list.data?.sessions ?? [];
  return (
    <div className="page">
      <div className="phead">
        <div>
          <h2>Sessions</h2>
          <p>
            Who can see pixels of this agent now. Sessions last 8 hours and end when the agent restarts; ending one ends
            its links within a second.
          </p>
        </div>
        <button
          type="button"
          className="btn danger end"
          disabled={sessions.length === 0}
          onClick={() => setAsksAll(true)}
        >
          End all
        </button>
      </div>
      {end.isError && (
        <p className="note d" role="alert">
          {failureSentence(end.error)}
        </p>
      )}
      <section className="card tscroll sessions" aria-label="Sessions">
        <table>
          <thead>
            <tr>
              <th>For</th>
              <th>Of</th>
              <th>From</th>
              <th>Opened</th>
              <th>Ends</th>
              <th>
                <span className="sr">End it</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {sessions.map((session) => (
              <Row
                key={session.session_id}
                session={session}
                isEnding={end.isPending}
                onEnd={() => end.mutate({ session_id: session.session_id })}
              />
            ))}
          </tbody>
        </table>
      </section>
      <p className="sm t2">From the host, without a page:</p>
      <CommandLine command="npx nucleus-agent sessions list" />
      {asksAll && (
        <Dialog title={`End ${counted(sessions.length, 'session')}?`} size="small" onClose={() => setAsksAll(false)}>
          <div className="dialog-body">
            <p>
              Every viewer, dashboard and shared link stops at once, and so does every media link ever made, those of
              the command line included. You are closed out as well; <code>nucleus-agent open</code> opens the viewer
              again.
            </p>
            <div className="row">
              <button type="button" className="btn end" onClick={() => setAsksAll(false)}>
                Keep them
              </button>
              <button
                type="button"
                className="btn danger solid"
                disabled={end.isPending}
                onClick={() => end.mutate({ all: true })}
              >
                End all
              </button>
            </div>
          </div>
        </Dialog>
      )}
    </div>
  );
}

interface RowProps {
  session: SessionView;
  isEnding: boolean;
  onEnd: () => void;
}

function Row({ session, isEnding, onEnd }: RowProps): ReactElement {
  const { words, icon: Icon } = kinds[session.kind];
  const left = session.expires_at - Date.now() / 1000;
  return (
    <tr>
      <td className="nowrap">
        <span className="row g3 wrap">
          <Icon className="icon s t3" aria-hidden="true" />
          {words}
          {session.is_own && <span className="pill sq in">you</span>}
        </span>
      </td>
      <td className="mono" title={visibleText(session.shares ?? session.origin)}>
        {cutMiddle(visibleText(session.shares ?? session.origin), 60)}
      </td>
      <td className="mono t2">{session.peer.replace(/^::ffff:/, '')}</td>
      <td className="t2 nowrap">{moment(session.created_at * 1000)}</td>
      <td className="t2 nowrap">
        {clock(session.expires_at)} <span className="t3">in {duration(left)}</span>
      </td>
      <td className="num">
        <button
          type="button"
          className="btn dense danger"
          disabled={isEnding}
          aria-label={`End ${words.toLowerCase()} ${visibleText(session.shares ?? session.origin)}`}
          onClick={onEnd}
        >
          End
        </button>
      </td>
    </tr>
  );
}
