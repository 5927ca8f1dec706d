/** Adds items to a dataset as Nucleus' append does (wire contract 4.1): a bad item is its own error and the rest goes in. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { AppendReply } from '@nucleus/shared/wire/dataset';
import type { Kysely } from 'kysely';
import { showImages } from '../attachments/item-assets.ts';
import type { Picture } from '../attachments/kept-image.ts';
import type { Attachments } from '../attachments/open-attachments.ts';
import type { StagedFile } from '../attachments/store/stage-file.ts';
import { listBareItems, noteUnfetched } from '../attachments/unfetched-items.ts';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { together } from '../database/together.ts';
import { claimWrite, settleWrite } from '../datasets/claim-write.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { takeVectors } from '../embeddings/keep-vectors.ts';
import { intakeImages, needingPicture } from './intake-images.ts';
import { keepEvents } from './keep-events.ts';
import { lockFieldTypes } from './lock-field-types.ts';
import {
  type AppendFacts,
  type AppendPlan,
  itemsPerTurn,
  planAppend,
  type ReadItem,
  readAppendedItems,
} from './plan-append.ts';
import {
  findSourceOfDataset,
  insertItems,
  type KnownItem,
  listKnownItems,
  updateItem,
  updateUserMetadata,
} from './queries.ts';

export interface Append {
  /** As they came; each is checked by itself. */
  items: readonly unknown[];
  /** Whether known items are changed; else they are ignored. An item may say it for itself when files come with it. */
  update: boolean;
  /** Files by the place of their item. This operation takes them over, whatever happens. */
  uploads?: readonly StagedFile[];
  /**
   * Whether new items stay although their picture cannot be fetched, with the reason beside them: where somebody waits for the reply they
   * do not. They are told as errors all the same, and are new once their picture is there.
   */
  keepsUnfetched?: boolean;
}

export interface AppendParts {
  db: Kysely<Tables>;
  attachments: Attachments;
  /** Origin of the addresses that uploaded items answer. */
  publicOrigin: string;
}

/** An append whose pictures are brought in: only rows are left to write. */
export interface PreparedAppend {
  good: readonly ReadItem[];
  bad: readonly unknown[];
  pictures: ReadonlyMap<ReadItem, Picture>;
  keepsUnfetched: boolean;
  uploadedUrl: AppendFacts['uploadedUrl'];
}

/** How long the pictures of one request may take together. */
const requestPicturesMs = 45_000;

/**
 * @returns counts that add up to the number of items sent, and the items that were refused, each with its `error`.
 * @throws AppError `dataset-not-found`, `dataset-holds-scenes`, `privacy-mode-refuses-bytes`
 */
export async function appendItems(
  parts: AppendParts,
  acting: Acting,
  datasetId: string,
  input: Append,
): Promise<AppendReply> {
  try {
    const signal = AbortSignal.timeout(requestPicturesMs);
    const prepared = await prepareAppend(parts, acting.tenantId, datasetId, input, signal);
    return await parts.db.transaction().execute((tx) => appendItemsIn(tx, acting, datasetId, prepared));
  } finally {
    await Promise.all((input.uploads ?? []).map((staged) => parts.attachments.dropStaged(staged)));
  }
}

/**
 * Reads the items and brings in their pictures, before any transaction. A picture that cannot be had is an error of its item.
 * @param signal once it aborts, pictures that are not there yet count as unreachable
 * @throws AppError `dataset-not-found`, `dataset-holds-scenes`, `privacy-mode-refuses-bytes`
 */
export async function prepareAppend(
  { db, attachments, publicOrigin }: AppendParts,
  tenantId: string,
  datasetId: string,
  input: Append,
  signal: AbortSignal,
): Promise<PreparedAppend> {
  const dataset = await getDataset(db, tenantId, datasetId);
  assertTakesItems(dataset, input.uploads !== undefined);
  const good: ReadItem[] = [];
  const bad: unknown[] = [];
  const updates = (raw: unknown): boolean => input.update || (input.uploads !== undefined && saysUpdate(raw));
  for (let start = 0; start < input.items.length; start += itemsPerTurn) {
    // checking thousands of items takes longer than others may have to wait
    if (start > 0) await nextTurn();
    const read = readAppendedItems(input.items.slice(start, start + itemsPerTurn), updates, start);
    good.push(...read.good);
    bad.push(...read.bad);
  }
  // In privacy mode no address is ever requested: the mode of a dataset never changes, so this look is as good as one later.
  const needing = dataset.isPrivate
    ? []
    : await listNeeding(db, tenantId, datasetId, good, input.uploads !== undefined);
  const pictures = await intakeImages(attachments, tenantId, needing, input.uploads, signal);
  const uploadedUrl = input.uploads === undefined ? undefined : (id: string) => `${publicOrigin}/v1/assets/${id}`;
  return { good, bad, pictures, keepsUnfetched: input.keepsUnfetched === true, uploadedUrl };
}

