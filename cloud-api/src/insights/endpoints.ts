import { annotationEndpoints } from '@nucleus/shared/wire/annotations';
import { insightEndpoints } from '@nucleus/shared/wire/insights';
import { itemHistoryEndpoints } from '@nucleus/shared/wire/item-history';
import type { Database } from '../database/open-database.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { type Mount, mountEndpoint } from '../http/mount-endpoint.ts';
import { countFacet, countHistogram } from '../search/count-facets.ts';
import { countLabels } from '../search/count-labels.ts';
import { countMap } from '../search/count-map.ts';
import { findPlace } from '../search/find-items.ts';
import { countHashes, listFields } from '../search/list-fields.ts';
import type { Projection } from '../search/projection.ts';
import type { Projections } from '../search/projections.ts';
import { readQuery } from '../search/read-query.ts';
import { completeQuery } from './complete-query.ts';
import { findSimilar } from './find-similar.ts';
import { DuplicateGroups } from './group-duplicates.ts';
import { listDatasetViews } from './list-dataset-views.ts';
import { pageTiles } from './page-tiles.ts';
import { readHistory } from './read-history.ts';

/** Mounts what the pages need beside the Nucleus routes. */
export function mountInsights(mount: Mount, db: Database, projections: Projections): void {
  const projectionOf = async (tenantId: string, datasetId: string): Promise<Projection> => {
    await getDataset(db, tenantId, datasetId);
    return projections.of(tenantId, datasetId);
  };

  mountEndpoint(mount, insightEndpoints.listDatasetViews, async ({ tenantId }) => ({
    datasets: await listDatasetViews(db, tenantId),
  }));

  mountEndpoint(mount, insightEndpoints.pageTiles, ({ tenantId }, { params, body }) =>
    timed(() => pageTiles(db, projections, tenantId, params.datasetId, body)),
  );

  mountEndpoint(mount, insightEndpoints.findPlace, async ({ tenantId }, { params, body }) => {
    const projection = await projectionOf(tenantId, params.datasetId);
    const find = { condition: readQuery(body.query), sort: body.sort };
    return { place: (await findPlace(projection, find, body.reference_id)) ?? null };
  });

  mountEndpoint(mount, insightEndpoints.listFields, async ({ tenantId }, { params }) => {
    const projection = await projectionOf(tenantId, params.datasetId);
    return { fields: await listFields(projection), with_hash: await countHashes(projection) };
  });

  mountEndpoint(mount, insightEndpoints.countFacets, async ({ tenantId }, { params, body }) => {
    const projection = await projectionOf(tenantId, params.datasetId);
    const condition = readQuery(body.query);
    return timed(async () => ({
      facets: await Promise.all(body.fields.map((field) => countFacet(projection, { condition }, field, body.limit))),
    }));
  });

  mountEndpoint(mount, insightEndpoints.countHistogram, async ({ tenantId }, { params, body }) => {
    const projection = await projectionOf(tenantId, params.datasetId);
    const condition = readQuery(body.query);
    return timed(async () => ({
      histograms: await Promise.all(
        body.fields.map((field) => countHistogram(projection, { condition }, field, body.bins, body.span)),
      ),
    }));
  });

  mountEndpoint(mount, insightEndpoints.countMap, async ({ tenantId }, { params, body }) => {
    const projection = await projectionOf(tenantId, params.datasetId);
    const condition = readQuery(body.query);
    const { box, grain, fields, limit } = body;
    const grid = { box, grain, latField: fields.lat, lonField: fields.lon, limit };
    return timed(() => countMap(projection, { condition }, grid));
  });

  const duplicates = new DuplicateGroups(db, projections, mount.clock);
  mountEndpoint(mount, insightEndpoints.groupDuplicates, ({ tenantId }, { params, body }) =>
    timed(() => duplicates.page(tenantId, params.datasetId, body)),
  );
  mountEndpoint(mount, insightEndpoints.findSimilar, ({ tenantId }, { params, body }) =>
    timed(() => findSimilar(db, projections, tenantId, params.datasetId, body)),
  );

  mountEndpoint(mount, itemHistoryEndpoints.getItemHistory, ({ tenantId }, { params }) =>
    readHistory(db, tenantId, params),
  );

  mountEndpoint(mount, annotationEndpoints.countLabels, async ({ tenantId }, { params, body }) => {
    const projection = await projectionOf(tenantId, params.datasetId);
    const condition = readQuery(body.query);
    return timed(() => countLabels(projection, { condition }, body.model_run_id ?? '', body.limit));
  });

  mountEndpoint(mount, insightEndpoints.completeQuery, async ({ tenantId }, { params, body }) =>
    completeQuery(await projectionOf(tenantId, params.datasetId), body.query, body.caret),
  );
}

/** Adds how long the answer took, for the count beside the query bar. */
async function timed<T extends object>(answer: () => Promise<T>): Promise<T & { took_ms: number }> {
  const started = performance.now();
  const reply = await answer();
  return { ...reply, took_ms: Math.round((performance.now() - started) * 10) / 10 };
}
