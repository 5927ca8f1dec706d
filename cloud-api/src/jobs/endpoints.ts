import { jobEndpoints } from '@nucleus/shared/wire/jobs';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { type Mount, mountEndpoint, mountPieces } from '../http/mount-endpoint.ts';
import { cancelJob } from '../job-queue/cancel-job.ts';
import { describeJob, followJob, listJobErrors, listJobs } from './read-jobs.ts';

/** Mounts the routes of wire contract 5. */
export function mountJobs(mount: Mount, db: Kysely<Tables>): void {
  mountEndpoint(mount, jobEndpoints.listJobs, ({ tenantId, nowMs }, { body }) => listJobs(db, tenantId, body, nowMs));
  mountPieces(mount, jobEndpoints.getJob, async ({ tenantId, nowMs }, { params }) =>
    followJob(db, tenantId, params.jobId, nowMs),
  );
  mountEndpoint(mount, jobEndpoints.getJobInfo, ({ tenantId, nowMs }, { params }) =>
    describeJob(db, tenantId, params.jobId, nowMs),
  );
  mountEndpoint(mount, jobEndpoints.listJobErrors, ({ tenantId }, { params }) =>
    listJobErrors(db, tenantId, params.jobId),
  );
  mountEndpoint(mount, jobEndpoints.cancelJob, async (context, { params }) => ({
    cancelled: await cancelJob(db, context, params.jobId),
  }));
}
