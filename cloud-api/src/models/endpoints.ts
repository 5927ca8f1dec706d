import type { Metadata } from '@nucleus/shared/wire/dataset-item';
import { modelEndpoints } from '@nucleus/shared/wire/models';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { type Mount, mountEndpoint } from '../http/mount-endpoint.ts';
import { getModel, getRun, listModels } from './find-model.ts';
import { toModel } from './rules.ts';
import { changeModelTags, changeTrainedSlices, createModel, deleteModel } from './write-model.ts';
import { createRun, deleteRun } from './write-run.ts';

/** Mounts the models and runs of wire contract 11. @param afterDelete told that rows of a deleted run wait to be removed */
export function mountModels(mount: Mount, db: Kysely<Tables>, afterDelete: () => void): void {
  mountEndpoint(mount, modelEndpoints.listModels, async ({ tenantId }) => ({
    models: (await listModels(db, tenantId)).map(toModel),
  }));
  mountEndpoint(mount, modelEndpoints.createModel, async (context, { body }) => ({
    model_id: await createModel(db, context, body),
  }));
  mountEndpoint(mount, modelEndpoints.getModel, async ({ tenantId }, { params }) =>
    toModel(await getModel(db, tenantId, params.modelId)),
  );
  mountEndpoint(mount, modelEndpoints.deleteModel, async (context, { params }) => {
    await deleteModel(db, context, params.modelId);
    afterDelete();
    return { msg: 'Model deletion running in an async job' as const };
  });

  mountEndpoint(mount, modelEndpoints.addModelTags, async (context, { params, body }) => ({
    model_id: params.modelId,
    tags: await changeModelTags(db, context, params.modelId, { add: body.tags }),
  }));
  mountEndpoint(mount, modelEndpoints.removeModelTags, async (context, { params, body }) => ({
    model_id: params.modelId,
    tags: await changeModelTags(db, context, params.modelId, { remove: body.tags }),
  }));
  mountEndpoint(mount, modelEndpoints.addTrainedSlices, async (context, { params, body }) => ({
    model_id: params.modelId,
    trained_slice_ids: await changeTrainedSlices(db, context, params.modelId, { add: body.trained_slice_ids }),
  }));
  mountEndpoint(mount, modelEndpoints.removeTrainedSlices, async (context, { params, body }) => ({
    model_id: params.modelId,
    trained_slice_ids: await changeTrainedSlices(db, context, params.modelId, { remove: body.trained_slice_ids }),
  }));

  mountEndpoint(mount, modelEndpoints.createModelRun, async (context, { params, body }) => ({
    model_run_id: await createRun(db, context, params.datasetId, {
      name: body.name,
      modelReference: body.reference_id,
      metadata: body.metadata ?? {},
      schema: body.annotation_metadata_schema,
    }),
  }));
  mountEndpoint(mount, modelEndpoints.deleteModelRun, async (context, { params }) => {
    await deleteRun(db, context, params.runId);
    afterDelete();
    return { message: 'Model run deleted.' };
  });
  mountEndpoint(mount, modelEndpoints.getModelRunInfo, async ({ tenantId }, { params }) => {
    const run = await getRun(db, tenantId, params.runId);
    const metadata = JSON.parse(run.metadata) as Metadata;
    return { model_id: run.modelId, name: run.name, status: 'completed' as const, metadata };
  });
}
