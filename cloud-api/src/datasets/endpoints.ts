import { datasetEndpoints } from '@nucleus/shared/wire/dataset';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { type Mount, mountEndpoint } from '../http/mount-endpoint.ts';
import { listRunIds } from '../models/find-model.ts';
import { changeTags } from './change-tags.ts';
import { createDataset } from './create-dataset.ts';
import { deleteDataset } from './delete-dataset.ts';
import { describeDataset, tagsOfDataset } from './describe-dataset.ts';
import { getDataset, listDatasets } from './find-dataset.ts';
import type { DatasetRow } from './queries.ts';

/** Mounts the routes of wire contract 2. `afterDelete` is told that rows of a dataset wait to be removed. */
export function mountDatasets(mount: Mount, db: Kysely<Tables>, afterDelete: () => void): void {
  mountEndpoint(mount, datasetEndpoints.createDataset, async (context, { body }) => {
    const datasetId = await db.transaction().execute((tx) =>
      createDataset(tx, context, {
        name: body.name,
        isScene: body.is_scene,
        isPrivate: body.use_privacy_mode,
        annotationMetadataSchema: body.annotation_metadata_schema,
        itemMetadataSchema: body.item_metadata_schema,
      }),
    );
    return { dataset_id: datasetId };
  });

  mountEndpoint(mount, datasetEndpoints.listDatasetDetails, async ({ tenantId }) =>
    (await listDatasets(db, tenantId)).map(toHead),
  );
  mountEndpoint(mount, datasetEndpoints.listDatasets, async ({ tenantId }) =>
    (await listDatasets(db, tenantId)).map(toHead),
  );

  mountEndpoint(mount, datasetEndpoints.deleteDataset, async (context, { params }) => {
    await deleteDataset(db, context, params.datasetId);
    afterDelete();
    return { message: 'Beginning dataset deletion...' as const };
  });

  mountEndpoint(mount, datasetEndpoints.getDatasetName, async ({ tenantId }, { params }) => {
    const { name } = await getDataset(db, tenantId, params.datasetId);
    return { name };
  });
  mountEndpoint(mount, datasetEndpoints.getDatasetIsScene, async ({ tenantId }, { params }) => {
    const { isScene } = await getDataset(db, tenantId, params.datasetId);
    return { is_scene: isScene };
  });
  mountEndpoint(mount, datasetEndpoints.getDatasetPrivacyMode, async ({ tenantId }, { params }) => {
    const { isPrivate } = await getDataset(db, tenantId, params.datasetId);
    return { use_privacy_mode: isPrivate };
  });
  mountEndpoint(mount, datasetEndpoints.getDatasetSize, async ({ tenantId }, { params }) => {
    const { liveCount } = await getDataset(db, tenantId, params.datasetId);
    return { count: liveCount };
  });
  mountEndpoint(mount, datasetEndpoints.getDatasetInfo, ({ tenantId }, { params }) =>
    describeDataset(db, tenantId, params.datasetId),
  );

  mountEndpoint(mount, datasetEndpoints.listDatasetModelRuns, ({ tenantId }, { params }) =>
    listRunIds(db, tenantId, params.datasetId),
  );
  mountEndpoint(mount, datasetEndpoints.listDatasetTags, async ({ tenantId }, { params }) => ({
    tags: await tagsOfDataset(db, tenantId, params.datasetId),
  }));
  mountEndpoint(mount, datasetEndpoints.addDatasetTags, async (context, { params, body }) => ({
    tags: await changeTags(db, context, params.datasetId, { add: body.tags }),
  }));
  mountEndpoint(mount, datasetEndpoints.removeDatasetTags, async (context, { params, body }) => ({
    tags: await changeTags(db, context, params.datasetId, { remove: body.tags }),
  }));
}

function toHead(dataset: DatasetRow): { id: string; name: string; is_public: boolean } {
  return { id: dataset.datasetId, name: dataset.name, is_public: false };
}
