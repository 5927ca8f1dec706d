import { z } from 'zod';
import { ReferenceId } from '../ids/ids.ts';
import { mostDimensions } from './dataset-item.ts';
import type { Endpoint } from './endpoint.ts';
import { Tile } from './tile.ts';

export const DatasetView = z.object({
  dataset_id: z.string(),
  name: z.string(),
  length: z.int(),
  privacy_mode: z.boolean(),
  created_at_ms: z.number(),
  /** The agents' sources that fill it. */
  sources: z.array(z.object({ agent_id: z.string(), alias: z.string(), level: z.string() })),
});
export type DatasetView = z.infer<typeof DatasetView>;

const Query = z.string().max(8192).default('');
const FieldName = z.string().min(1).max(256);
const fieldTypes = ['number', 'text', 'boolean'] as const;

/** A metadata field of a dataset and what it holds. */
const FieldView = z.object({
  name: z.string(),
  type: z.enum(fieldTypes),
  missing: z.int(),
  distinct: z.int(),
  /** At most 250 different values: it has a facet and its values are completed. */
  categorical: z.boolean(),
  min: z.number().optional(),
  max: z.number().optional(),
});
export type FieldView = z.infer<typeof FieldView>;

/** Values of a field, most frequent first. */
const FacetView = z.object({
  field: z.string(),
  type: z.enum(fieldTypes),
  values: z.array(z.object({ value: z.union([z.string(), z.number(), z.boolean()]), count: z.int() })),
  missing: z.int(),
  distinct: z.int(),
});
export type FacetView = z.infer<typeof FacetView>;

