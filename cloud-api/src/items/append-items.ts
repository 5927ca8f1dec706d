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
import { writeAudits } from '../audit/write-audit.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { together } from '../database/together.ts';
import { claimWrite, settleWrite } from '../datasets/claim-write.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { takeVectors } from '../embeddings/keep-vectors.ts';
import { intakeImages, needingPicture } from './intake-images.ts';
import { keepEvents } from './keep-events.ts';
import { lockFieldTypes } from './lock-field-types.ts';
import { type AppendPlan, type AppendRequest, itemsPerTurn, planAppend } from './plan-append.ts';
import {
  findSourceOfDataset,
  insertItems,
  type KnownItem,
  listKnownItems,
  updateItem,
  updateUserMetadata,
} from './queries.ts';
import { type ReadItem, readAppendedItems } from './read-appended.ts';

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
  uploadedUrl: AppendRequest['uploadedUrl'];
}

/** Writes a prepared append. @throws what {@link appendItemsIn} throws */
export type WriteAppend = (acting: Acting, datasetId: string, prepared: PreparedAppend) => Promise<AppendReply>;

/** How long the pictures of one request may take together. */
const requestPicturesMs = 45_000;

/**
 * @param write in a transaction of its own unless said
 * @returns counts that add up to the number of items sent, and the items that were refused, each with its `error`.
 * @throws AppError `dataset-not-found`, `dataset-holds-scenes`, `privacy-mode-refuses-bytes`
 */
export async function appendItems(
  parts: AppendParts,
  acting: Acting,
  datasetId: string,
  input: Append,
  write: WriteAppend = (...append) => parts.db.transaction().execute((tx) => appendItemsIn(tx, ...append)),
): Promise<AppendReply> {
  try {
    const signal = AbortSignal.timeout(requestPicturesMs);
    const prepared = await prepareAppend(parts, acting.tenantId, datasetId, input, signal);
    return await write(acting, datasetId, prepared);
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
  const [reply] = await appendAllIn(tx, datasetId, [{ acting, prepared }]);
  return reply as AppendReply;
}

/**
 * Writes appends of one actor to one dataset as one write; each has its own reply and its own row in the log.
 * @param appends at least one, in their order
 */
export async function appendAllIn(
  tx: Database,
  datasetId: string,
  appends: readonly { acting: Acting; prepared: PreparedAppend }[],
): Promise<AppendReply[]> {
  const { acting } = appends.at(-1) as (typeof appends)[number];
  const requests = appends.map(({ acting, prepared }) => ({ ...prepared, acting, items: prepared.good }));
  const keys = keysOf(requests.flatMap(({ items }) => items));
  const claim = await claimWrite(tx, acting, datasetId);
  const change = { changeNo: claim.changeNo, nowMs: acting.nowMs };
  const { tenantId } = acting;
  const [known, source, fieldTypes, vectors] = await together(tx, (tx) => [
    listKnownItems(tx, tenantId, datasetId, keys),
    findSourceOfDataset(tx, tenantId, datasetId),
    lockFieldTypes(tx, tenantId, datasetId),
    takeVectors(tx, { tenantId, datasetId }, change, 'custom'),
  ]);
  const isAgentBound = source !== undefined;
  const { isPrivate } = claim;
  const bare = isPrivate ? new Set<string>() : await listBareItems(tx, tenantId, datasetId, idsOf(known));
  const facts = { requests, known, bare, isPrivate, isAgentBound, fieldTypes, vectors, claim };
  const plan = await inTurns(planAppend(facts));
  await showImages(tx, acting, datasetId, plan.images);
  await noteUnfetched(tx, acting, datasetId, plan.unfetched);
  const inserted = plan.inserts.length;
  await together(tx, (tx) => [
    writePlan(tx, acting, datasetId, plan, claim.changeNo),
    settleWrite(tx, tenantId, datasetId, { nextSeq: claim.nextSeq + inserted, liveDelta: inserted }),
    writeAudits(tx, actsOf(datasetId, requests, plan)),
  ]);
  return plan.outcomes.map(({ newCount, updatedCount, ignoredCount, errors }, at) => {
    const refused = [...(requests[at]?.bad ?? []), ...errors];
    return {
      dataset_id: datasetId,
      new_items: newCount,
      updated_items: updatedCount,
      ignored_items: ignoredCount,
      upload_errors: refused.length,
      ...(refused.length === 0 ? {} : { error_payload: refused as AppendReply['error_payload'] }),
    };
  });
}

function actsOf(
  targetId: string,
  requests: readonly AppendRequest[],
  { outcomes }: AppendPlan,
): Parameters<typeof writeAudits>[1] {
  return requests.flatMap(({ acting }, at) => {
    const amount = outcomes[at]?.writtenCount ?? 0;
    return amount === 0 ? [] : [{ acting, entry: { action: 'items.append', targetId, amount } }];
  });
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
