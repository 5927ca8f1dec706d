import { AppError } from '@nucleus/shared/failure/app-error';
import { asksForJob, type JobHead } from '@nucleus/shared/wire/jobs';
import { predictionEndpoints } from '@nucleus/shared/wire/predictions';
import type { Acting } from '../audit/acting.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import type { Metrics } from '../http/metrics.ts';
import {
  type Mount,
  mountEndpoint,
  mountExchange,
  mountNamed,
  mountPieces,
  type RequestContext,
} from '../http/mount-endpoint.ts';
import { bodyReader, largeBodyBytes } from '../http/read-body.ts';
import { findNamedItem } from '../items/find-named-item.ts';
import { getItemById, getItemByIndex, getItemByReference } from '../items/read-items.ts';
import type { PlacedItem } from '../items/rules.ts';
import { describeJob } from '../jobs/read-jobs.ts';
import { getLabel, groupLabels } from '../labels/read-labels.ts';
import { readLabelUpload } from '../labels/read-upload.ts';
import type { LabelPlace } from '../labels/rules.ts';
import { spellRun } from '../labels/spell-run.ts';
import { startLabelsJob } from '../labels/upload-job.ts';
import { assertTakesMasks, type LabelParts, writeLabels } from '../labels/write-labels.ts';
import { findLastRun, getRun } from '../models/find-model.ts';
import { changeTrainedSlices } from '../models/write-model.ts';
import { openRun } from '../models/write-run.ts';
import type { UploadStore } from '../uploads/upload-store.ts';

export interface PredictionRoutes extends LabelParts {
  metrics: Metrics;
  uploads: UploadStore;
  /** Told that a job waits. */
  afterEnqueue: () => void;
}

type Exchange = Parameters<Parameters<typeof mountExchange>[2]>[2];

