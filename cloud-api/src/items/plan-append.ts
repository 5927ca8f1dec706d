/** Decides what an append does, item by item, before anything is written. Pure: ids, time and known rows are arguments. */
import { AppendedItem } from '@nucleus/shared/wire/dataset';
import type { DatasetItemInput } from '@nucleus/shared/wire/dataset-item';
import type { Acting } from '../audit/acting.ts';
import type { ItemsTable } from '../database/tables.ts';
import type { DatasetClaim } from '../datasets/claim-write.ts';
import { newId } from '../ids/new-id.ts';
import type { FieldTypes } from './lock-field-types.ts';
import type { KnownItem } from './queries.ts';
import { findReservedChange, refKey, withoutReserved } from './rules.ts';

/** An item that is well formed, beside what was sent. */
export interface ReadItem {
  raw: unknown;
  refKey: string;
  item: DatasetItemInput;
}

export interface AppendPlan {
  inserts: ItemsTable[];
  /** Users' metadata by item id; the last one sent wins. */
  updates: Map<string, string>;
  updatedCount: number;
  ignoredCount: number;
  errors: unknown[];
  fieldTypes: FieldTypes;
}

export interface AppendFacts {
  items: readonly ReadItem[];
  known: readonly KnownItem[];
  update: boolean;
  isPrivate: boolean;
  isAgentBound: boolean;
  fieldTypes: FieldTypes;
  claim: DatasetClaim;
  acting: Acting;
}

/** Parts well-formed items from the others, which come back with a sentence each. */
export function readAppendedItems(items: readonly unknown[]): { good: ReadItem[]; bad: unknown[] } {
  const good: ReadItem[] = [];
  const bad: unknown[] = [];
  for (const raw of items) {
    const parsed = AppendedItem.safeParse(raw);
    if (parsed.success) good.push({ raw, refKey: refKey(parsed.data.reference_id), item: parsed.data });
    else {
      const issue = parsed.error.issues[0];
      bad.push(refused(raw, `${issue?.path.join('.') || 'item'}: ${issue?.message ?? 'is not valid'}`));
    }
  }
  return { good, bad };
}

/** Items in the order they were sent: a reference id that occurs twice is new first and known afterwards. */
export function planAppend(facts: AppendFacts): AppendPlan {
  const known = new Map(facts.known.map((item) => [item.refKey, item]));
  const fresh = new Map<string, ItemsTable>();
  const plan: AppendPlan = {
    inserts: [],
    updates: new Map(),
    updatedCount: 0,
    ignoredCount: 0,
    errors: [],
    fieldTypes: facts.fieldTypes,
  };
  for (const read of facts.items) {
    const there = known.get(read.refKey);
    const isKnown = there !== undefined || fresh.has(read.refKey);
    if (!facts.update && (there?.state === 'live' || fresh.has(read.refKey))) {
      plan.ignoredCount += 1;
      continue;
    }
    const problem = findProblem(facts, read.item, there, isKnown);
    if (problem !== undefined) {
      plan.errors.push(refused(read.raw, problem));
      continue;
    }
    const metadata = JSON.stringify(
      there?.sourceId == null ? (read.item.metadata ?? {}) : withoutReserved(read.item.metadata ?? {}),
    );
    const twin = fresh.get(read.refKey);
    if (twin !== undefined) {
      twin.user_metadata = metadata;
      plan.updatedCount += 1;
    } else if (there !== undefined) {
      plan.updates.set(there.itemId, metadata);
      plan.updatedCount += 1;
    } else {
      const row = newRow(facts, read, metadata, facts.claim.nextSeq + plan.inserts.length);
      fresh.set(read.refKey, row);
      plan.inserts.push(row);
    }
  }
  return plan;
}

function findProblem(
  facts: AppendFacts,
  item: DatasetItemInput,
  there: KnownItem | undefined,
  isKnown: boolean,
): string | undefined {
  if (there !== undefined && there.state !== 'live')
    return 'reference_id: belongs to an item of the agent that is not shown now';
  if (facts.isPrivate && !isKnown && (item.width == null || item.height == null)) {
    return 'width and height are required when using privacy mode';
  }
  if (facts.isAgentBound) {
    const reserved = findReservedChange(item.metadata ?? {}, there?.agentMetadata ?? null);
    if (reserved !== undefined) return `metadata.${reserved}: belongs to the agent that fills this dataset`;
    if (there?.sourceId != null && item.image_url !== there.imageUrl)
      return 'image_url: belongs to the agent that fills this dataset';
  }
  const conflict = facts.fieldTypes.findConflict(item.metadata ?? {});
  return conflict === undefined ? undefined : `metadata.${conflict}: holds another type in this dataset`;
}

function newRow(facts: AppendFacts, read: ReadItem, metadata: string, seq: number): ItemsTable {
  const { claim, acting } = facts;
  return {
    tenant_id: acting.tenantId,
    dataset_id: claim.datasetId,
    id: newId('item'),
    ref_key: read.refKey,
    reference_id: read.item.reference_id,
    seq,
    state: 'live',
    change_no: claim.changeNo,
    image_url: read.item.image_url,
    width: read.item.width ?? null,
    height: read.item.height ?? null,
    phash: read.item.phash ?? null,
    user_metadata: metadata,
    agent_metadata: null,
    embedding_info: null,
    source_id: null,
    rev: 0,
    digest: '',
    created_at: acting.nowMs,
    updated_at: acting.nowMs,
  };
}

/** The item as it was sent, with the reason beside it. */
function refused(raw: unknown, error: string): unknown {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? { ...raw, error } : { item: raw, error };
}
