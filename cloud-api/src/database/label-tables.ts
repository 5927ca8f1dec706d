/**
 * Annotations and predictions: one row each, under the run that made it; `run_id` is empty for annotations. They name their item by its
 * place, which never changes, so that an item's new reference id changes nothing here.
 */
export interface LabelsTable {
  tenant_id: string;
  dataset_id: string;
  run_id: string;
  seq: number;
  /** What a second row of the same label is told by: 32 hex, unique on its item and in its run. */
  identity: string;
  /** `ann_` or `pred_`; holds the place of its item, so that it is found without an index of its own. */
  id: string;
  kind: string;
  /** Its class; a JSON array for kinds that have several: the segments of a mask, the labels of a multicategory. */
  label: string;
  /** Of category labels that name one. */
  taxonomy: string | null;
  annotation_id: string | null;
  task_id: string | null;
  track_reference_id: string | null;
  /** JSON as it is answered, without its id and the item's reference id. */
  body: string;
  change_no: number;
  created_at: number;
}

/**
 * How many labels of which class an item has, for each run: what projections follow. Written with the labels in one transaction; an item
 * without labels keeps its row with none.
 */
export interface LabelTotalsTable {
  tenant_id: string;
  dataset_id: string;
  run_id: string;
  seq: number;
  change_no: number;
  /** JSON array of `[kind, class, taxonomy or null, count]`. */
  totals: string;
}

/** Which object holds the picture of an item's mask; items of privacy-mode datasets have one only where the dataset accepts masks. */
export interface LabelMasksTable {
  tenant_id: string;
  dataset_id: string;
  run_id: string;
  seq: number;
  sha256: string;
}

/** Tables of labels. */
export interface LabelTables {
  labels: LabelsTable;
  label_totals: LabelTotalsTable;
  label_masks: LabelMasksTable;
}
