import { sliceEndpoints } from '@nucleus/shared/wire/slices';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { type Mount, mountEndpoint, mountPieces } from '../http/mount-endpoint.ts';
import { largeBodyBytes } from '../http/read-body.ts';
import { type ItemPager, spellAll } from '../items/spell-items.ts';
import { describeJob } from '../jobs/read-jobs.ts';
import { listSliceScenes } from '../scenes/slice-scenes.ts';
import type { Projections } from '../search/projections.ts';
import { appendToSlice } from './append-to-slice.ts';
import { startBuildSliceJob } from './build-slice-job.ts';
import { createSlice } from './create-slice.ts';
import { deleteSlice } from './delete-slice.ts';
import { getSlice, listSlices, listSlicesOf } from './find-slice.ts';
import { pagesOfObjects, type SliceObject } from './read-objects.ts';
import { pageSliceItems } from './read-slice.ts';
import { toSliceEntry, toSliceInfo } from './rules.ts';
import { tagSlice } from './tag-slice.ts';

/** Mounts the routes of wire contract 6. @param afterEnqueue told that a job waits. */
export function mountSlices(
  mount: Mount,
  db: Kysely<Tables>,
  projections: Projections,
  afterEnqueue: () => void,
): void {
  mountEndpoint(mount, sliceEndpoints.buildSlice, async (context, { params, body }) => {
    const { jobId, sliceId } = await startBuildSliceJob(db, context, params.datasetId, body);
    afterEnqueue();
    return { ...(await describeJob(db, context.tenantId, jobId, context.nowMs)), sliceId };
  });
  mountEndpoint(
    mount,
    sliceEndpoints.createSlice,
    async (context, { params, body }) => ({ slice_id: await createSlice(db, context, params.datasetId, body) }),
    largeBodyBytes,
  );
  mountEndpoint(mount, sliceEndpoints.listSlices, async ({ tenantId }) =>
    (await listSlices(db, tenantId)).map(toSliceEntry),
  );
  mountEndpoint(mount, sliceEndpoints.listDatasetSlices, async ({ tenantId }, { params, query }) =>
    (await listSlicesOf(db, tenantId, params.datasetId, query)).map(toSliceEntry),
  );

  mountPieces(mount, sliceEndpoints.getSlice, async ({ tenantId }, { params }) => {
    const slice = toSliceInfo(await getSlice(db, tenantId, params.sliceId));
    if (slice.type === 'scene') {
      const place = { tenantId, datasetId: slice.dataset_id };
      return spellWhole({ ...slice, items: await listSliceScenes(db, place, params.sliceId) });
    }
    if (slice.type === 'object')
      return spellObjects(
        slice,
        pagesOfObjects(db, { tenantId, datasetId: slice.dataset_id, sliceId: params.sliceId }),
      );
    const pager: ItemPager = (page) => pageSliceItems(db, projections, tenantId, params.sliceId, page);
    return spellAll('items', pager, undefined, slice);
  });
  mountEndpoint(mount, sliceEndpoints.getSliceInfo, async ({ tenantId }, { params }) =>
    toSliceInfo(await getSlice(db, tenantId, params.sliceId)),
  );
  mountEndpoint(mount, sliceEndpoints.pageSliceItems, ({ tenantId }, { params, body }) =>
    pageSliceItems(db, projections, tenantId, params.sliceId, body),
  );

  mountEndpoint(
    mount,
    sliceEndpoints.appendToSlice,
    async (context, { params, body }) => ({
      slice_id: params.sliceId,
      new_items: await appendToSlice(db, context, params.sliceId, body),
    }),
    largeBodyBytes,
  );
  mountEndpoint(mount, sliceEndpoints.tagSlice, async (context, { params, body }) => ({
    slice_id: params.sliceId,
    tags: await tagSlice(db, context, params.sliceId, body.slice_tags),
  }));
  mountEndpoint(mount, sliceEndpoints.deleteSlice, async (context, { params }) => {
    await deleteSlice(db, context, params.sliceId);
    return { message: 'Slice deleted.' };
  });
}

/** A slice of labels, which stand where other slices have items. */
async function* spellObjects(slice: object, pages: AsyncIterable<SliceObject[]>): AsyncGenerator<string> {
  yield `${JSON.stringify(slice).slice(0, -1)},"items":[`;
  let separator = '';
  for await (const objects of pages) {
    if (objects.length > 0) yield separator + objects.map(({ label }) => JSON.stringify(label)).join(',');
    if (objects.length > 0) separator = ',';
  }
  yield ']}';
}

async function* spellWhole(reply: object): AsyncGenerator<string> {
  yield JSON.stringify(reply);
}
