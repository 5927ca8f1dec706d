import type { AgentView } from '@nucleus/shared/wire/agents';
import type { Database } from '../database/open-database.ts';
import { listDatasets } from '../datasets/find-dataset.ts';
import { listAgentRows, listSourceRows, type SourceRow } from './queries.ts';
import { agentState } from './rules.ts';

/** The tenant's agents with their sources and the health that they told last. */
export async function listAgents(db: Database, tenantId: string, nowMs: number): Promise<AgentView[]> {
  const sources = await listSourceRows(db, tenantId);
  const names = new Map((await listDatasets(db, tenantId)).map(({ datasetId, name }) => [datasetId, name]));
  return (await listAgentRows(db, tenantId)).map((agent) => ({
    agent_id: agent.agentId,
    version: agent.version,
    public_url: agent.publicUrl,
    approved: agent.approved,
    last_heartbeat_ms: agent.lastHeartbeatAt,
    state: agentState(agent.approved, agent.lastHeartbeatAt, nowMs),
    sources: sources
      .filter((source) => source.agentId === agent.agentId)
      .map((source) => ({
        source_id: source.sourceId,
        alias: source.alias,
        dataset_id: source.datasetId,
        dataset_name: names.get(source.datasetId) ?? '',
        level: source.level,
        names: source.names,
        health: source.health,
      })),
  }));
}

/** The tenant's sources, for pages that show what fills a dataset. */
export function listSources(db: Database, tenantId: string): Promise<SourceRow[]> {
  return listSourceRows(db, tenantId);
}

/** Origins of the tenant's approved agents: the only hosts beside the cloud that its pages may reach. */
export async function listApprovedOrigins(db: Database, tenantId: string): Promise<string[]> {
  const agents = await listAgentRows(db, tenantId);
  return [...new Set(agents.filter(({ approved }) => approved).map(({ publicUrl }) => publicUrl))];
}
