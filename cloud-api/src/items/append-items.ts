/** Adds items to a dataset as Nucleus' append does (wire contract 4.1): a bad item is its own error and the rest goes in. */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { AppendReply } from '@nucleus/shared/wire/dataset';
import type { Kysely } from 'kysely';
import { showImages } from '../attachments/item-assets.ts';
import type { Attachments } from '../attachments/open-attachments.ts';
import type { StagedFile } from '../attachments/store/stage-file.ts';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite, settleWrite } from '../datasets/claim-write.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { intakeImages } from './intake-images.ts';
import { lockFieldTypes } from './lock-field-types.ts';
import { type AppendPlan, planAppend, readAppendedItems } from './plan-append.ts';
import { findSourceOfDataset, insertItems, listKnownItems, updateItem } from './queries.ts';

export interface Append {
  /** As they came; each is checked by itself. */
  items: readonly unknown[];
  /** Whether known items are changed; else they are ignored. An item may say it for itself when files come with it. */
  update: boolean;
  /** Files by the place of their item. This operation takes them over, whatever happens. */
  uploads?: readonly StagedFile[];
}

export interface AppendParts {
  db: Kysely<Tables>;
  attachments: Attachments;
  /** Origin of the addresses that uploaded items answer. */
  publicOrigin: string;
}

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
    return await append(parts, acting, datasetId, input);
  } finally {
    await Promise.all((input.uploads ?? []).map((staged) => parts.attachments.dropStaged(staged)));
  }
}

async function append(
  { db, attachments, publicOrigin }: AppendParts,
  acting: Acting,
  datasetId: string,
  input: Append,
): Promise<AppendReply> {
  const dataset = await getDataset(db, acting.tenantId, datasetId);
  assertTakesItems(dataset, input.uploads !== undefined);
  const read = readAppendedItems(
    input.items,
    (raw) => input.update || (input.uploads !== undefined && saysUpdate(raw)),
  );
  const keys = [...new Set(read.good.map((item) => item.refKey))];
  // In privacy mode no address is ever requested: the mode of a dataset never changes, so this look is as good as one later.
  const pictures = dataset.isPrivate
    ? new Map()
    : await intakeImages(
        attachments,
        acting.tenantId,
        read.good,
        await listKnownItems(db, acting.tenantId, datasetId, keys),
        input.uploads,
      );
  return db.transaction().execute(async (tx) => {
    const claim = await claimWrite(tx, acting.tenantId, datasetId);
    const plan = planAppend({
      items: read.good,
      known: await listKnownItems(tx, acting.tenantId, datasetId, keys),
      pictures,
      uploadedUrl: input.uploads === undefined ? undefined : (itemId) => `${publicOrigin}/v1/assets/${itemId}`,
      isPrivate: claim.isPrivate,
      isAgentBound: (await findSourceOfDataset(tx, acting.tenantId, datasetId)) !== undefined,
      fieldTypes: await lockFieldTypes(tx, acting.tenantId, datasetId),
      claim,
      acting,
    });
    await showImages(tx, acting, datasetId, plan.images);
    await writePlan(tx, acting, datasetId, plan, claim.changeNo);
    await settleWrite(tx, acting.tenantId, datasetId, {
      nextSeq: claim.nextSeq + plan.inserts.length,
      liveDelta: plan.inserts.length,
    });
    const written = plan.inserts.length + plan.updates.size;
    if (written > 0) await writeAudit(tx, acting, { action: 'items.append', targetId: datasetId, amount: written });
    const errors = [...read.bad, ...plan.errors];
    return {
      dataset_id: datasetId,
      new_items: plan.inserts.length,
      updated_items: plan.updatedCount,
      ignored_items: plan.ignoredCount,
      upload_errors: errors.length,
      ...(errors.length === 0 ? {} : { error_payload: errors as AppendReply['error_payload'] }),
    };
  });
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
  for (const [itemId, update] of plan.updates) {
    await updateItem(tx, acting.tenantId, datasetId, itemId, { ...update, changeNo, nowMs: acting.nowMs });
  }
  await plan.fieldTypes.save();
}
