import { AppError } from '@nucleus/shared/failure/app-error';
import type { SliceEntry, SliceInfo, SliceType } from '@nucleus/shared/wire/slices';

/** A slice that is not there, one of a deleted dataset and one of another tenant look the same. */
export function sliceNotFound(sliceId: string): AppError {
  const named = /^[A-Za-z0-9_-]{1,64}$/.test(sliceId) ? sliceId : 'of that id';
  return new AppError('slice-not-found', `There is no slice ${named}.`);
}

/** @throws AppError `invalid-request` for a live slice, whose members its query decides */
export function assertKeepsMembers(query: string | null): void {
  if (query !== null)
    throw new AppError('invalid-request', 'This slice is live: its query decides what is in it. Freeze it to edit it.');
}

const mostNamed = 5;

/** Says which members of a request are not there, the first few by name. */
export function membersNotFound(
  kind: 'reference id' | 'item' | 'scene' | 'object',
  names: readonly string[],
): AppError {
  const shown = names.slice(0, mostNamed).join(', ');
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  const plural = names.length === 1 ? '' : 's';
  return new AppError('item-not-found', `This dataset does not hold the ${kind}${plural} ${shown}${more}.`);
}

/** What a request to create a slice names. */
export interface NamedMembers {
  reference_ids?: readonly string[] | null | undefined;
  dataset_item_ids?: readonly string[] | null | undefined;
  scene_ids?: readonly string[] | null | undefined;
  object_ids?: readonly string[] | null | undefined;
  allow_empty?: boolean | 0 | 1 | null | undefined;
}

/** The one kind of members that a request names. */
export type Members =
  | { kind: 'none' }
  | { kind: 'references' | 'items' | 'scenes' | 'objects'; names: readonly string[] };

/**
 * Which of the three forms of create_slice a request takes (wire contract 6).
 * @throws AppError `invalid-request` when it names several kinds of members, or none and not that it may be empty.
 */
export function chooseMembers(named: NamedMembers): Members {
  const kinds = [
    { kind: 'references' as const, names: named.reference_ids },
    { kind: 'items' as const, names: named.dataset_item_ids },
    { kind: 'scenes' as const, names: named.scene_ids },
    { kind: 'objects' as const, names: named.object_ids },
  ].flatMap(({ kind, names }) => (names == null || names.length === 0 ? [] : [{ kind, names }]));
  if (kinds.length > 1) throw new AppError('invalid-request', 'A slice holds one kind of members; these are several.');
  const [only] = kinds;
  if (only !== undefined) return only;
  if (named.allow_empty) return { kind: 'none' };
  throw new AppError('invalid-request', 'A slice needs members: name some, or set allow_empty.');
}

/** What a slice of these members holds. */
export function sliceTypeOf(members: Members, isSceneDataset: boolean): SliceType {
  if (members.kind === 'objects') return 'object';
  if (members.kind === 'scenes') return 'scene';
  return isSceneDataset && members.kind !== 'items' ? 'scene' : 'dataset_item';
}

/** Reads a type as clients spell it, `SliceType.DATASET_ITEM` included. */
export function readSliceType(text: string): string {
  return text.replace(/^SliceType\./i, '').toLowerCase();
}

interface SpelledSlice {
  sliceId: string;
  datasetId: string;
  name: string;
  type: string;
  description: string | null;
  tags: string;
  pendingJobs: number;
  createdAt: number;
}

export function toSliceEntry(slice: SpelledSlice): SliceEntry {
  return {
    id: slice.sliceId,
    name: slice.name,
    dataset_id: slice.datasetId,
    type: slice.type as SliceType,
    created_at: new Date(slice.createdAt).toISOString(),
    pending_job_count: slice.pendingJobs,
  };
}

export function toSliceInfo(slice: SpelledSlice): SliceInfo {
  const { id, ...entry } = toSliceEntry(slice);
  return {
    ...entry,
    slice_id: id,
    description: slice.description,
    tags: JSON.parse(slice.tags) as string[],
  };
}
