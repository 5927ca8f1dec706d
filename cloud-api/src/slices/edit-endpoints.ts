import { sliceEditEndpoints } from '@nucleus/shared/wire/slice-edits';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { type Mount, mountEndpoint } from '../http/mount-endpoint.ts';
import { largeBodyBytes } from '../http/read-body.ts';
import { countTags } from '../search/count-tags.ts';
import type { Projections } from '../search/projections.ts';
import { readQuery } from '../search/read-query.ts';
import { startFillJob } from './build-slice-job.ts';
import { listSliceViews } from './list-slice-views.ts';
import { openQuerySlice } from './query-slice.ts';
import { removeFromSlice } from './remove-from-slice.ts';
import { renameSlice } from './rename-slice.ts';
import { toSliceInfo } from './rules.ts';
import { changeTags, undoTagChange } from './tag-items.ts';

/** Mounts what the pages do with slices and tags. @param afterEnqueue told that a job waits. */
export function mountSliceEdits(
  mount: Mount,
  db: Kysely<Tables>,
  projections: Projections,
  afterEnqueue: () => void,
): void {
  mountEndpoint(mount, sliceEditEndpoints.listSliceViews, async ({ tenantId }, { params }) => ({
    slices: await listSliceViews(db, projections, tenantId, params.datasetId),
  }));
  mountEndpoint(mount, sliceEditEndpoints.createQuerySlice, async (context, { params, body }) => {
    const sliceId = await openQuerySlice(db, projections, context, params.datasetId, body);
    if (body.live) return { slice_id: sliceId, job_id: null };
    const jobId = await startFillJob(db, context, sliceId, body.query);
    afterEnqueue();
    return { slice_id: sliceId, job_id: jobId };
  });
  mountEndpoint(mount, sliceEditEndpoints.fillSlice, async (context, { params, body }) => {
    const jobId = await startFillJob(db, context, params.sliceId, body.query);
    afterEnqueue();
    return { job_id: jobId };
  });
  mountEndpoint(
    mount,
    sliceEditEndpoints.removeFromSlice,
    async (context, { params, body }) => ({
      slice_id: params.sliceId,
      removed: await removeFromSlice(db, context, params.sliceId, body.reference_ids),
    }),
    largeBodyBytes,
  );
  mountEndpoint(mount, sliceEditEndpoints.renameSlice, async (context, { params, body }) =>
    toSliceInfo(await renameSlice(db, context, params.sliceId, body)),
  );
  mountEndpoint(mount, sliceEditEndpoints.listTags, async ({ tenantId }, { params, body }) => {
    await getDataset(db, tenantId, params.datasetId);
    const started = performance.now();
    const counts = await countTags(projections.of(tenantId, params.datasetId), { condition: readQuery(body.query) });
    return { ...counts, took_ms: Math.round(performance.now() - started) };
  });
  mountEndpoint(
    mount,
    sliceEditEndpoints.changeTags,
    async (context, { params, body }) => {
      const done = await changeTags(db, projections, context, params.datasetId, body);
      return { change_id: done.changeId, changed: done.changed, undo_until_ms: done.undoUntilMs };
    },
    largeBodyBytes,
  );
  mountEndpoint(mount, sliceEditEndpoints.undoTagChange, async (context, { params }) => ({
    undone: await undoTagChange(db, context, params.datasetId, params.changeId),
  }));
}
