import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite } from '../datasets/claim-write.ts';
import { dropOfTaxonomy } from '../labels/drop-labels.ts';
import { findTaxonomy, putTaxonomy, removeTaxonomy } from './queries.ts';

export interface NewTaxonomy {
  taxonomy_name: string;
  type: 'category' | 'multicategory';
  labels: readonly string[];
  /** Whether labels are added to one that is there; else it stays as it is. */
  update: boolean;
}

/**
 * Creates a taxonomy or adds labels to it: labels only ever come on top.
 * @throws AppError `dataset-not-found`, `invalid-request` when one of that name has the other type
 */
export async function addTaxonomy(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  input: NewTaxonomy,
): Promise<'Taxonomy created' | 'Taxonomy already exists' | 'Taxonomy updated'> {
  return db.transaction().execute(async (tx) => {
    await claimWrite(tx, acting, datasetId);
    const there = await findTaxonomy(tx, acting.tenantId, datasetId, input.taxonomy_name);
    if (there !== undefined && !input.update) return 'Taxonomy already exists';
    if (there !== undefined && there.type !== input.type)
      throw new AppError('invalid-request', `type: this taxonomy is a ${there.type} taxonomy.`, { at: 'type' });
    const labels = there === undefined ? [] : (JSON.parse(there.labels) as string[]);
    await putTaxonomy(tx, {
      tenant_id: acting.tenantId,
      dataset_id: datasetId,
      name: input.taxonomy_name,
      type: input.type,
      labels: JSON.stringify([...new Set([...labels, ...input.labels])]),
    });
    await writeAudit(tx, acting, { action: 'taxonomy.write', targetId: datasetId });
    return there === undefined ? 'Taxonomy created' : 'Taxonomy updated';
  });
}

const labelsPerStep = 2_000; // requests wait for a step on SQLite

/**
 * Deletes a taxonomy and its labels: those first, a part at a time, so that a stop leaves a taxonomy that can be deleted again.
 * @throws AppError `dataset-not-found`, `taxonomy-not-found`
 */
export async function deleteTaxonomy(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  name: string,
): Promise<void> {
  for (let isGone = false; !isGone; ) {
    isGone = await db.transaction().execute(async (tx) => {
      const { changeNo } = await claimWrite(tx, acting, datasetId);
      if ((await findTaxonomy(tx, acting.tenantId, datasetId, name)) === undefined)
        throw new AppError('taxonomy-not-found', 'There is no taxonomy of that name in this dataset.');
      const dataset = { tenantId: acting.tenantId, datasetId };
      if ((await dropOfTaxonomy(tx, dataset, name, changeNo, labelsPerStep)) === labelsPerStep) return false;
      await removeTaxonomy(tx, acting.tenantId, datasetId, name);
      await writeAudit(tx, acting, { action: 'taxonomy.delete', targetId: datasetId });
      return true;
    });
    await nextTurn();
  }
}
