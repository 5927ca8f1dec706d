/** Merges metadata into items, key by key, as Nucleus does (wire contract 4.5); an append with `update` replaces instead. */

import type { MetadataChange } from '@nucleus/shared/wire/dataset';
import type { Metadata } from '@nucleus/shared/wire/dataset-item';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Database } from '../database/open-database.ts';
import { claimWrite, settleWrite } from '../datasets/claim-write.ts';
import { keepEvents } from './keep-events.ts';
import { type FieldTypes, lockFieldTypes } from './lock-field-types.ts';
import { findSourceOfDataset, type KnownItem, listKnownItems, updateUserMetadata } from './queries.ts';
import { findReservedChange, refKey, spellConflict, withoutReserved } from './rules.ts';

export interface MetadataResult {
  updated: number;
  isPrivate: boolean;
  /** Entries that changed nothing: their place in `changes`, the item where there is one, and why. */
  refused: { index: number; itemId: string | undefined; error: string }[];
}

/**
 * In the caller's transaction. An entry that is refused leaves its item as it was and the others go in.
 * @throws AppError `dataset-not-found`
 */
export async function updateMetadataIn(
  tx: Database,
  acting: Acting,
  datasetId: string,
  changes: readonly MetadataChange[],
): Promise<MetadataResult> {
  const { tenantId, nowMs } = acting;
  const claim = await claimWrite(tx, acting, datasetId);
  const keys = changes.map((change) => refKey(change.reference_id));
  const known = new Map(
    (await listKnownItems(tx, tenantId, datasetId, [...new Set(keys)])).map((item) => [item.refKey, item]),
  );
  const isAgentBound = (await findSourceOfDataset(tx, tenantId, datasetId)) !== undefined;
  const fieldTypes = await lockFieldTypes(tx, tenantId, datasetId);
  const merged = new Map<string, Metadata>();
  const result: MetadataResult = { updated: 0, isPrivate: claim.isPrivate, refused: [] };
  for (const [index, change] of changes.entries()) {
    const item = known.get(keys[index] ?? '');
    if (item?.state !== 'live') {
      const named = claim.isPrivate ? 'of this reference id' : `with id ${change.reference_id}`;
      result.refused.push({ index, itemId: undefined, error: `Item ${named} doesn't exist.` });
      continue;
    }
    const error = findProblem(item, change.metadata, { isAgentBound, isPrivate: claim.isPrivate }, fieldTypes);
    if (error !== undefined) {
      result.refused.push({ index, itemId: item.itemId, error });
      continue;
    }
    const before = merged.get(item.itemId) ?? (JSON.parse(item.userMetadata) as Metadata);
    const sent = item.sourceId === null ? change.metadata : withoutReserved(change.metadata);
    merged.set(item.itemId, { ...before, ...sent });
    result.updated += 1;
  }
  const texts = new Map([...merged].map(([itemId, metadata]) => [itemId, JSON.stringify(metadata)]));
  await updateUserMetadata(tx, tenantId, datasetId, texts, { changeNo: claim.changeNo, nowMs });
  await keepEvents(
    tx,
    { tenantId, datasetId },
    claim.changeNo,
    Array.from(texts.keys(), (itemId) => ({ itemId, kind: 'metadata' as const, rev: null })),
  );
  await fieldTypes.save();
  await settleWrite(tx, tenantId, datasetId, { nextSeq: claim.nextSeq, liveDelta: 0 });
  if (merged.size > 0)
    await writeAudit(tx, acting, { action: 'items.metadata', targetId: datasetId, amount: merged.size });
  return result;
}

function findProblem(
  item: KnownItem,
  sent: Metadata,
  { isAgentBound, isPrivate }: { isAgentBound: boolean; isPrivate: boolean },
  fieldTypes: FieldTypes,
): string | undefined {
  if (isAgentBound) {
    const reserved = findReservedChange(sent, item.agentMetadata);
    if (reserved !== undefined) return `metadata.${reserved}: belongs to the agent that fills this dataset`;
  }
  const conflict = fieldTypes.findConflict(sent);
  return conflict === undefined ? undefined : spellConflict(conflict, !isPrivate);
}