/** Mounts the predictions of wire contract 11. */
export function mountPredictions(mount: Mount, parts: PredictionRoutes): void {
  const { db } = parts;
  const headOf = ({ tenantId, nowMs }: Acting, jobId: string): Promise<JobHead> => {
    parts.afterEnqueue();
    return describeJob(db, tenantId, jobId, nowMs);
  };
  const readJson = bodyReader(largeBodyBytes, { sparesNumbers: true });

  /** Takes an upload in each of its three forms. */
  const take = async (
    context: RequestContext,
    run: { runId: string; datasetId: string; modelId: string },
    query: Parameters<typeof asksForJob>[0],
    exchange: Exchange,
  ) => {
    const place = { tenantId: context.tenantId, datasetId: run.datasetId, runId: run.runId };
    const upload = await readLabelUpload(parts.attachments, exchange, readJson, async () =>
      assertTakesMasks(await getDataset(db, place.tenantId, place.datasetId)),
    );
    if (upload.trainedSliceId !== undefined)
      await changeTrainedSlices(db, context, run.modelId, { add: [upload.trainedSliceId] });
    if ('requestId' in upload) {
      if (!asksForJob(query)) throw new AppError('invalid-request', 'A requestId goes with async=1.', { at: 'async' });
      return headOf(context, await startLabelsJob(db, parts.uploads, context, place, upload));
    }
    const { processed, ignored, refused } = await writeLabels(parts, context, place, upload);
    parts.metrics.labelsWritten.inc({ by: 'predict' }, processed);
    return {
      model_run_id: run.runId,
      predictions_processed: processed,
      predictions_ignored: ignored,
      ...(refused.length === 0 ? {} : { errors: refused.map(({ error }) => error) }),
    };
  };

  mountExchange(mount, predictionEndpoints.predict, async (context, { params, query }, exchange) =>
    take(context, await getRun(db, context.tenantId, params.runId), query, exchange),
  );
  mountExchange(mount, predictionEndpoints.uploadPredictions, async (context, { params, query }, exchange) => {
    const run = await openRun(db, context, params.datasetId, params.modelId);
    const reply = await take(context, run, query, exchange);
    return 'job_id' in reply ? reply : { ...reply, dataset_id: params.datasetId };
  });
  mountEndpoint(mount, predictionEndpoints.uploadPointsPrediction, async (context, { params, body }) => {
    const { tenantId } = context;
    await getItemByReference(db, tenantId, params.datasetId, params.referenceId);
    const { runId, datasetId } = await openRun(db, context, params.datasetId, params.modelId);
    const row = {
      type: 'mask',
      reference_id: params.referenceId,
      mask_url: body.pointsSegmentationUrl,
      annotations: [],
    };
    const batch = { rows: [row], update: true, keepsAddresses: true };
    const { processed, ignored } = await writeLabels(parts, context, { tenantId, datasetId, runId }, batch);
    return {
      dataset_id: datasetId,
      model_run_id: runId,
      predictions_processed: processed,
      predictions_ignored: ignored,
    };
  });

  const placeOfRun = async (tenantId: string, runId: string): Promise<LabelPlace> => {
    const { datasetId } = await getRun(db, tenantId, runId);
    return { tenantId, datasetId, runId };
  };
  /** Where a model's predictions for a dataset are; no run has them while there are none. */
  const placeOfModel = async (tenantId: string, datasetId: string, modelId: string): Promise<LabelPlace> => {
    const run = await findLastRun(db, tenantId, datasetId, modelId);
    return { tenantId, datasetId, runId: run?.runId ?? 'none' };
  };
  const grouped = async (place: LabelPlace, item: PlacedItem) => ({
    annotations: await groupLabels(db, place, item),
  });

  mountEndpoint(mount, predictionEndpoints.getRunItemByIndex, async ({ tenantId }, { params }) => {
    const place = await placeOfRun(tenantId, params.runId);
    return grouped(place, await getItemByIndex(db, tenantId, place.datasetId, params.index));
  });
  mountNamed(mount, predictionEndpoints.getRunItemByReference, async ({ tenantId }, { params }, names) => {
    const place = await placeOfRun(tenantId, params.runId);
    return grouped(place, await getItemByReference(db, tenantId, place.datasetId, names.join('/')));
  });
  mountEndpoint(mount, predictionEndpoints.getRunItemById, async ({ tenantId }, { params }) => {
    const place = await placeOfRun(tenantId, params.runId);
    return grouped(place, await getItemById(db, tenantId, place.datasetId, params.itemId));
  });
  mountNamed(mount, predictionEndpoints.getRunPrediction, async ({ tenantId }, { params }, names) => {
    const place = await placeOfRun(tenantId, params.runId);
    const { item, rest } = await findNamedItem(db, tenantId, place.datasetId, names);
    return getLabel(db, place, item, rest);
  });
  mountPieces(mount, predictionEndpoints.listRunPredictions, async ({ tenantId }, { params }) =>
    spellRun(db, await placeOfRun(tenantId, params.runId)),
  );

  mountPieces(mount, predictionEndpoints.exportPredictions, async ({ tenantId }, { params }) =>
    spellRun(db, await placeOfModel(tenantId, params.datasetId, params.modelId)),
  );
  mountEndpoint(mount, predictionEndpoints.getModelItemByIndex, async ({ tenantId }, { params }) => {
    const place = await placeOfModel(tenantId, params.datasetId, params.modelId);
    return grouped(place, await getItemByIndex(db, tenantId, place.datasetId, params.index));
  });
  mountNamed(mount, predictionEndpoints.getModelItemByReference, async ({ tenantId }, { params }, names) => {
    const place = await placeOfModel(tenantId, params.datasetId, params.modelId);
    return grouped(place, await getItemByReference(db, tenantId, place.datasetId, names.join('/')));
  });
  mountNamed(mount, predictionEndpoints.getModelPrediction, async ({ tenantId }, { params }, names) => {
    const place = await placeOfModel(tenantId, params.datasetId, params.modelId);
    const { item, rest } = await findNamedItem(db, tenantId, place.datasetId, names);
    return getLabel(db, place, item, rest);
  });
}
