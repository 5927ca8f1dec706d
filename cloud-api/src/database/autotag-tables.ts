/** A classifier of a dataset's items that was trained from examples. A deleted one keeps its row, without its name, until its rest is gone. */
export interface AutotagsTable {
  tenant_id: string;
  dataset_id: string;
  id: string;
  /** Unique among the living ones of a dataset. */
  name: string;
  /** What it learns from: `embedding` or `phash`. */
  basis: string;
  /** `started`, `completed` or `errored`. */
  state: string;
  /** Which scores are answered; 0 before the first training. */
  generation: number;
  /** The highest generation that was given to a job. */
  last_generation: number;
  /** The write that changed its answers last. */
  change_no: number;
  refinement_steps: number;
  /** Positives that came with all refinements together. */
  refinement_positives: number;
  /** Time that all trainings of refinements took together. */
  refinement_ms: number;
  created_at: number;
  deleted_at: number | null;
}

/** What a user said of the item at a place. */
export interface AutotagExamplesTable {
  tenant_id: string;
  dataset_id: string;
  autotag_id: string;
  seq: number;
  is_positive: number;
}

/** A trained classifier as `autotags/rules.ts` spells it. */
export interface AutotagModelsTable {
  tenant_id: string;
  dataset_id: string;
  autotag_id: string;
  generation: number;
  model: string;
}

/** Score of the item at a place, -1,000,000 to 1,000,000. Rows of a generation are written once, and go once a later one is answered. */
export interface AutotagScoresTable {
  tenant_id: string;
  dataset_id: string;
  autotag_id: string;
  generation: number;
  seq: number;
  score_millionths: number;
}

export interface AutotagTables {
  autotags: AutotagsTable;
  autotag_examples: AutotagExamplesTable;
  autotag_models: AutotagModelsTable;
  autotag_scores: AutotagScoresTable;
}
