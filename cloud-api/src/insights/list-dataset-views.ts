import type { DatasetView } from '@nucleus/shared/wire/insights';
import { listSources } from '../agents/list-agents.ts';
import type { Database } from '../database/open-database.ts';
import { listDatasets } from '../datasets/find-dataset.ts';

/** The tenant's datasets, oldest first, with the sources that fill them. */
export async function listDatasetViews(db: Database, tenantId: string): Promise<DatasetView[]> {
  const sources = await listSources(db, tenantId);
  return (await listDatasets(db, tenantId)).map((dataset) => ({
    dataset_id: dataset.datasetId,
    name: dataset.name,
    length: dataset.liveCount,
    privacy_mode: dataset.isPrivate,
    created_at_ms: dataset.createdAt,
    sources: sources
      .filter((source) => source.datasetId === dataset.datasetId)
      .map((source) => ({ agent_id: source.agentId, alias: source.alias, level: source.level })),
  }));
}
