/** Decides what appends do, item by item, before anything is written. Pure: ids, time and known rows are arguments. */
import type { DatasetItemInput } from '@nucleus/shared/wire/dataset-item';
import type { AttachmentFault } from '../attachments/judge-failure.ts';
import type { KeptImage, Picture } from '../attachments/kept-image.ts';
import { isFetchable, type Unfetched } from '../attachments/unfetched-items.ts';
import type { Acting } from '../audit/acting.ts';
import type { ItemsTable } from '../database/tables.ts';
import type { DatasetClaim } from '../datasets/claim-write.ts';
import type { VectorChanges } from '../embeddings/keep-vectors.ts';
import { newId } from '../ids/new-id.ts';
import type { FieldTypes } from './lock-field-types.ts';
import type { KnownItem } from './queries.ts';
import { type ReadItem, refused } from './read-appended.ts';
import { findReservedChange, spellConflict, withoutReserved } from './rules.ts';

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
  /** Items that stay without a picture, by id. */
  unfetched: Map<string, Unfetched>;
  /** What became of the items of each request. */
  outcomes: AppendOutcome[];
  fieldTypes: FieldTypes;
  vectors: VectorChanges;
}

export interface AppendOutcome {
  /** Items that are there with this append, or have their first picture with it. */
  newCount: number;
  updatedCount: number;
  ignoredCount: number;
  /** Items that were stored or changed, those that stay without a picture too. */
  writtenCount: number;
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
  /** Whether new items stay although their picture cannot be fetched. */
  keepsUnfetched: boolean;
  /** Address that an item answers whose file was uploaded; undefined when addresses were sent. */
  uploadedUrl: ((itemId: string) => string) | undefined;
}

export interface AppendFacts {
  /** In their order; later ones meet what earlier ones did. */
  requests: readonly AppendRequest[];
  known: readonly KnownItem[];
  /** Known items that never had a picture, by id: to an append they are new. */
  bare: ReadonlySet<string>;
  isPrivate: boolean;
  isAgentBound: boolean;
  fieldTypes: FieldTypes;
  vectors: VectorChanges;
  claim: DatasetClaim;
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
    unfetched: new Map(),
    outcomes: facts.requests.map(() => ({
      newCount: 0,
      updatedCount: 0,
      ignoredCount: 0,
      writtenCount: 0,
      errors: [],
    })),
    fieldTypes: facts.fieldTypes,
    vectors: facts.vectors,
  };
  const all = facts.requests.flatMap((request, at) =>
    request.items.map((read) => ({ read, request, outcome: plan.outcomes[at] as AppendOutcome })),
  );
  for (const [place, { read, request, outcome }] of all.entries()) {
    if (place > 0 && place % itemsPerTurn === 0) yield;
    const there = known.get(read.refKey);
    const twin = fresh.get(read.refKey);
    const isKnown = there !== undefined || twin !== undefined;
    const isBare = isWithoutPicture(facts, plan, there?.itemId ?? twin?.id);
    const picture = pictureOf(facts, request, read, there ?? twin);
    const isTaken = read.update || (isBare && picture !== undefined);
    if (!isTaken && (there?.state === 'live' || twin !== undefined)) {
      outcome.ignoredCount += 1;
      continue;
    }
    const fault = !isKnown || isBare ? faultToKeep(request, read, picture) : undefined;
    // First, because a refused item must not lock the kinds of its fields.
    const problem = (fault === undefined ? picture?.error : undefined) ?? findProblem(facts, read.item, there, isKnown);
    if (problem !== undefined) {
      outcome.errors.push(refused(read.raw, problem));
      continue;
    }
    const metadata = JSON.stringify(
      there?.sourceId == null ? (read.item.metadata ?? {}) : withoutReserved(read.item.metadata ?? {}),
    );
    const kept = picture?.kept;
    const seq = there?.seq ?? twin?.seq ?? facts.claim.nextSeq + plan.inserts.length;
    if (kept !== undefined) facts.vectors.show(seq, () => kept.blurhash);
    if (read.item.embedding_info != null) facts.vectors.put(seq, read.item.embedding_info);
    const isOther = kept !== undefined || fault !== undefined;
    let itemId = there?.itemId ?? twin?.id;
    if (twin !== undefined) {
      twin.user_metadata = metadata;
      if (isOther) Object.assign(twin, pictureColumns(request, read, twin.id, kept));
    } else if (there !== undefined) {
      const earlier = plan.updates.get(there.itemId)?.picture;
      plan.updates.set(there.itemId, {
        userMetadata: metadata,
        picture: isOther ? pictureColumns(request, read, there.itemId, kept) : earlier,
      });
    } else {
      const row = newRow(facts, request, read, metadata, seq, kept);
      itemId = row.id;
      fresh.set(read.refKey, row);
      plan.inserts.push(row);
    }
    noteEnd(plan, outcome, read, {
      itemId: itemId as string,
      kept,
      fault,
      isNew: !isKnown || (isBare && kept !== undefined),
    });
  }
  return plan;
}

/** Whether a known item has shown no picture yet, neither before this append nor by what it has done so far. */
function isWithoutPicture(facts: AppendFacts, plan: AppendPlan, itemId: string | undefined): boolean {
  if (itemId === undefined || plan.images.has(itemId)) return false;
  return facts.bare.has(itemId) || plan.unfetched.has(itemId);
}

/** Why a picture could not be fetched, when its item stays all the same. */
function faultToKeep(
  request: AppendRequest,
  read: ReadItem,
  picture: Picture | undefined,
): AttachmentFault | undefined {
  return request.keepsUnfetched && isFetchable(read.item.image_url) ? picture?.fault : undefined;
}

/** What an item that was written counts as: new, updated, or an error although it stays. */
function noteEnd(
  plan: AppendPlan,
  outcome: AppendOutcome,
  { raw, item }: ReadItem,
  end: { itemId: string; kept: KeptImage | undefined; fault: AttachmentFault | undefined; isNew: boolean },
): void {
  const { itemId, kept, fault, isNew } = end;
  outcome.writtenCount += 1;
  if (kept !== undefined) {
    plan.images.set(itemId, kept);
    plan.unfetched.delete(itemId);
  }
  if (fault !== undefined) {
    plan.unfetched.set(itemId, { url: item.image_url, fault });
    outcome.errors.push(refused(raw, `image_url: ${fault.message} ${fault.mayPass ? triedAgain : fetchedOnDemand}`));
  } else if (isNew) outcome.newCount += 1;
  else outcome.updatedCount += 1;
}

const triedAgain = 'The item stays, and its picture is tried again.';
const fetchedOnDemand = 'The item stays, and its picture can be fetched again.';

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
  return conflict === undefined ? undefined : spellConflict(conflict, !facts.isPrivate);
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
