/**
 * Work that outlives its request. A worker holds a job by a lease: `locked_by` is the token of that one claim, and everything the
 * worker writes is guarded by it.
 */
export interface JobsTable {
  tenant_id: string;
  id: string;
  /** A job type of the wire contract, such as `uploadDatasetItems`. */
  kind: string;
  dataset_id: string | null;
  /** Unique in its tenant: a request that arrives twice makes one job. Null when nothing identifies the request. */
  request_key: string | null;
  actor: string;
  /** JSON; emptied when the job ends, because it may name items. */
  input: string;
  /** JSON: where the next attempt goes on; emptied when the job ends. */
  checkpoint: string | null;
  /** `open`, `completed`, `errored_user`, `errored_server` or `cancelled`. */
  state: string;
  /** JSON that clients are answered; what `job_lists` holds of it is named in its `result_lists`. */
  message: string;
  completed_steps: number;
  total_steps: number;
  /** Rows ever added to `job_errors`; also the number of the newest one. */
  error_count: number;
  /** Claims since the last progress. */
  attempts: number;
  /** When it is due. */
  run_at: number;
  locked_by: string | null;
  /** 0 while nobody holds it. */
  locked_until: number;
  cancel_requested: number;
  created_at: number;
  ended_at: number | null;
  /** What it asks something of, when that is one host; emptied when the job ends. */
  host: string | null;
  /** 1 when its lists and files were withdrawn, because they hold names that must not stay. */
  results_gone: number;
}

/** Partial errors of a job, numbered from 1; the newest 10,000 are kept. */
export interface JobErrorsTable {
  tenant_id: string;
  job_id: string;
  n: number;
  error: string;
}

/** A list in what a job answers, in parts numbered from 0: a million names are too long for one text. */
export interface JobListsTable {
  tenant_id: string;
  job_id: string;
  /** Its field in the message. */
  name: string;
  n: number;
  /** JSON of some of its texts, without the brackets. */
  part: string;
}
