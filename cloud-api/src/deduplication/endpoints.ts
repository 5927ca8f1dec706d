import { deduplicationEndpoints } from '@nucleus/shared/wire/deduplication';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { type Mount, mountEndpoint } from '../http/mount-endpoint.ts';
import { largeBodyBytes } from '../http/read-body.ts';
import { describeJob } from '../jobs/read-jobs.ts';
import { startDeduplicationJob } from './deduplicate-job.ts';

/** Mounts the route of wire contract 7. @param afterEnqueue told that a job waits. */
export function mountDeduplication(mount: Mount, db: Kysely<Tables>, afterEnqueue: () => void): void {
  mountEndpoint(
    mount,
    deduplicationEndpoints.deduplicate,
    async (context, { params, body }) => {
      const jobId = await startDeduplicationJob(db, context, params.datasetId, body);
      afterEnqueue();
      return describeJob(db, context.tenantId, jobId, context.nowMs);
    },
    largeBodyBytes,
  );
}
