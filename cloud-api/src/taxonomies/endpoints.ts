import { taxonomyEndpoints } from '@nucleus/shared/wire/taxonomies';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { type Mount, mountEndpoint } from '../http/mount-endpoint.ts';
import { largeBodyBytes } from '../http/read-body.ts';
import { addTaxonomy, deleteTaxonomy } from './write-taxonomy.ts';

/** Mounts the routes of wire contract 10. */
export function mountTaxonomies(mount: Mount, db: Kysely<Tables>): void {
  mountEndpoint(
    mount,
    taxonomyEndpoints.addTaxonomy,
    async (context, { params, body }) => ({
      dataset_id: params.datasetId,
      taxonomy_name: body.taxonomy_name,
      status: await addTaxonomy(db, context, params.datasetId, body),
    }),
    largeBodyBytes,
  );
  mountEndpoint(mount, taxonomyEndpoints.deleteTaxonomy, async (context, { params }) => {
    await deleteTaxonomy(db, context, params.datasetId, params.taxonomyName);
    return {
      dataset_id: params.datasetId,
      taxonomy_name: params.taxonomyName,
      status: 'Taxonomy successfully deleted' as const,
    };
  });
}
