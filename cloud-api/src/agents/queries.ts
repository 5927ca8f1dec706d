import { Level, NamesPolicy } from '@nucleus/shared/record/levels';
import { SourceHealth } from '@nucleus/shared/wire/agents';
import { z } from 'zod';
import type { Database } from '../database/open-database.ts';

export interface AgentRow {
  agentId: string;
  version: string;
  publicUrl: string;
  approved: boolean;
  lastHeartbeatAt: number | null;
}

export interface SourceRow {
  sourceId: string;
  agentId: string;
  alias: string;
  datasetId: string;
  level: Level;
  names: NamesPolicy;
  fieldsOff: string[];
  fence: number;
  highRev: number;
  health: SourceHealth | null;
}

const selectAgents = (db: Database, tenantId: string) =>
  db
    .selectFrom('agents')
    .select(['id', 'version', 'public_url', 'approved', 'last_heartbeat_at'])
    .where('tenant_id', '=', tenantId);

type AgentColumns = Awaited<ReturnType<ReturnType<typeof selectAgents>['executeTakeFirstOrThrow']>>;

function toAgent(row: AgentColumns): AgentRow {
  return {
    agentId: row.id,
    version: row.version,
    publicUrl: row.public_url,
    approved: row.approved === 1,
    lastHeartbeatAt: row.last_heartbeat_at,
  };
}

export async function findAgent(db: Database, tenantId: string, agentId: string): Promise<AgentRow | undefined> {
  const row = await selectAgents(db, tenantId).where('id', '=', agentId).executeTakeFirst();
  return row && toAgent(row);
}

/** In the order of their first registration. */
export async function listAgentRows(db: Database, tenantId: string): Promise<AgentRow[]> {
  const rows = await selectAgents(db, tenantId).orderBy('registered_at').orderBy('id').execute();
  return rows.map(toAgent);
}

/** Adds or renews an agent. Another address needs a new approval: it would otherwise enter pages unseen. */
export async function upsertAgent(
  db: Database,
  tenantId: string,
  agent: { agentId: string; version: string; publicUrl: string; nowMs: number },
): Promise<void> {
  await db
    .insertInto('agents')
    .values({
      tenant_id: tenantId,
      id: agent.agentId,
      version: agent.version,
      public_url: agent.publicUrl,
      approved: 0,
      registered_at: agent.nowMs,
      last_heartbeat_at: null,
    })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'id']).doUpdateSet((set) => ({
        version: agent.version,
        public_url: agent.publicUrl,
        approved: set
          .case()
          .when('agents.public_url', '=', agent.publicUrl)
          .then(set.ref('agents.approved'))
          .else(0)
          .end(),
      })),
    )
    .execute();
}

/** Answers how many agents it approved, 0 or 1. */
export async function markApproved(db: Database, tenantId: string, agentId: string): Promise<number> {
  const done = await db
    .updateTable('agents')
    .set({ approved: 1 })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', agentId)
    .executeTakeFirst();
  return Number(done.numUpdatedRows);
}

export async function markHeartbeat(db: Database, tenantId: string, agentId: string, atMs: number): Promise<void> {
  await db
    .updateTable('agents')
    .set({ last_heartbeat_at: atMs })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', agentId)
    .execute();
}

export async function saveHealth(db: Database, tenantId: string, agentId: string, health: SourceHealth): Promise<void> {
  await db
    .updateTable('sources')
    .set({ health: JSON.stringify(health) })
    .where('tenant_id', '=', tenantId)
    .where('agent_id', '=', agentId)
    .where('alias', '=', health.alias)
    .execute();
}

const FieldsOff = z.array(z.string());

const selectSources = (db: Database, tenantId: string) =>
  db
    .selectFrom('sources')
    .select(['id', 'agent_id', 'alias', 'dataset_id', 'level', 'names', 'fields_off', 'fence', 'high_rev', 'health'])
    .where('tenant_id', '=', tenantId);

type SourceColumns = Awaited<ReturnType<ReturnType<typeof selectSources>['executeTakeFirstOrThrow']>>;

function toSource(row: SourceColumns): SourceRow {
  return {
    sourceId: row.id,
    agentId: row.agent_id,
    alias: row.alias,
    datasetId: row.dataset_id,
    level: Level.parse(row.level),
    names: NamesPolicy.parse(row.names),
    fieldsOff: FieldsOff.parse(JSON.parse(row.fields_off)),
    fence: row.fence,
    highRev: row.high_rev,
    health: row.health === null ? null : SourceHealth.parse(JSON.parse(row.health)),
  };
}

export async function findSource(
  db: Database,
  tenantId: string,
  agentId: string,
  alias: string,
): Promise<SourceRow | undefined> {
  const row = await selectSources(db, tenantId)
    .where('agent_id', '=', agentId)
    .where('alias', '=', alias)
    .executeTakeFirst();
  return row && toSource(row);
}

export async function findSourceByDataset(
  db: Database,
  tenantId: string,
  datasetId: string,
): Promise<SourceRow | undefined> {
  const row = await selectSources(db, tenantId).where('dataset_id', '=', datasetId).executeTakeFirst();
  return row && toSource(row);
}

/** Every source of the tenant, by agent and alias. */
export async function listSourceRows(db: Database, tenantId: string): Promise<SourceRow[]> {
  const rows = await selectSources(db, tenantId).orderBy('agent_id').orderBy('alias').execute();
  return rows.map(toSource);
}

/** Adds a source, or writes all of it but its health. */
export async function saveSource(db: Database, tenantId: string, source: Omit<SourceRow, 'health'>): Promise<void> {
  const values = {
    agent_id: source.agentId,
    alias: source.alias,
    dataset_id: source.datasetId,
    level: source.level,
    names: source.names,
    fields_off: JSON.stringify(source.fieldsOff),
    fence: source.fence,
    high_rev: source.highRev,
  };
  await db
    .insertInto('sources')
    .values({ tenant_id: tenantId, id: source.sourceId, ...values, health: null })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'id']).doUpdateSet(values))
    .execute();
}

/** Takes note of the highest revision that a source has sent. */
export async function raiseHighRev(db: Database, tenantId: string, sourceId: string, rev: number): Promise<void> {
  await db
    .updateTable('sources')
    .set({ high_rev: rev })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', sourceId)
    .where('high_rev', '<', rev)
    .execute();
}
