/** Decides what appends do, item by item, before anything is written. Pure: ids, time and known rows are arguments. */
import { AppendedItem } from '@nucleus/shared/wire/dataset';
import type { DatasetItemInput } from '@nucleus/shared/wire/dataset-item';
import { isPlainItem } from '@nucleus/shared/wire/plain-item';
import type { KeptImage, Picture } from '../attachments/kept-image.ts';
import type { Acting } from '../audit/acting.ts';
import type { ItemsTable } from '../database/tables.ts';
import type { DatasetClaim } from '../datasets/claim-write.ts';
import type { VectorChanges } from '../embeddings/keep-vectors.ts';
import { newId } from '../ids/new-id.ts';
import type { FieldTypes } from './lock-field-types.ts';
import type { KnownItem } from './queries.ts';
import { findReservedChange, refKey, withoutReserved } from './rules.ts';

/** An item that is well formed, beside what was sent. */
export interface ReadItem {
  raw: unknown;
  /** Place among the items that were sent. */
  place: number;
  refKey: string;
  /** Whether a known item is changed; else it is ignored. */
  update: boolean;
  item: DatasetItemInput;
}

/** What an append changes of a known item; without a picture its address and size stay. */
export interface ItemUpdate {
  userMetadata: string;
  picture: Pick<ItemsTable, 'image_url' | 'width' | 'height' | 'phash'> | undefined;
}

export interface AppendPlan {
  inserts: ItemsTable[];
  /** Changes of known items by item id; the last one sent wins. */
  updates: Map<string, ItemUpdate>;
  /** Images to show by item id. */
  images: Map<string, KeptImage>;
  /** What became of the items of each request. */
  outcomes: AppendOutcome[];
  fieldTypes: FieldTypes;
  vectors: VectorChanges;
}

export interface AppendOutcome {
  newCount: number;
  updatedCount: number;
  ignoredCount: number;
  errors: unknown[];
}

/** A few milliseconds of planning or checking. */
export const itemsPerTurn = 500;

/** One append: who sent what, and the pictures of it. */
export interface AppendRequest {
  acting: Acting;
  items: readonly ReadItem[];
  /** Pictures that were brought in; empty in privacy mode, where none ever is. */
  pictures: ReadonlyMap<ReadItem, Picture>;
  /** Address that an item answers whose file was uploaded; undefined when addresses were sent. */
  uploadedUrl: ((itemId: string) => string) | undefined;
}

export interface AppendFacts {
  /** In their order; later ones meet what earlier ones did. */
  requests: readonly AppendRequest[];
  known: readonly KnownItem[];
  isPrivate: boolean;
  isAgentBound: boolean;
  fieldTypes: FieldTypes;
  vectors: VectorChanges;
  claim: DatasetClaim;
}

/**
 * Parts well-formed items from the others, which come back with a sentence each.
 * @param firstPlace place of the first of them among all that were sent
 */
export function readAppendedItems(
  items: readonly unknown[],
  updates: (raw: unknown) => boolean,
  firstPlace = 0,
): { good: ReadItem[]; bad: unknown[] } {
  const good: ReadItem[] = [];
  const bad: unknown[] = [];
  for (const [place, raw] of items.entries()) {
    const parsed = isPlainItem(raw) ? { success: true as const, data: raw } : AppendedItem.safeParse(raw);
    if (parsed.success) {
      const item = parsed.data;
      good.push({ raw, place: firstPlace + place, refKey: refKey(item.reference_id), update: updates(raw), item });
    } else {
      const issue = parsed.error.issues[0];
      bad.push(refused(raw, `${issue?.path.join('.') || 'item'}: ${issue?.message ?? 'is not valid'}`));
    }
  }
  return { good, bad };
}

/**
 * Items in the order they were sent: a reference id that occurs twice is new first and known afterwards.
 * @yields now and then, so that others have their turn between thousands of items
 */
