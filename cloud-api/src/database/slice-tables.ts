/** The tables of slices and of tags, which are kept like slices. */

/**
 * A named set of items of one dataset. A deleted one keeps its row, without name and tags, so that projections hear of it by its
 * change number.
 */
export interface SlicesTable {
  tenant_id: string;
  dataset_id: string;
  id: string;
  name: string;
  /** `dataset_item`, `object` or `scene`; `tag` for a tag, which is kept like a slice and listed with none. */
  type: string;
  /** What a live slice's members meet; null for one whose members are rows. */
  query: string | null;
  description: string | null;
  /** JSON array of texts. */
  tags: string;
  /** How many jobs still fill it. */
  pending_jobs: number;
  change_no: number;
  created_at: number;
  deleted_at: number | null;
}

/** Members of slices by the item's place, which never changes. Members are added and go with their slice, never one by one. */
interface SliceItemsTable {
  tenant_id: string;
  dataset_id: string;
  slice_id: string;
  seq: number;
  /** 0 for one that has left. */
  is_member: number;
  /** The write by which it came or left. */
  change_no: number;
}

/** Labels that a slice of objects holds; their items are its members. */
interface SliceObjectsTable {
  tenant_id: string;
  dataset_id: string;
  slice_id: string;
  /** Place of the label's item. */
  seq: number;
  label_id: string;
  /** Empty for annotations. */
  run_id: string;
}

/** A change of tags that can still be undone. */
interface TagChangesTable {
  tenant_id: string;
  dataset_id: string;
  id: string;
  /** The write that made it. */
  change_no: number;
  at: number;
}

/** Tables of slices and tags. */
export interface SliceTables {
  slices: SlicesTable;
  slice_items: SliceItemsTable;
  slice_objects: SliceObjectsTable;
  tag_changes: TagChangesTable;
}
