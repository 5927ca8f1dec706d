import type { Database } from '../database/open-database.ts';
import { type KnownJob, leastRunningMs, ownJobKinds } from './rules.ts';

const columns = [
  'id as jobId',
  'kind',
  'dataset_id as datasetId',
  'state',
  'message',
  'completed_steps as completedSteps',
  'total_steps as totalSteps',
  'created_at as createdAt',
  'ended_at as endedAt',
  'results_gone as resultsGone',
] as const;

export function findJob(db: Database, tenantId: string, jobId: string): Promise<KnownJob | undefined> {
  return db
    .selectFrom('jobs')
    .select(columns)
    .where('tenant_id', '=', tenantId)
    .where('id', '=', jobId)
    .executeTakeFirst();
}

export interface JobFilter {
  datasetId: string | undefined;
  /** Empty for all. */
  kinds: readonly string[];
  fromMs: number | undefined;
  toMs: number | undefined;
  withCompleted: boolean;
  limit: number;
  nowMs: number;
}

/** Newest first. */
export async function listJobRows(db: Database, tenantId: string, filter: JobFilter): Promise<KnownJob[]> {
  let query = db.selectFrom('jobs').select(columns).where('tenant_id', '=', tenantId);
  if (filter.datasetId !== undefined) query = query.where('dataset_id', '=', filter.datasetId);
  query =
    filter.kinds.length > 0
      ? query.where('kind', 'in', [...filter.kinds])
      : query.where('kind', 'not in', [...ownJobKinds]);
  if (filter.fromMs !== undefined) query = query.where('created_at', '>=', filter.fromMs);
  if (filter.toMs !== undefined) query = query.where('created_at', '<=', filter.toMs);
  if (!filter.withCompleted) {
    query = query.where((where) =>
      where.or([
        where('ended_at', 'is', null),
        where('state', '<>', 'completed'),
        where('created_at', '>', filter.nowMs - leastRunningMs),
      ]),
    );
  }
  return query.orderBy('created_at', 'desc').orderBy('id').limit(filter.limit).execute();
}

/** The newest `most`, oldest of them first. */
export async function listErrors(db: Database, tenantId: string, jobId: string, most: number): Promise<string[]> {
  const rows = await db
    .selectFrom('job_errors')
    .select('error')
    .where('tenant_id', '=', tenantId)
    .where('job_id', '=', jobId)
    .orderBy('n', 'desc')
    .limit(most)
    .execute();
  return rows.map(({ error }) => error).toReversed();
}

/** Parts of a list of a job's message from number `from` on, in their order. */
export async function listParts(
  db: Database,
  tenantId: string,
  jobId: string,
  name: string,
  { from, limit }: { from: number; limit: number },
): Promise<string[]> {
  const rows = await db
    .selectFrom('job_lists')
    .select('part')
    .where('tenant_id', '=', tenantId)
    .where('job_id', '=', jobId)
    .where('name', '=', name)
    .where('n', '>=', from)
    .orderBy('n')
    .limit(limit)
    .execute();
  return rows.map(({ part }) => part);
}
