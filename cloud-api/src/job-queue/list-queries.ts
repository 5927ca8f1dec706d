import type { Database } from '../database/open-database.ts';

/** Stores a list of a job's message, part by part. */
export async function addList(
  db: Database,
  tenantId: string,
  jobId: string,
  name: string,
  parts: Iterable<string>,
): Promise<void> {
  let n = 0;
  for (const part of parts) {
    await db.insertInto('job_lists').values({ tenant_id: tenantId, job_id: jobId, name, n, part }).execute();
    n += 1;
  }
}

/** Marks the jobs of a dataset, those that have ended or all, and removes their lists. */
export async function withdrawLists(
  db: Database,
  tenantId: string,
  datasetId: string,
  which: 'ended' | 'all',
): Promise<void> {
  const marked = await db
    .updateTable('jobs')
    .set({ results_gone: 1 })
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('results_gone', '=', 0)
    .$if(which === 'ended', (query) => query.where('ended_at', 'is not', null))
    .returning('id')
    .execute();
  for (const { id } of marked)
    await db.deleteFrom('job_lists').where('tenant_id', '=', tenantId).where('job_id', '=', id).execute();
}

/** Removes up to `most` parts of lists of jobs whose dataset was deleted; answers how many. */
export async function purgeLists(db: Database, most: number): Promise<number> {
  const gone = await db
    .selectFrom('job_lists')
    .innerJoin('jobs', (join) =>
      join.onRef('jobs.tenant_id', '=', 'job_lists.tenant_id').onRef('jobs.id', '=', 'job_lists.job_id'),
    )
    .innerJoin('datasets', (join) =>
      join.onRef('datasets.tenant_id', '=', 'jobs.tenant_id').onRef('datasets.id', '=', 'jobs.dataset_id'),
    )
    .select(['job_lists.tenant_id', 'job_lists.job_id', 'job_lists.name', 'job_lists.n'])
    .where('datasets.deleted_at', 'is not', null)
    .limit(most)
    .execute();
  for (const { tenant_id, job_id, name, n } of gone) {
    const part = db.deleteFrom('job_lists').where('tenant_id', '=', tenant_id).where('job_id', '=', job_id);
    await part.where('name', '=', name).where('n', '=', n).execute();
  }
  return gone.length;
}
