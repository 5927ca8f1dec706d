/** Adds items to a dataset as Nucleus' append does (wire contract 4.1): a bad item is its own error and the rest goes in. */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { AppendReply } from '@nucleus/shared/wire/dataset';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite, settleWrite } from '../datasets/claim-write.ts';
import { lockFieldTypes } from './lock-field-types.ts';
import { type AppendPlan, planAppend, readAppendedItems } from './plan-append.ts';
import { findSourceOfDataset, insertItems, listKnownItems, updateUserMetadata } from './queries.ts';

export interface Append {
  /** As they came; each is checked by itself. */
  items: readonly unknown[];
  /** Whether users' metadata of known items is replaced; else they are ignored. */
  update: boolean;
}

/**
 * @returns counts that add up to the number of items sent, and the items that were refused, each with its `error`.
 * @throws AppError `dataset-not-found`, `dataset-holds-scenes`
 */
export async function appendItems(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  input: Append,
): Promise<AppendReply> {
  return db.transaction().execute((tx) => appendItemsIn(tx, acting, datasetId, input));
}

/** {@link appendItems} in the caller's transaction, so that the append and a job's progress are one fact. */
export async function appendItemsIn(
  tx: Database,
  acting: Acting,
  datasetId: string,
  input: Append,
): Promise<AppendReply> {
  const read = readAppendedItems(input.items);
  const claim = await claimWrite(tx, acting.tenantId, datasetId);
  if (claim.isScene)
    throw new AppError('dataset-holds-scenes', 'This dataset holds scenes: items cannot be added to it.');
  const keys = [...new Set(read.good.map((item) => item.refKey))];
  const plan = planAppend({
    items: read.good,
    known: await listKnownItems(tx, acting.tenantId, datasetId, keys),
    update: input.update,
    isPrivate: claim.isPrivate,
    isAgentBound: (await findSourceOfDataset(tx, acting.tenantId, datasetId)) !== undefined,
    fieldTypes: await lockFieldTypes(tx, acting.tenantId, datasetId),
    claim,
    acting,
  });
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
}

async function writePlan(
  tx: Database,
  acting: Acting,
  datasetId: string,
  plan: AppendPlan,
  changeNo: number,
): Promise<void> {
  await insertItems(tx, plan.inserts);
  await updateUserMetadata(tx, acting.tenantId, datasetId, plan.updates, { changeNo, nowMs: acting.nowMs });
  await plan.fieldTypes.save();
}
