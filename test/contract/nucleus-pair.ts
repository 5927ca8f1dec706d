/** What a pair of a request and its reply is, and the shapes that replies share. */
import { expect } from 'vitest';

/** What earlier pairs have made. */
export interface PairState {
  ds: string;
  slc: string;
  job: string;
  item: string;
  tag: string;
  prj: string;
  run: string;
  signedUrl: string;
  origin: string;
}

export interface Pair {
  /** As the route index of the contract spells it. */
  route: string;
  /** Path below the API's root, or from the host's when it begins with a slash, with `{name}` for parts of the state; `{signedUrl}` alone is an address of its own. */
  path: string;
  /** Sent as JSON; GET requests carry the JSON content type and no body. */
  body?: unknown;
  /** Sent as it is, without credentials and content type. */
  raw?: string;
  reply: (state: PairState) => unknown;
  /** Keeps what later pairs need. */
  keep?: (body: any) => Partial<PairState>;
  /** The reply is a job: waits for its end and compares what the status says. */
  ends?: (state: PairState) => object;
}

export const anItem = (ref: string, over: object = {}) => ({
  metadata: { split: 'train', n: 50 },
  reference_id: ref,
  image_url: `https://images.test/${ref}.jpg`,
  width: 640,
  height: 480,
  ...over,
});
export const answered = (ref: string, over: object = {}) => ({
  id: expect.stringMatching(/^di_[a-z0-9]{20}$/),
  ref_id: ref,
  reference_id: ref,
  image_url: `https://images.test/${ref}.jpg`,
  original_image_url: `https://images.test/${ref}.jpg`,
  width: 640,
  height: 480,
  metadata: { split: 'train', n: 50 },
  ...over,
});
export const hash = '01'.repeat(32);
export const first = answered('a', { phash: hash });
export const second = answered('test/b', { phash: hash });
export const row = (item: object) => ({
  item,
  box: [],
  line: [],
  polygon: [],
  keypoints: [],
  cuboid: [],
  category: [],
  multicategory: [],
  segmentation: null,
});
export const head = (job_type: string) => (state: PairState) => ({
  job_id: expect.stringMatching(/^job_[a-z0-9]{20}$/),
  job_last_known_status: 'Running',
  job_type,
  job_creation_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  dataset_id: state.ds,
});
export const keepJob = (body: any) => ({ job: body.job_id });
export const slice = (state: PairState) => ({
  id: state.slc,
  name: 'night',
  dataset_id: state.ds,
  type: 'dataset_item',
  created_at: expect.stringMatching(/Z$/),
  pending_job_count: 0,
});
export const allRows = { pageToken: null, pageSize: 100_000 };
export const embedding = { embedding_info: { index_id: 'mine', embedding_vector: [0.5, -1.25, 3] } };
