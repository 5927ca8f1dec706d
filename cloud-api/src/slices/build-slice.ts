/**
 * Slices that are sampled (build_slice). Two halves, because the answer names the slice before a job fills it: `openBuiltSlice` in the
 * request, `fillBuiltSlice` in the job.
 */
import { readHashes } from '@nucleus/shared/dedup/hash-list';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { AutotagFilter } from '@nucleus/shared/wire/slices';
import type { Kysely, Transaction } from 'kysely';
import { listBareItems } from '../attachments/unfetched-items.ts';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { getAutotag } from '../autotags/find-autotag.ts';
import { listScoredPlaces } from '../autotags/read-scores.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite } from '../datasets/claim-write.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { chooseHashed, hasNoPixels } from '../deduplication/rules.ts';
import { type LongWork, takeTurns } from '../deduplication/take-turns.ts';
import { listHashCandidates } from '../items/list-hashes.ts';
import type { Projections } from '../search/projections.ts';
import { chooseMostUnique, chooseRandom } from './choose-sample.ts';
import { addSlice } from './create-slice.ts';
import { getSlice } from './find-slice.ts';
import { insertMembers, setPendingJobs } from './queries.ts';
import { readMembers } from './read-members.ts';

/** A request to sample, as the client words it. */
export interface SliceSample {
  name: string;
  sampleSize: number;
  sampleMethod: 'Random' | 'Uniqueness';
  filters?: { sliceId?: string | null | undefined; autotag?: AutotagFilter | null | undefined } | null | undefined;
}

/**
 * Checks a request, adds the slice, empty and with one pending job, and answers its id.
 * @throws AppError `dataset-not-found`, `slice-not-found`, `invalid-request` for a filter that cannot be met
 */
export async function openBuiltSlice(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  sample: SliceSample,
): Promise<string> {
  if (!Number.isInteger(sample.sampleSize) || sample.sampleSize < 1)
    throw new AppError('invalid-request', 'sampleSize: must be a whole number from 1.', { at: 'sampleSize' });
  return db.transaction().execute(async (tx) => {
    const claim = await claimWrite(tx, acting, datasetId);
    const within = sample.filters?.sliceId;
    if (within != null && (await getSlice(tx, acting.tenantId, within)).datasetId !== datasetId)
      throw new AppError('invalid-request', 'filters.sliceId: is a slice of another dataset.', {
        at: 'filters.sliceId',
      });
    const autotag = sample.filters?.autotag;
    if (autotag != null && (await getAutotag(tx, acting.tenantId, autotag.autotagId)).datasetId !== datasetId)
      throw new AppError('invalid-request', 'filters.autotag: is an autotag of another dataset.', {
        at: 'filters.autotag',
      });
    return addSlice(tx, acting, claim, { name: sample.name, type: 'dataset_item', pendingJobs: 1 });
  });
}

/** Runs a write in one transaction; a job's step is one, so that members and the job's end are one fact. */
export type Commit = (write: (tx: Transaction<Tables>) => Promise<number>) => Promise<number>;

/**
 * Samples the dataset into a slice that `openBuiltSlice` made, all members in one transaction; a second call changes nothing.
 * Answers how many members it has got. The seed of `Random` is the slice's id.
 * @throws AppError `slice-not-found` when it was deleted meanwhile, `perceptual-hash-missing`; the signal's reason when it aborts
 */
export async function fillBuiltSlice(
  db: Kysely<Tables>,
  projections: Projections,
  acting: Acting,
  sliceId: string,
  sample: SliceSample,
  work: LongWork = {},
  commit: Commit = (write) => db.transaction().execute(write),
): Promise<number> {
  const { datasetId, pendingJobs } = await getSlice(db, acting.tenantId, sliceId);
  const chosen =
    pendingJobs === 0 ? [] : await chooseSeqs(db, projections, acting.tenantId, { datasetId, sliceId }, sample, work);
  return commit(async (tx) => {
    const { changeNo } = await claimWrite(tx, acting, datasetId);
    if ((await getSlice(tx, acting.tenantId, sliceId)).pendingJobs === 0) return 0;
    await insertMembers(tx, acting.tenantId, { datasetId, sliceId }, chosen, changeNo);
    await setPendingJobs(tx, acting.tenantId, sliceId, 0);
    await writeAudit(tx, acting, { action: 'slice.append', targetId: sliceId, amount: chosen.length });
    return chosen.length;
  });
}

/** What a job calls when it gives up: the slice stays as it is and waits for nothing. @throws AppError `slice-not-found` */
export async function abandonBuiltSlice(db: Kysely<Tables>, tenantId: string, sliceId: string): Promise<void> {
  await getSlice(db, tenantId, sliceId);
  await setPendingJobs(db, tenantId, sliceId, 0);
}

async function chooseSeqs(
  db: Kysely<Tables>,
  projections: Projections,
  tenantId: string,
  slice: { datasetId: string; sliceId: string },
  sample: SliceSample,
  work: LongWork,
): Promise<number[]> {
  const { isPrivate } = await getDataset(db, tenantId, slice.datasetId);
  const all = await listHashCandidates(db, tenantId, slice.datasetId, work.signal);
  const within = sample.filters?.sliceId;
  const members =
    within == null
      ? undefined
      : new Set(await readMembers(db, projections, tenantId, await getSlice(db, tenantId, within), 0, 2 ** 31));
  const autotag = sample.filters?.autotag;
  const scored =
    autotag == null
      ? undefined
      : await listScoredPlaces(db, tenantId, await getAutotag(db, tenantId, autotag.autotagId), autotag.range);
  const candidates = all.filter(({ seq }) => (members?.has(seq) ?? true) && (scored?.has(seq) ?? true));
  if (sample.sampleMethod === 'Random') {
    const chosen = chooseRandom(candidates.length, sample.sampleSize, slice.sliceId);
    return chosen.map((at) => candidates[at]?.seq as number);
  }
  const hashless = candidates.filter(({ phash }) => phash === null).map(({ itemId }) => itemId);
  const bare = isPrivate ? undefined : await listBareItems(db, tenantId, slice.datasetId, hashless);
  const { hashed } = chooseHashed(candidates, (item) => bare?.has(item.itemId) ?? hasNoPixels(item));
  const hashes = readHashes(hashed.map(({ phash }) => phash));
  const steps = chooseMostUnique(hashes, sample.sampleSize);
  const chosen = await takeTurns(steps, Math.min(sample.sampleSize, hashed.length), work);
  return chosen.map((at) => hashed[at]?.seq as number);
}