export function* planAppend(facts: AppendFacts): Generator<undefined, AppendPlan> {
  const known = new Map(facts.known.map((item) => [item.refKey, item]));
  const fresh = new Map<string, ItemsTable>();
  const plan: AppendPlan = {
    inserts: [],
    updates: new Map(),
    images: new Map(),
    outcomes: facts.requests.map(() => ({ newCount: 0, updatedCount: 0, ignoredCount: 0, errors: [] })),
    fieldTypes: facts.fieldTypes,
    vectors: facts.vectors,
  };
  const all = facts.requests.flatMap((request, at) =>
    request.items.map((read) => ({ read, request, outcome: plan.outcomes[at] as AppendOutcome })),
  );
  for (const [place, { read, request, outcome }] of all.entries()) {
    if (place > 0 && place % itemsPerTurn === 0) yield;
    const there = known.get(read.refKey);
    const isKnown = there !== undefined || fresh.has(read.refKey);
    if (!read.update && (there?.state === 'live' || fresh.has(read.refKey))) {
      outcome.ignoredCount += 1;
      continue;
    }
    const picture = pictureOf(facts, request, read, there ?? fresh.get(read.refKey));
    // First, because a refused item must not lock the kinds of its fields.
    const problem = picture?.error ?? findProblem(facts, read.item, there, isKnown);
    if (problem !== undefined) {
      outcome.errors.push(refused(read.raw, problem));
      continue;
    }
    const metadata = JSON.stringify(
      there?.sourceId == null ? (read.item.metadata ?? {}) : withoutReserved(read.item.metadata ?? {}),
    );
    const twin = fresh.get(read.refKey);
    const kept = picture?.kept;
    const seq = there?.seq ?? twin?.seq ?? facts.claim.nextSeq + plan.inserts.length;
    if (kept !== undefined) facts.vectors.show(seq, () => kept.blurhash);
    if (read.item.embedding_info != null) facts.vectors.put(seq, read.item.embedding_info);
    if (twin !== undefined) {
      twin.user_metadata = metadata;
      if (kept !== undefined) {
        Object.assign(twin, pictureColumns(request, read, twin.id, kept));
        plan.images.set(twin.id, kept);
      }
      outcome.updatedCount += 1;
    } else if (there !== undefined) {
      const earlier = plan.updates.get(there.itemId)?.picture;
      plan.updates.set(there.itemId, {
        userMetadata: metadata,
        picture: kept === undefined ? earlier : pictureColumns(request, read, there.itemId, kept),
      });
      if (kept !== undefined) plan.images.set(there.itemId, kept);
      outcome.updatedCount += 1;
    } else {
      const row = newRow(facts, request, read, metadata, seq, kept);
      if (kept !== undefined) plan.images.set(row.id, kept);
      fresh.set(read.refKey, row);
      plan.inserts.push(row);
      outcome.newCount += 1;
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
  const vectorProblem = item.embedding_info == null ? undefined : facts.vectors.findProblem(item.embedding_info);
  if (vectorProblem !== undefined) return vectorProblem;
  const conflict = facts.fieldTypes.findConflict(item.metadata ?? {});
  return conflict === undefined ? undefined : `metadata.${conflict}: holds another type in this dataset`;
}

/**
 * The picture that an item shows from now on; undefined in privacy mode and for known items that keep theirs. What was not brought
 * in although it is needed has changed since it was looked at.
 */
function pictureOf(
  facts: AppendFacts,
  request: AppendRequest,
  read: ReadItem,
  there: KnownItem | ItemsTable | undefined,
): Picture | undefined {
  if (facts.isPrivate) return undefined;
  const picture = request.pictures.get(read);
  if (picture !== undefined || there !== undefined) return picture;
  return { error: 'reference_id: the item changed meanwhile, send it again' };
}

/** Sizes and hash as the caller gave them, else as they were found. */
function pictureColumns(
  request: AppendRequest,
  read: ReadItem,
  itemId: string,
  kept: KeptImage | undefined,
): Pick<ItemsTable, 'image_url' | 'width' | 'height' | 'phash'> {
  return {
    image_url: request.uploadedUrl?.(itemId) ?? read.item.image_url,
    width: read.item.width ?? kept?.width ?? null,
    height: read.item.height ?? kept?.height ?? null,
    phash: read.item.phash ?? kept?.phash ?? null,
  };
}

function newRow(
  facts: AppendFacts,
  request: AppendRequest,
  read: ReadItem,
  metadata: string,
  seq: number,
  kept: KeptImage | undefined,
): ItemsTable {
  const { claim } = facts;
  const { acting } = request;
  const id = newId('item');
  return {
    tenant_id: acting.tenantId,
    dataset_id: claim.datasetId,
    id,
    ref_key: read.refKey,
    reference_id: read.item.reference_id,
    seq,
    state: 'live',
    change_no: claim.changeNo,
    kind: 'image',
    ...pictureColumns(request, read, id, kept),
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
