export interface ModelsTable {
  tenant_id: string;
  id: string;
  name: string;
  /** What its owner calls it; unique among the models that are there. */
  reference_id: string;
  /** JSON object. */
  metadata: string;
  bundle_name: string | null;
  /** JSON array of texts. */
  tags: string;
  /** JSON array of ids of slices. */
  trained_slice_ids: string;
  created_at: number;
  deleted_at: number | null;
}

/** What a model says about a dataset. A deleted one keeps its row, because projections hear of its end by its change number. */
export interface ModelRunsTable {
  tenant_id: string;
  dataset_id: string;
  id: string;
  model_id: string;
  name: string;
  /** JSON object. */
  metadata: string;
  annotation_metadata_schema: string | null;
  change_no: number;
  created_at: number;
  deleted_at: number | null;
}

/** Tables of models. */
export interface ModelTables {
  models: ModelsTable;
  model_runs: ModelRunsTable;
}
