import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { Banner } from '@nucleus/shared/ui/parts/banner.tsx';
import { CommandLine } from '@nucleus/shared/ui/parts/command-line.tsx';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { CloudOff, Server, TriangleAlert } from 'lucide-react';
import { type ReactElement, useEffect } from 'react';
import { useAgents } from '../cloud/lists.ts';
import { FirstSteps } from '../datasets/first-steps.tsx';
import { AgentCard } from './agent-card.tsx';
import { troubleOf } from './trouble.ts';

/** Agents with the health of their sources. */
export function AgentsPage(): ReactElement {
  const agents = useAgents();
  useEffect(() => {
    document.title = 'Agents · Nucleus';
  }, []);
  if (agents.data === undefined) {
    if (!agents.isError) return <div className="page" aria-busy="true" />;
    return (
      <EmptyState icon={CloudOff} title="The list did not load">
        <p>{failureSentence(agents.error)}</p>
      </EmptyState>
    );
  }
  const troubles = agents.data.flatMap((agent) => troubleOf(agent));
  return (
    <div className="page">
      <div className="phead">
        <div>
          <h1>Agents</h1>
          <p>
            Each agent watches storage inside your network and sends descriptors only. Levels and sources are set on the
            agent’s host, never from here.
          </p>
        </div>
      </div>
      {troubles.map((trouble) => (
        <Banner
          key={trouble.title}
          tone="w"
          icon={TriangleAlert}
          title={trouble.title}
          code={trouble.code}
          isBox
          actions={trouble.command !== undefined && <CommandLine command={trouble.command} />}
        >
          {trouble.sentence}
        </Banner>
      ))}
      {agents.data.map((agent) => (
        <AgentCard key={agent.agent_id} agent={agent} />
      ))}
      {agents.data.length === 0 && (
        <section className="card">
          <header>
            <Server className="icon" aria-hidden="true" />
            <h2>No agent yet</h2>
          </header>
          <div className="in">
            <FirstSteps />
          </div>
        </section>
      )}
    </div>
  );
}
