import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import { groundTruth, sceneTruth } from '../labels/rules.ts';
import type { LabelPosition, RunChange, TotalsRow } from './truth-feed.ts';

/** Counts of labels of items, or of scenes, beyond the row `after`, by writes up to and including `upTo`; walks label_totals_by_change. */
export async function listChangedTotals(
  db: Database,
  tenantId: string,
  datasetId: string,
  after: LabelPosition,
  upTo: number,
  limit: number,
  of: 'items' | 'scenes',
): Promise<TotalsRow[]> {
  const rows = await db
    .selectFrom('label_totals')
    .where('run_id', of === 'scenes' ? '=' : '!=', sceneTruth)
    .select(['change_no as changeNo', 'run_id as runId', 'seq', 'totals'])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    // a row value, so that both databases start in the index where the last page ended
    .where(sql<boolean>`(change_no, run_id, seq) > (${after.changeNo}, ${after.runId}, ${after.seq})`)
    .where('change_no', '<=', upTo)
    .orderBy('change_no')
    .orderBy('run_id')
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...row, totals: JSON.parse(row.totals) as TotalsRow['totals'] }));
}

/** Those of scenes, told as annotations, which they are. */
export async function listChangedSceneTotals(
  db: Database,
  tenantId: string,
  datasetId: string,
  after: LabelPosition,
  upTo: number,
  limit: number,
): Promise<TotalsRow[]> {
  const from = after.runId === groundTruth ? { ...after, runId: sceneTruth } : after;
  const rows = await listChangedTotals(db, tenantId, datasetId, from, upTo, limit, 'scenes');
  return rows.map((row) => ({ ...row, runId: groundTruth }));
}

/** Model runs of a dataset that were made or deleted by the writes after `after`, up to and including `upTo`. */
export async function listChangedRuns(
  db: Database,
  tenantId: string,
  datasetId: string,
  after: number,
  upTo: number,
): Promise<RunChange[]> {
  const rows = await db
    .selectFrom('model_runs')
    .select(['id as runId', 'deleted_at as deletedAt'])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('change_no', '>', after)
    .where('change_no', '<=', upTo)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(({ runId, deletedAt }) => ({ runId, isLive: deletedAt === null }));
}

export async function listTaxonomyNames(db: Database, tenantId: string, datasetId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('taxonomies')
    .select('name')
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .orderBy('name')
    .execute();
  return rows.map(({ name }) => name);
}
