import { isAmongNumbers } from '../database/insert-rows.ts';
import type { Database } from '../database/open-database.ts';
import { dropObjectVectors } from '../embeddings/keep-object-vectors.ts';
import { removeLabels } from './queries.ts';
import type { LabelPlace } from './rules.ts';

/** Removes the labels of up to `most` items of a deleted dataset or model run, whoever's it is; answers of how many. */
export async function purgeOrphanRows(db: Database, most: number): Promise<number> {
  const orphan = await db
    .selectFrom('label_totals')
    .innerJoin('datasets', (join) =>
      join
        .onRef('datasets.tenant_id', '=', 'label_totals.tenant_id')
        .onRef('datasets.id', '=', 'label_totals.dataset_id'),
    )
    .select([
      'label_totals.tenant_id as tenantId',
      'label_totals.dataset_id as datasetId',
      'label_totals.run_id as runId',
    ])
    .where('datasets.deleted_at', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  const gone = orphan ?? (await findGoneRun(db));
  return gone === undefined ? 0 : purgeItemsOf(db, gone, most);
}

/** A deleted model run that still has labels. */
function findGoneRun(db: Database): Promise<LabelPlace | undefined> {
  return db
    .selectFrom('model_runs')
    .innerJoin('label_totals', (join) =>
      join
        .onRef('label_totals.tenant_id', '=', 'model_runs.tenant_id')
        .onRef('label_totals.dataset_id', '=', 'model_runs.dataset_id')
        .onRef('label_totals.run_id', '=', 'model_runs.id'),
    )
    .select(['model_runs.tenant_id as tenantId', 'model_runs.dataset_id as datasetId', 'model_runs.id as runId'])
    .where('model_runs.deleted_at', 'is not', null)
    .limit(1)
    .executeTakeFirst();
}

/** Removes all that is kept of the labels of up to `most` items of a place, their counts too; answers of how many. */
async function purgeItemsOf(db: Database, place: LabelPlace, most: number): Promise<number> {
  const totals = db
    .selectFrom('label_totals')
    .select('seq')
    .where('tenant_id', '=', place.tenantId)
    .where('dataset_id', '=', place.datasetId)
    .where('run_id', '=', place.runId);
  const seqs = (await totals.limit(most).execute()).map(({ seq }) => seq);
  if (seqs.length === 0) return 0;
  await removeLabels(db, place, seqs);
  await dropObjectVectors(db, place, seqs);
  await db
    .deleteFrom('label_totals')
    .where('tenant_id', '=', place.tenantId)
    .where('dataset_id', '=', place.datasetId)
    .where('run_id', '=', place.runId)
    .where(isAmongNumbers(db, 'seq', seqs))
    .execute();
  return seqs.length;
}
