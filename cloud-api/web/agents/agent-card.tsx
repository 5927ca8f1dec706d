import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { Banner } from '@nucleus/shared/ui/parts/banner.tsx';
import { LevelMark } from '@nucleus/shared/ui/parts/level-mark.tsx';
import { count, duration } from '@nucleus/shared/ui/words/quantities.ts';
import { type AgentView, agentEndpoints } from '@nucleus/shared/wire/agents';
import { useMutation } from '@tanstack/react-query';
import { CirclePause, ExternalLink, ShieldQuestionMark } from 'lucide-react';
import type { ReactElement } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { PageLink } from '../frame/page-link.tsx';
import { datasetPath } from '../route.ts';
import { agentName, lagOf, reasonWords } from './trouble.ts';

type Source = AgentView['sources'][number];

function sumOf(agent: AgentView, of: (health: NonNullable<Source['health']>) => number): number {
  return agent.sources.reduce((sum, { health }) => sum + (health === null ? 0 : of(health)), 0);
}

function heartbeatWords(agent: AgentView): string {
  if (agent.last_heartbeat_ms === null) return 'no heartbeat yet';
  const ago = duration((Date.now() - agent.last_heartbeat_ms) / 1000);
  return agent.state === 'offline' ? `No heartbeat for ${ago}` : `heartbeat ${ago} ago`;
}

/** One agent: its state, figures and sources. */
export function AgentCard({ agent }: { agent: AgentView }): ReactElement {
  const isOffline = agent.state === 'offline';
  return (
    <section className="card" aria-label={agentName(agent)}>
      <header>
        <span className={`dot ${isOffline ? 'c-d' : agent.state === 'live' ? 'c-in' : 'o c-w'}`} />
        <h2>{agentName(agent)}</h2>
        <span className="pill sq">{agent.version}</span>
        <span className={isOffline ? 'c-d' : 't2'}>{heartbeatWords(agent)}</span>
        {agent.approved && (
          <a className="btn dense end" href={`${agent.public_url}/viewer/`} target="_blank" rel="noopener noreferrer">
            Open local viewer <ExternalLink className="icon s" aria-hidden="true" />
          </a>
        )}
      </header>
      {!agent.approved && <ApproveAgent agent={agent} />}
      {agent.sources.length > 0 && <AgentFigures agent={agent} />}
    </section>
  );
}

function AgentFigures({ agent }: { agent: AgentView }): ReactElement {
  const lag = lagOf(agent);
  const verified = agent.sources.flatMap(({ health }) => health?.verified_day ?? []).toSorted()[0];
  return (
    <>
      <div className="stats">
        <p className="stat">
          <span>Lag, disk to cloud</span>
          <b>{lag === undefined ? 'unknown' : duration(lag)}</b>
        </p>
        <p className="stat">
          <span>Queue</span>
          <b>{count(sumOf(agent, (health) => health.queued))}</b>
        </p>
        <p className="stat">
          <span>Exceptions</span>
          <b>{count(sumOf(agent, (health) => health.exceptions))}</b>
        </p>
        <p className="stat">
          <span>Verified against the cloud</span>
          <b>{verified ?? 'not yet'}</b>
        </p>
      </div>
      <div className="tscroll">
        <table>
          <thead>
            <tr>
              <th>Source</th>
              <th>State</th>
              <th className="num">On disk</th>
              <th className="num">Catalogued</th>
              <th className="num">Excluded</th>
              <th className="num">Exceptions</th>
              <th className="num">Queued</th>
              <th>Level</th>
              <th>Names</th>
            </tr>
          </thead>
          <tbody>
            {agent.sources.map((source) => (
              <SourceRow key={source.source_id} source={source} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function SourceRow({ source }: { source: Source }): ReactElement {
  const { health } = source;
  const figure = (value: number | undefined): string => (value === undefined ? '' : count(value));
  return (
    <tr>
      <td>
        <b>{source.alias}</b>
        <div>
          <PageLink to={datasetPath(source.dataset_id)}>{source.dataset_name}</PageLink>
        </div>
      </td>
      <td>
        <StatePill health={health} />
      </td>
      <td className="num">{figure(health?.on_disk)}</td>
      <td className="num">{figure(health?.catalogued)}</td>
      <td className="num">{figure(health?.excluded)}</td>
      <td className="num">{figure(health?.exceptions)}</td>
      <td className="num">{figure(health?.queued)}</td>
      <td>
        <LevelMark level={source.level} />
      </td>
      <td>{source.names === 'pseudonym' ? 'pseudonyms' : 'relative paths'}</td>
    </tr>
  );
}

function StatePill({ health }: { health: Source['health'] }): ReactElement {
  if (health === null) return <span className="pill">no report yet</span>;
  if (health.state === 'live' && health.held_deletions > 0) {
    return (
      <div className="col g2 source-state">
        <span className="pill w">
          <CirclePause className="icon s" aria-hidden="true" />
          Deletions held
        </span>
        <span className="xs c-w">{count(health.held_deletions)} wait for a person</span>
      </div>
    );
  }
  if (health.state === 'live') {
    return (
      <span className="pill in">
        <span className="dot" /> Live
      </span>
    );
  }
  if (health.state === 'suspended' || health.state === 'paused') {
    return (
      <div className="col g2 source-state">
        <span className="pill w">
          <CirclePause className="icon s" aria-hidden="true" />
          {health.state === 'paused' ? 'Paused' : 'Suspended'}
        </span>
        <span className="xs c-w">{reasonWords(health.reason)}</span>
      </div>
    );
  }
  return (
    <span className="pill cl">
      <span className="dot o" /> {health.state === 'scanning' ? 'Scanning' : 'Starting'}
    </span>
  );
}

function ApproveAgent({ agent }: { agent: AgentView }): ReactElement {
  const approve = useMutation({
    mutationFn: () => callCloud(agentEndpoints.approveAgent, { params: { agentId: agent.agent_id } }),
    // The policy of this page does not name the agent yet; a fresh one does.
    onSuccess: () => location.reload(),
  });
  return (
    <Banner
      tone="w"
      icon={ShieldQuestionMark}
      title="Waiting for approval."
      actions={
        <button type="button" className="btn lead dense" disabled={approve.isPending} onClick={() => approve.mutate()}>
          Approve {agentName(agent)}
        </button>
      }
    >
      {approve.isError
        ? failureSentence(approve.error)
        : `Its metadata comes in already. Once approved, this dashboard may ask ${agent.public_url} for pixels; check that the address is yours.`}
    </Banner>
  );
}
