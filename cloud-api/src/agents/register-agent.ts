/** Binds an agent's sources to datasets: by agent and alias, never by name (contract 1). */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { RegisterRequest } from '@nucleus/shared/wire/agents';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { createDataset } from '../datasets/create-dataset.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { newId } from '../ids/new-id.ts';
import { forgetFieldTypes } from '../items/lock-field-types.ts';
import { bindAgent } from '../keys/bind-agent.ts';
import { findSource, findSourceByDataset, type SourceRow, saveSource, upsertAgent } from './queries.ts';
import { isKeptInside } from './rules.ts';

type SentSource = RegisterRequest['sources'][number];

export interface BoundSource {
  alias: string;
  source_id: string;
  dataset_id: string;
  fence: number;
  high_rev: number;
  dataset_gone?: boolean;
}

/**
 * @param keyId the key that the agent speaks with; it is tied to this agent from now on.
 * @throws AppError `forbidden` for another agent's key, `conflict` for a dataset that cannot be bound, `dataset-not-found`.
 */
export async function registerAgent(
  db: Kysely<Tables>,
  acting: Acting,
  keyId: string,
  request: RegisterRequest,
): Promise<BoundSource[]> {
  assertDistinct(request.sources);
  return db.transaction().execute(async (tx) => {
    await bindAgent(tx, acting.tenantId, keyId, request.agent_id);
    await upsertAgent(tx, acting.tenantId, {
      agentId: request.agent_id,
      version: request.version,
      publicUrl: request.public_url,
      nowMs: acting.nowMs,
    });
    const bound: BoundSource[] = [];
    for (const sent of request.sources) {
      bound.push(await bindSource(tx, acting, request.agent_id, sent, request.take_over === true));
    }
    await writeAudit(tx, acting, { action: 'agent.register', targetId: request.agent_id, amount: bound.length });
    return bound;
  });
}

async function bindSource(
  tx: Database,
  acting: Acting,
  agentId: string,
  sent: SentSource,
  takesOver: boolean,
): Promise<BoundSource> {
  const { tenantId } = acting;
  const mine = await findSource(tx, tenantId, agentId, sent.alias);
  const settings = { agentId, alias: sent.alias, level: sent.level, names: sent.names, fieldsOff: sent.fields_off };
  const wanted =
    mine ?? (sent.adopt === undefined ? undefined : await findAdoptable(tx, tenantId, sent.adopt, takesOver));
  if (wanted === undefined) {
    const datasetId = sent.adopt ?? (await createDataset(tx, acting, { name: sent.dataset_name, isPrivate: true }));
    return save(tx, tenantId, { ...settings, sourceId: newId('source'), datasetId, fence: 1, highRev: 0 });
  }
  const fence = takesOver ? wanted.fence + 1 : wanted.fence;
  if (!(await isGone(tx, tenantId, wanted.datasetId))) {
    await forgetFieldTypes(tx, tenantId, wanted.datasetId, (field) => isKeptInside(field, settings));
    return save(tx, tenantId, { ...wanted, ...settings, fence });
  }
  if (sent.recreate !== true) {
    return { ...(await save(tx, tenantId, { ...wanted, ...settings, fence })), dataset_gone: true };
  }
  const datasetId = await createDataset(tx, acting, { name: sent.dataset_name, isPrivate: true });
  return save(tx, tenantId, { ...wanted, ...settings, datasetId, fence, highRev: 0 });
}

/** The source that fills a dataset already, to be taken over whole; undefined when nobody fills it. */
async function findAdoptable(
  tx: Database,
  tenantId: string,
  datasetId: string,
  takesOver: boolean,
): Promise<SourceRow | undefined> {
  const dataset = await getDataset(tx, tenantId, datasetId);
  if (!dataset.isPrivate || dataset.isScene) {
    throw new AppError('conflict', 'Only a privacy-mode dataset of items can be adopted.', { at: 'sources.adopt' });
  }
  const owner = await findSourceByDataset(tx, tenantId, datasetId);
  if (owner !== undefined && !takesOver) {
    throw new AppError('conflict', 'Another source fills this dataset: take it over, or choose another.', {
      at: 'sources.adopt',
    });
  }
  return owner;
}

async function isGone(tx: Database, tenantId: string, datasetId: string): Promise<boolean> {
  try {
    await getDataset(tx, tenantId, datasetId);
    return false;
  } catch (error) {
    if (error instanceof AppError && error.code === 'dataset-not-found') return true;
    throw error;
  }
}

async function save(tx: Database, tenantId: string, source: Omit<SourceRow, 'health'>): Promise<BoundSource> {
  await saveSource(tx, tenantId, source);
  return {
    alias: source.alias,
    source_id: source.sourceId,
    dataset_id: source.datasetId,
    fence: source.fence,
    high_rev: source.highRev,
  };
}

function assertDistinct(sources: readonly SentSource[]): void {
  if (new Set(sources.map(({ alias }) => alias)).size !== sources.length) {
    throw new AppError('invalid-request', 'Two sources have one alias.', { at: 'sources' });
  }
}
