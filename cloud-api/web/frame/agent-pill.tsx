import { duration } from '@nucleus/shared/ui/words/quantities.ts';
import type { AgentView } from '@nucleus/shared/wire/agents';
import type { ReactElement } from 'react';
import { agentName, lagOf, troubleOf } from '../agents/trouble.ts';
import { PageLink } from './page-link.tsx';

/** The state of the agents in one place, on every page. */
export function AgentPill({ agents }: { agents: readonly AgentView[] | undefined }): ReactElement | null {
  if (agents === undefined) return null;
  const first = agents.find((agent) => troubleOf(agent).length > 0) ?? agents[0];
  if (first === undefined) {
    return (
      <PageLink to="/" className="pill w hide-s">
        <span className="dot o" />
        waiting for an agent
      </PageLink>
    );
  }
  const trouble = troubleOf(first)[0];
  const lag = lagOf(first);
  const words = trouble?.short ?? (lag === undefined ? 'live' : `lag ${duration(lag)}`);
  return (
    <PageLink
      to="/agents"
      className={`pill${trouble === undefined ? '' : ' w'}`}
      label={`${agentName(first)}, ${words}`}
    >
      <span className={`dot ${trouble === undefined ? 'c-in' : 'o'}`} />
      <span className="hide-s">{agentName(first)}</span>
      <span className={trouble === undefined ? 't2' : ''}>{words}</span>
    </PageLink>
  );
}
