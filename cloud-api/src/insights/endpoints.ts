import { insightEndpoints } from '@nucleus/shared/wire/insights';
import type { Database } from '../database/open-database.ts';
import { type Mount, mountEndpoint } from '../http/mount-endpoint.ts';
import { listDatasetViews } from './list-dataset-views.ts';
import { pageTiles } from './page-tiles.ts';

/** Mounts what the pages need beside the Nucleus routes. */
export function mountInsights(mount: Mount, db: Database): void {
  mountEndpoint(mount, insightEndpoints.listDatasetViews, async ({ tenantId }) => ({
    datasets: await listDatasetViews(db, tenantId),
  }));
  mountEndpoint(mount, insightEndpoints.pageTiles, ({ tenantId }, { params, body }) =>
    pageTiles(db, tenantId, params.datasetId, body),
  );
}
