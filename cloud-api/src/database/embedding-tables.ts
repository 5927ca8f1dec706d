/**
 * A set of vectors of a dataset's items, or of the boxes and polygons in them, all of one length. `custom` ones come from users, with items or by files; `agent` ones come
 * with an agent's records; the one of kind `internal` is computed from blurhashes.
 */
export interface EmbeddingIndexesTable {
  tenant_id: string;
  dataset_id: string;
  /** As the caller named it, or `idx_…`. */
  id: string;
  /** `image` for vectors of items, `object` for vectors of labels. */
  level: string;
  /** `custom`, `agent` or `internal`. */
  kind: string;
  dimension: number;
  /** `started`, `completed` or `errored`. */
  state: string;
  /** Chosen by name; without a choice the oldest that is no internal one serves. */
  is_primary: number;
  /** Whether new items are indexed as they come; of internal ones. */
  is_continuous: number;
  change_no: number;
  created_at: number;
  deleted_at: number | null;
}

/** The vector of the item at a place, as `embeddings/rules.ts` spells it; null when it was taken away. */
export interface ItemVectorsTable {
  tenant_id: string;
  dataset_id: string;
  index_id: string;
  seq: number;
  change_no: number;
  vector: string | null;
}

/** The vector of a label. The row goes with the label. */
export interface ObjectVectorsTable {
  tenant_id: string;
  dataset_id: string;
  /** Empty for annotations. */
  run_id: string;
  /** Place of the label's item. */
  seq: number;
  label_id: string;
  index_id: string;
  /** As `embeddings/rules.ts` spells it. */
  vector: string;
}

/** Tables of vectors. */
export interface EmbeddingTables {
  embedding_indexes: EmbeddingIndexesTable;
  item_vectors: ItemVectorsTable;
  object_vectors: ObjectVectorsTable;
}
