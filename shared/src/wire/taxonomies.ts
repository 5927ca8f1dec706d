import { z } from 'zod';
import { WellFormedText } from '../ids/ids.ts';
import type { Endpoint } from './endpoint.ts';

const Name = WellFormedText.refine((name) => name.length > 0 && name.length <= 1024, 'must be 1 to 1,024 characters');

const taxonomyReply = <Status extends string>(statuses: readonly [Status, ...Status[]]) =>
  z.object({ dataset_id: z.string(), taxonomy_name: z.string(), status: z.enum(statuses) });

/** Nucleus routes for taxonomies (wire contract 10). */
export const taxonomyEndpoints = {
  addTaxonomy: {
    method: 'post',
    path: '/v1/nucleus/dataset/:datasetId/add_taxonomy',
    access: 'write',
    summary: 'Create a taxonomy, or add labels to it',
    body: z.object({
      taxonomy_name: Name,
      type: z.enum(['category', 'multicategory']),
      labels: z.array(WellFormedText).max(100_000),
      update: z.boolean().default(false),
    }),
    reply: taxonomyReply(['Taxonomy created', 'Taxonomy already exists', 'Taxonomy updated']),
    errors: ['dataset-not-found', 'body-too-large'],
    dialect: 'nucleus',
  },
  deleteTaxonomy: {
    method: 'delete',
    path: '/v1/nucleus/dataset/:datasetId/taxonomy/:taxonomyName',
    access: 'write',
    summary: 'Delete a taxonomy',
    reply: taxonomyReply(['Taxonomy successfully deleted']),
    errors: ['dataset-not-found', 'taxonomy-not-found'],
    dialect: 'nucleus',
  },
} as const satisfies Record<string, Endpoint>;
