import { inChunks } from '../database/in-chunks.ts';
import type { Database } from '../database/open-database.ts';

/** Those of the jobs, named `tenant/job`, whose dataset is there, that have not ended or ended after `sinceMs`, and whose results stand. */
export async function listLivingResults(db: Database, jobs: readonly string[], sinceMs: number): Promise<Set<string>> {
  const living = new Set<string>();
  for (const chunk of inChunks(jobs, 1)) {
    const rows = await db
      .selectFrom('jobs')
      .innerJoin('datasets', (join) =>
        join.onRef('datasets.tenant_id', '=', 'jobs.tenant_id').onRef('datasets.id', '=', 'jobs.dataset_id'),
      )
      .select(['jobs.tenant_id', 'jobs.id'])
      .where('datasets.deleted_at', 'is', null)
      .where('jobs.results_gone', '=', 0)
      .where(
        'jobs.id',
        'in',
        chunk.map((job) => job.split('/')[1] ?? ''),
      )
      .where((where) => where.or([where('jobs.ended_at', 'is', null), where('jobs.ended_at', '>', sinceMs)]))
      .execute();
    for (const row of rows) living.add(`${row.tenant_id}/${row.id}`);
  }
  return living;
}
