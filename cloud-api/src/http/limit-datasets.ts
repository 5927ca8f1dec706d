/**
 * Keeps a key that is bound to datasets inside them. A route is open to such a key only if its path names a dataset, or something of one,
 * or if its list is cut down here; every other route, also one that is new, is closed to it.
 */
import { AppError } from '@nucleus/shared/failure/app-error';
import { datasetEndpoints } from '@nucleus/shared/wire/dataset';
import type { Endpoint } from '@nucleus/shared/wire/endpoint';
import { insightEndpoints } from '@nucleus/shared/wire/insights';
import { jobEndpoints } from '@nucleus/shared/wire/jobs';
import { sessionEndpoints } from '@nucleus/shared/wire/session';
import { sliceEndpoints } from '@nucleus/shared/wire/slices';
import type { Database } from '../database/open-database.ts';
import { findBoundDataset, namesDataset } from '../keys/find-bound-dataset.ts';
import type { Caller } from './caller.ts';

type Cut = (reply: unknown, isMine: (datasetId: unknown) => boolean) => unknown;

const listBy =
  (field: 'id' | 'dataset_id'): Cut =>
  (reply, isMine) =>
    (reply as Record<string, unknown>[]).filter((each) => isMine(each[field]));

/** Lists over all datasets of a tenant, cut down to those of a key. */
const cuts = new Map<Endpoint, Cut>([
  [datasetEndpoints.listDatasetDetails, listBy('id')],
  [datasetEndpoints.listDatasets, listBy('id')],
  [sliceEndpoints.listSlices, listBy('dataset_id')],
  [jobEndpoints.listJobs, listBy('dataset_id')],
  [sessionEndpoints.getSession, (reply) => reply],
  [
    insightEndpoints.listDatasetViews,
    (reply, isMine) => ({ datasets: listBy('dataset_id')((reply as { datasets: unknown }).datasets, isMine) }),
  ],
]);

/**
 * Before a route is answered. `cutsReply` says that {@link cutReply} will see its reply.
 * @throws AppError `not-found` for what is outside, as if it were not there; `forbidden` for a route that is about no dataset
 */
export async function assertWithin(
  db: Database,
  caller: Caller,
  endpoint: Endpoint,
  parameters: Readonly<Record<string, string | undefined>>,
  { cutsReply }: { cutsReply: boolean },
): Promise<void> {
  if (caller.datasetIds === null || (cutsReply && cuts.has(endpoint))) return;
  if (!namesDataset(parameters)) {
    throw new AppError('forbidden', 'This key is bound to datasets, and this route is about none of them.');
  }
  const datasetId = await findBoundDataset(db, caller.tenantId, parameters);
  if (datasetId === undefined || !caller.datasetIds.includes(datasetId))
    throw new AppError('not-found', 'There is nothing of that id.');
}

/** A list without what is outside. */
export function cutReply<Reply>(caller: Caller, endpoint: Endpoint, reply: Reply): Reply {
  const cut = cuts.get(endpoint);
  const { datasetIds } = caller;
  if (datasetIds === null || cut === undefined) return reply;
  return cut(reply, (id) => typeof id === 'string' && datasetIds.includes(id)) as Reply;
}
