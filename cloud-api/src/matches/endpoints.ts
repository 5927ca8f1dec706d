import { objectQueryEndpoints } from '@nucleus/shared/wire/object-queries';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { type Mount, mountEndpoint } from '../http/mount-endpoint.ts';
import type { Projections } from '../search/projections.ts';
import { queryObjects } from './query-objects.ts';

/** Mounts the query over objects of wire contract 12. */
export function mountMatches(mount: Mount, db: Kysely<Tables>, projections: Projections): void {
  mountEndpoint(mount, objectQueryEndpoints.queryObjects, ({ tenantId }, { params, body }) =>
    queryObjects(db, projections, { tenantId, datasetId: params.datasetId }, body),
  );
}
