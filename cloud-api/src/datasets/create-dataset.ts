import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Database } from '../database/open-database.ts';
import { newId } from '../ids/new-id.ts';
import { insertDataset } from './queries.ts';

export interface NewDataset {
  name: string;
  isScene?: boolean;
  isPrivate: boolean;
  annotationMetadataSchema?: unknown;
  itemMetadataSchema?: unknown;
}

/** Adds an empty dataset in the caller's transaction and answers its id. Names need not be unique. */
export async function createDataset(tx: Database, acting: Acting, input: NewDataset): Promise<string> {
  const datasetId = newId('dataset');
  await insertDataset(tx, acting.tenantId, {
    datasetId,
    name: input.name,
    isScene: input.isScene ?? false,
    isPrivate: input.isPrivate,
    annotationMetadataSchema: stored(input.annotationMetadataSchema),
    itemMetadataSchema: stored(input.itemMetadataSchema),
    createdAt: acting.nowMs,
  });
  await writeAudit(tx, acting, { action: 'dataset.create', targetId: datasetId });
  return datasetId;
}

function stored(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}
