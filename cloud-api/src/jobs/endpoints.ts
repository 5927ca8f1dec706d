import type { Keyring } from '@nucleus/shared/media/sealed-token';
import { jobEndpoints } from '@nucleus/shared/wire/jobs';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { type Mount, mountEndpoint, mountPieces } from '../http/mount-endpoint.ts';
import { cancelJob } from '../job-queue/cancel-job.ts';
import { scopesAllow } from '../keys/rules.ts';
import { linkResult } from '../result-files/result-files.ts';
import type { ResultFormat } from '../result-files/rules.ts';
import { describeJob, followJob, listJobErrors, listJobs } from './read-jobs.ts';

/** Mounts the routes of wire contract 5. */
export function mountJobs(mount: Mount, db: Kysely<Tables>, parts: { keyring: Keyring; publicUrl: URL }): void {
  mountEndpoint(mount, jobEndpoints.listJobs, ({ tenantId, nowMs }, { body }) => listJobs(db, tenantId, body, nowMs));
  mountPieces(mount, jobEndpoints.getJob, async ({ tenantId, nowMs, caller }, { params }) => {
    const link = (jobId: string, part: number, format: ResultFormat) =>
      parts.publicUrl.origin + linkResult({ tenantId, jobId, part, format }, parts.keyring, nowMs);
    // Who may not export may know that there are files, not open them.
    return followJob(db, tenantId, params.jobId, nowMs, scopesAllow(caller.scopes, 'export') ? link : undefined);
  });
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