async function listNeeding(
  db: Database,
  tenantId: string,
  datasetId: string,
  items: readonly ReadItem[],
  isUpload: boolean,
): Promise<ReadItem[]> {
  const known = await listKnownItems(db, tenantId, datasetId, keysOf(items));
  return needingPicture(items, known, await listBareItems(db, tenantId, datasetId, idsOf(known)), isUpload);
}

/** Writes a prepared append in the caller's transaction, so that the append and a job's progress are one fact. */
export async function appendItemsIn(
  tx: Database,
  acting: Acting,
  datasetId: string,
  prepared: PreparedAppend,
): Promise<AppendReply> {
  const { good, bad, pictures, keepsUnfetched, uploadedUrl } = prepared;
  const claim = await claimWrite(tx, acting, datasetId);
  const change = { changeNo: claim.changeNo, nowMs: acting.nowMs };
  const { tenantId } = acting;
  const [known, source, fieldTypes, vectors] = await together(tx, (tx) => [
    listKnownItems(tx, tenantId, datasetId, keysOf(good)),
    findSourceOfDataset(tx, tenantId, datasetId),
    lockFieldTypes(tx, tenantId, datasetId),
    takeVectors(tx, { tenantId, datasetId }, change, 'custom'),
  ]);
  const isAgentBound = source !== undefined;
  const { isPrivate } = claim;
  const bare = isPrivate ? new Set<string>() : await listBareItems(tx, tenantId, datasetId, idsOf(known));
  const planning = planAppend({
    items: good,
    known,
    bare,
    pictures,
    keepsUnfetched,
    uploadedUrl,
    isPrivate,
    isAgentBound,
    fieldTypes,
    vectors,
    claim,
    acting,
  });
  const plan = await inTurns(planning);
  await showImages(tx, acting, datasetId, plan.images);
  await noteUnfetched(tx, acting, datasetId, plan.unfetched);
  const inserted = plan.inserts.length;
  const written = inserted + plan.updates.size;
  await together(tx, (tx) => [
    writePlan(tx, acting, datasetId, plan, claim.changeNo),
    settleWrite(tx, tenantId, datasetId, { nextSeq: claim.nextSeq + inserted, liveDelta: inserted }),
    written > 0 && writeAudit(tx, acting, { action: 'items.append', targetId: datasetId, amount: written }),
  ]);
  const errors = [...bad, ...plan.errors];
  return {
    dataset_id: datasetId,
    new_items: plan.newCount,
    updated_items: plan.updatedCount,
    ignored_items: plan.ignoredCount,
    upload_errors: errors.length,
    ...(errors.length === 0 ? {} : { error_payload: errors as AppendReply['error_payload'] }),
  };
}

async function inTurns<Result>(steps: Generator<undefined, Result>): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await nextTurn();
  }
}

/** @throws AppError `dataset-holds-scenes`, `privacy-mode-refuses-bytes` */
export function assertTakesItems(dataset: { isScene: boolean; isPrivate: boolean }, hasFiles: boolean): void {
  if (dataset.isScene)
    throw new AppError('dataset-holds-scenes', 'This dataset holds scenes: items cannot be added to it.');
  if (dataset.isPrivate && hasFiles)
    throw new AppError(
      'privacy-mode-refuses-bytes',
      'This dataset is in privacy mode: it takes addresses, never files.',
    );
}

function idsOf(known: readonly KnownItem[]): string[] {
  return known.map(({ itemId }) => itemId);
}

function keysOf(items: readonly ReadItem[]): string[] {
  return [...new Set(items.map((item) => item.refKey))];
}

function saysUpdate(raw: unknown): boolean {
  return typeof raw === 'object' && raw !== null && 'update' in raw && raw.update === true;
}

async function writePlan(
  tx: Database,
  acting: Acting,
  datasetId: string,
  plan: AppendPlan,
  changeNo: number,
): Promise<void> {
  await insertItems(tx, plan.inserts);
  const change = { changeNo, nowMs: acting.nowMs };
  const metadataAlone = new Map<string, string>();
  for (const [itemId, update] of plan.updates) {
    if (update.picture === undefined) metadataAlone.set(itemId, update.userMetadata);
    else await updateItem(tx, acting.tenantId, datasetId, itemId, { ...update, ...change });
  }
  await updateUserMetadata(tx, acting.tenantId, datasetId, metadataAlone, change);
  await keepEvents(
    tx,
    { tenantId: acting.tenantId, datasetId },
    changeNo,
    Array.from(plan.updates, ([itemId, { picture }]) => ({
      itemId,
      kind: picture === undefined || plan.unfetched.has(itemId) ? ('metadata' as const) : ('picture' as const),
      rev: null,
    })),
  );
  await plan.fieldTypes.save();
  await plan.vectors.save();
}
