/**
 * Requests as the Python client sends them and what it needs back, for every route of the core, in an order in which each can be
 * answered. Written from the client's behaviour: every key that it reads without asking, every value that it compares.
 */
import { expect } from 'vitest';
import { allRows, first, head, keepJob, type Pair, row, second, slice } from './nucleus-pair.ts';
import { itemPairs } from './nucleus-pairs-of-items.ts';

export const pairs: Pair[] = [
  ...itemPairs,
  {
    route: 'POST dataset/{ds}/create_slice',
    path: 'dataset/{ds}/create_slice',
    body: { name: 'night', reference_ids: ['test/b'] },
    reply: () => ({ slice_id: expect.stringMatching(/^slc_[a-z0-9]{20}$/) }),
    keep: (body) => ({ slc: body.slice_id }),
  },
  { route: 'GET slice/', path: 'slice/', reply: (state) => [slice(state)] },
  {
    route: 'GET dataset/{ds}/slices',
    path: 'dataset/{ds}/slices?type=SliceType.DATASET_ITEM',
    reply: (state) => [slice(state)],
  },
  {
    route: 'GET slice/{slc}',
    path: 'slice/{slc}',
    reply: ({ slc, ds }) => expect.objectContaining({ slice_id: slc, dataset_id: ds, items: [second] }),
  },
  {
    route: 'GET slice/{slc}/info',
    path: 'slice/{slc}/info',
    reply: ({ slc, ds }) => ({
      name: 'night',
      slice_id: slc,
      dataset_id: ds,
      type: 'dataset_item',
      created_at: expect.any(String),
      pending_job_count: 0,
      description: null,
      tags: [],
    }),
  },
  {
    route: 'POST slice/{slc}/append',
    path: 'slice/{slc}/append',
    body: { reference_ids: ['a', 'test/b'], dataset_id: '{ds}' },
    reply: ({ slc }) => ({ slice_id: slc, new_items: ['a'] }),
  },
  {
    route: 'POST slice/{slc}/itemsPage',
    path: 'slice/{slc}/itemsPage',
    body: allRows,
    reply: () => ({ items: [first, second], nextPageToken: null }),
  },
  {
    route: 'POST slice/{slc}/tag',
    path: 'slice/{slc}/tag',
    body: { slice_tags: ['hard'] },
    reply: ({ slc }) => ({ slice_id: slc, tags: ['hard'] }),
  },
  {
    route: 'GET slice/{slc}/exportForTraining',
    path: 'slice/{slc}/exportForTraining',
    reply: () => ({ exportedRows: [row(first), row(second)] }),
  },
  {
    route: 'POST slice/{slc}/exportForTrainingPage',
    path: 'slice/{slc}/exportForTrainingPage',
    body: { pageToken: null, pageSize: 1, chip: false },
    reply: () => ({ data: [row(first)], nextPageToken: expect.any(String) }),
  },
  { route: 'GET slice/{slc}/class_labels', path: 'slice/{slc}/class_labels', reply: () => ({ data: [] }) },
  {
    route: 'GET slice/{slc}/exportRawItems',
    path: 'slice/{slc}/exportRawItems',
    reply: () => ({
      raw_dataset_items: ['a', 'test/b'].map((ref) => ({
        id: expect.any(String),
        ref_id: ref,
        metadata: { split: 'train', n: 50 },
        original_url: `https://images.test/${ref}.jpg`,
        scale_url: `https://images.test/${ref}.jpg`,
      })),
    }),
  },
  {
    route: 'GET slice/{slc}/export_raw_json',
    path: 'slice/{slc}/export_raw_json',
    reply: () => [{ item: first }, { item: second }],
  },
  {
    route: 'POST dataset/{ds}/build_slice',
    path: 'dataset/{ds}/build_slice',
    body: { name: 'sample', sampleSize: 1, sampleMethod: 'Random', filters: {} },
    reply: (state) => ({ ...head('sliceQuery')(state), sliceId: expect.stringMatching(/^slc_/) }),
    keep: keepJob,
    ends: () => expect.any(Object),
  },
  {
    route: 'POST dataset/{ds}/deduplicate_async',
    path: 'dataset/{ds}/deduplicate_async',
    body: { threshold: 0 },
    reply: head('deduplication'),
    keep: keepJob,
    ends: () => ({
      unique_item_ids: [expect.stringMatching(/^di_/)],
      unique_reference_ids: [expect.stringMatching(/^(a|test\/b)$/)],
      stats: { threshold: 0, original_count: 2, deduplicated_count: 1, skipped_without_hash: 0 },
    }),
  },
  {
    route: 'GET dataset/{ds}/embeddingIndexes',
    path: 'dataset/{ds}/embeddingIndexes',
    reply: () => ({
      embedding_indexes: [
        {
          id: 'mine',
          status: 'Completed',
          index_type: 'Custom',
          index_level: 'Image',
          embedding_type: expect.any(String),
          embedding_dimension: 3,
        },
      ],
    }),
  },
  {
    route: 'GET dataset/{ds}/embeddings',
    path: 'dataset/{ds}/embeddings',
    reply: () => [{ reference_id: 'a', embedding_vector: [0.5, -1.25, 3] }],
  },
  {
    route: 'GET slice/{slc}/embeddings',
    path: 'slice/{slc}/embeddings',
    reply: () => [{ reference_id: 'a', embedding_vector: [0.5, -1.25, 3] }],
  },
  {
    route: 'POST dataset/{ds}/indexingStatus',
    path: 'dataset/{ds}/indexingStatus',
    body: { image: true },
    reply: () => ({ embedding_count: 1, image_count: 2, percent_indexed: 50, additional_context: expect.any(String) }),
  },
  {
    route: 'POST dataset/{ds_or_slc}/async_export_embeddings',
    path: 'dataset/{slc}/async_export_embeddings',
    body: {},
    reply: head('exportEmbeddings'),
    keep: keepJob,
    ends: ({ origin }) => ({ rows: 1, result: [expect.stringMatching(new RegExp(`^${origin}/o/`))] }),
  },
  {
    route: 'POST indexing/{ds}/setPrimary',
    path: 'indexing/{ds}/setPrimary',
    body: { image: true, custom: true },
    reply: () => ({ success: true }),
  },
  {
    route: 'POST indexing/{ds}/setContinuous',
    path: 'indexing/{ds}/setContinuous',
    body: { enable: false },
    reply: ({ ds }) => ({ dataset_id: ds, message: expect.any(String) }),
  },
  {
    route: 'POST indexing/{ds}/internal/image',
    path: 'indexing/{ds}/internal/image',
    body: {},
    reply: head('indexingImage'),
  },
  {
    route: 'POST indexing/{ds}',
    path: 'indexing/{ds}',
    body: { embeddings_urls: ['https://vectors.test/a.json'], embedding_dimension: 3 },
    reply: head('customIndexing'),
  },
  {
    route: 'DELETE indexing/{ds}',
    path: 'indexing/{ds}',
    body: { image: true },
    reply: ({ ds }) => ({ dataset_id: ds, job_id: expect.stringMatching(/^job_/), message: expect.any(String) }),
  },
  {
    route: 'GET dataset/{ds}/info',
    path: 'dataset/{ds}/info',
    reply: ({ ds, slc }) => ({
      dataset_id: ds,
      name: 'replay',
      length: 2,
      model_run_ids: [],
      slice_ids: expect.arrayContaining([slc]),
      annotation_metadata_schema: null,
      item_metadata_schema: { split: { type: 'category', choices: ['train', 'test'] } },
      tags: [],
    }),
  },
  { route: 'DELETE slice/{slc}', path: 'slice/{slc}', body: {}, reply: () => expect.any(Object) },
  {
    route: 'DELETE dataset/{ds}',
    path: 'dataset/{ds}',
    body: {},
    reply: () => ({ message: 'Beginning dataset deletion...' }),
  },
];
