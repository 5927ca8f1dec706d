import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';
import { JobHead } from './jobs.ts';

const Names = z.array(z.string().min(1).max(1024)).max(1_000_000);

/** Nucleus' deduplication (wire contract 7). The job's message holds the unique ids and the statistics. */
export const deduplicationEndpoints = {
  deduplicate: {
    method: 'post',
    path: '/v1/nucleus/dataset/:datasetId/deduplicate_async',
    access: 'read',
    summary: 'Find the items that are no near duplicates of each other, as a job',
    body: z.object({
      /** Largest Hamming distance that still is a duplicate; the client does not check the range. */
      threshold: z.int().min(0).max(64),
      reference_ids: Names.nullish(),
      dataset_item_ids: Names.nullish(),
    }),
    reply: JobHead,
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
} as const satisfies Record<string, Endpoint>;
