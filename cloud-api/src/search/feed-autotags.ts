import type { Database } from '../database/open-database.ts';
import type { FedAutotag, ScoreRow } from './truth-feed.ts';

/** Scores are kept as whole millionths. */
const scoreUnit = 1_000_000;

/** The living autotags of a dataset, oldest first. */
export function listAutotags(db: Database, tenantId: string, datasetId: string): Promise<FedAutotag[]> {
  return db
    .selectFrom('autotags')
    .select(['id as autotagId', 'name', 'generation'])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('deleted_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

/** Scores of a generation of an autotag behind a place, in insertion order of the items. */
export async function listScoresAfter(
  db: Database,
  tenantId: string,
  datasetId: string,
  { autotagId, generation }: Omit<FedAutotag, 'name'>,
  afterSeq: number,
  limit: number,
): Promise<ScoreRow[]> {
  const rows = await db
    .selectFrom('autotag_scores')
    .select(['seq', 'score_millionths as millionths'])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('autotag_id', '=', autotagId)
    .where('generation', '=', generation)
    .where('seq', '>', afterSeq)
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map(({ seq, millionths }) => ({ seq, score: millionths / scoreUnit }));
}