/** Counts in equal bins from `min` to `max`; both are null when no item has the field and no span was asked for. */
const HistogramView = z.object({
  field: z.string(),
  /** Of dates and times: `min`, `max` and a span are milliseconds since 1970. */
  scale: z.literal('time').optional(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  bins: z.array(z.int()),
  missing: z.int(),
});
export type HistogramView = z.infer<typeof HistogramView>;

const Latitude = z.number().min(-90).max(90);
const Longitude = z.number().min(-180).max(180);

/** Items by place: the buckets of a grid that hold any, the fullest first. */
const MapView = z.object({
  /** South-west corner and how many items. */
  buckets: z.array(z.object({ south: z.number(), west: z.number(), count: z.int() })),
  /** How many buckets there are; `buckets` may be the first of them. */
  distinct: z.int(),
  inside: z.int(),
  outside: z.int(),
  /** Items without a position. */
  missing: z.int(),
});
export type MapView = z.infer<typeof MapView>;

/** One way to go on with a half-typed query. */
export const CompletionOption = z.object({
  label: z.string(),
  /** Text that replaces the range. */
  insert: z.string(),
  kind: z.enum(['field', 'operator', 'value', 'joiner']),
  detail: z.string().optional(),
});
export type CompletionOption = z.infer<typeof CompletionOption>;

const Sort = z.strictObject({ field: FieldName, descending: z.boolean().default(false) }).optional();

/** Items that are connected by small steps of their perceptual hashes. */
const DuplicateGroup = z.object({
  size: z.int(),
  /** The first of them, in insertion order, with what tells which one to keep. */
  tiles: z.array(
    Tile.extend({
      /** Perceptual hash as 16 hexadecimal digits. */
      hash: z.string().regex(/^[0-9a-f]{16}$/),
      /** Keyed hash of the file's bytes: equal ones are copies. */
      content_hash: z.string().optional(),
      byte_size: z.number().optional(),
      /** Local time of the capture, without a zone. */
      capture_local: z.string().optional(),
      sharpness: z.number().optional(),
      /** How many metadata fields it has. */
      fields: z.int(),
    }),
  ),
});
export type DuplicateGroup = z.infer<typeof DuplicateGroup>;

const SimilarItem = z.object({
  /** Bits in which the perceptual hashes differ, 0 to 64; when hashes were compared. */
  distance: z.int().optional(),
  /** Mean cosine to what was liked less that to what was not, -2 to 2; when vectors were compared. */
  score: z.number().optional(),
  tile: Tile,
});
export type SimilarItem = z.infer<typeof SimilarItem>;

/** Examples by reference id, and as vectors of their own. */
const Examples = z.array(ReferenceId).max(100).default([]);
const Vectors = z.array(z.array(z.number()).min(1).max(mostDimensions)).max(100).default([]);

/** Beyond this, hashes of unlike pictures meet and everything is one group. */
const mostGroupBits = 16;

/** What the pages need beside the Nucleus routes. Queries are Nucleus queries; an error in one carries its range in `at`. */
export const insightEndpoints = {
  listDatasetViews: {
    method: 'get',
    path: '/v1/insights/datasets',
    access: 'read',
    summary: 'Datasets with their sizes and sources',
    reply: z.object({ datasets: z.array(DatasetView) }),
    errors: [],
    dialect: 'own',
  },
  pageTiles: {
    method: 'post',
    path: '/v1/insights/:datasetId/tiles',
    access: 'read',
    summary: 'Tiles of the items that meet a query, by place in its order',
    body: z.strictObject({
      offset: z.int().min(0),
      limit: z.int().min(1).max(2000),
      query: Query,
      sort: Sort,
      /** Fields whose values come with the tiles: metadata, counts of labels (`annotations.car`), scores (`autotag.image.NAME`). */
      fields: z.array(FieldName).max(12).default([]),
    }),
    reply: z.object({ total: z.int(), took_ms: z.number(), tiles: z.array(Tile) }),
    errors: ['dataset-not-found'],
    dialect: 'own',
  },
  findPlace: {
    method: 'post',
    path: '/v1/insights/:datasetId/place',
    access: 'read',
    summary: 'Where an item stands among those that meet a query; null when it does not meet it',
    body: z.strictObject({ query: Query, sort: Sort, reference_id: z.string().min(1).max(1024) }),
    reply: z.object({ place: z.int().nullable() }),
    errors: ['dataset-not-found'],
    dialect: 'own',
  },
  listFields: {
    method: 'post',
    path: '/v1/insights/:datasetId/fields',
    access: 'read',
    summary: 'Metadata fields of a dataset with their types and spans',
    body: z.strictObject({}),
    /** `with_hash`: items that have a perceptual hash, which is no metadata field. */
    reply: z.object({ fields: z.array(FieldView), with_hash: z.int() }),
    errors: ['dataset-not-found'],
    dialect: 'own',
  },
  countFacets: {
    method: 'post',
    path: '/v1/insights/:datasetId/facets',
    access: 'read',
    summary: 'Most frequent values of fields among the items that meet a query',
    body: z.strictObject({
      query: Query,
      fields: z.array(FieldName).min(1).max(32),
      limit: z.int().min(1).max(250).default(20),
    }),
    reply: z.object({ took_ms: z.number(), facets: z.array(FacetView) }),
    errors: ['dataset-not-found'],
    dialect: 'own',
  },
  countHistogram: {
    method: 'post',
    path: '/v1/insights/:datasetId/histogram',
    access: 'read',
    summary: 'Distribution of number and time fields among the items that meet a query',
    body: z.strictObject({
      query: Query,
      fields: z.array(FieldName).min(1).max(32),
      bins: z.int().min(1).max(200).default(24),
      /** Ends of the bins, so that they stand still while the query changes; without it, the least and the greatest value found. */
      span: z.strictObject({ min: z.number(), max: z.number() }).optional(),
    }),
    reply: z.object({ took_ms: z.number(), histograms: z.array(HistogramView) }),
    errors: ['dataset-not-found'],
    dialect: 'own',
  },
  countMap: {
    method: 'post',
    path: '/v1/insights/:datasetId/map',
    access: 'read',
    summary: 'Where the items that meet a query were taken, in buckets of a grid',
    body: z.strictObject({
      query: Query,
      /** Degrees. A `west` beyond `east` reaches across the 180th meridian. */
      box: z
        .strictObject({ west: Longitude, south: Latitude, east: Longitude, north: Latitude })
        .default({ west: -180, south: -90, east: 180, north: 90 }),
      /** Side of a bucket, degrees. */
      grain: z.number().min(0.001).max(45).default(1),
      fields: z.strictObject({ lat: FieldName, lon: FieldName }).default({ lat: 'lat', lon: 'lon' }),
      limit: z.int().min(1).max(20_000).default(5_000),
    }),
    reply: z.object({ took_ms: z.number(), ...MapView.shape }),
    errors: ['dataset-not-found'],
    dialect: 'own',
  },
  groupDuplicates: {
    method: 'post',
    path: '/v1/insights/:datasetId/groups',
    access: 'read',
    summary: 'Groups of near duplicates, the largest first',
    body: z.strictObject({
      threshold: z.int().min(0).max(mostGroupBits).default(4),
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(100).default(20),
      members: z.int().min(1).max(200).default(50),
      /** Groups whose items all meet this query are decided, and left out. */
      decided: Query.optional(),
    }),
    reply: z.object({
      total: z.int(),
      /** Groups that were left out. */
      decided: z.int(),
      items_in_groups: z.int(),
      without_hash: z.int(),
      took_ms: z.number(),
      groups: z.array(DuplicateGroup),
    }),
    errors: ['dataset-not-found'],
    dialect: 'own',
  },
  findSimilar: {
    method: 'post',
    path: '/v1/insights/:datasetId/similar',
    access: 'read',
    summary: 'Items that are most like items or vectors and least like others, by vector or by perceptual hash',
    body: z.strictObject({
      /** One item to be like; the same as `like` with it alone. */
      reference_id: ReferenceId.optional(),
      like: Examples,
      unlike: Examples,
      vectors: Vectors,
      unlike_vectors: Vectors,
      /** The index to compare in; without one, the dataset's primary one. */
      index_id: z.string().min(1).max(128).optional(),
      /** Without it: by vector where the index holds all examples, else by hash. */
      by: z.enum(['vector', 'hash']).optional(),
      /** Only items that meet it are answered. */
      query: Query,
      limit: z.int().min(1).max(500).default(24),
    }),
    reply: z.object({ took_ms: z.number(), by: z.enum(['vector', 'hash']), items: z.array(SimilarItem) }),
    errors: ['dataset-not-found', 'item-not-found', 'perceptual-hash-missing', 'vector-missing'],
    dialect: 'own',
  },
  completeQuery: {
    method: 'post',
    path: '/v1/insights/:datasetId/complete',
    access: 'read',
    summary: 'Ways to go on with a half-typed query',
    body: z.strictObject({ query: Query, caret: z.int().min(0).max(8192) }),
    reply: z.object({
      replaces: z.object({ start: z.int(), end: z.int() }),
      options: z.array(CompletionOption),
    }),
    errors: ['dataset-not-found'],
    dialect: 'own',
  },
} as const satisfies Record<string, Endpoint>;
