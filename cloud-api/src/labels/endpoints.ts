import { AppError } from '@nucleus/shared/failure/app-error';
import type { Keyring } from '@nucleus/shared/media/sealed-token';
import { annotationEndpoints } from '@nucleus/shared/wire/annotations';
import { asksForJob, type JobHead } from '@nucleus/shared/wire/jobs';
import { linkObject } from '../attachments/link-images.ts';
import type { Acting } from '../audit/acting.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { setMaskPolicy } from '../datasets/set-mask-policy.ts';
import type { Metrics } from '../http/metrics.ts';
import { type Mount, mountEndpoint, mountExchange, mountNamed } from '../http/mount-endpoint.ts';
import { bodyReader, largeBodyBytes } from '../http/read-body.ts';
import { findNamedItem } from '../items/find-named-item.ts';
import { describeJob } from '../jobs/read-jobs.ts';
import type { UploadStore } from '../uploads/upload-store.ts';
import { startDeletionJob } from './delete-job.ts';
import { findLabels } from './find-labels.ts';
import { findMask } from './queries.ts';
import { getLabel } from './read-labels.ts';
import { readLabelUpload } from './read-upload.ts';
import { groundTruth } from './rules.ts';
import { startLabelsJob } from './upload-job.ts';
import { assertTakesMasks, type LabelParts, writeLabels } from './write-labels.ts';

export interface AnnotationRoutes extends LabelParts {
  metrics: Metrics;
  uploads: UploadStore;
  /** Signs links to masks. */
  keyring: Keyring;
  publicOrigin: string;
  /** Told that a job waits. */
  afterEnqueue: () => void;
}

/** Mounts the routes of wire contract 9. */
export function mountAnnotations(mount: Mount, parts: AnnotationRoutes): void {
  const { db } = parts;
  const headOf = ({ tenantId, nowMs }: Acting, jobId: string): Promise<JobHead> => {
    parts.afterEnqueue();
    return describeJob(db, tenantId, jobId, nowMs);
  };
  const readJson = bodyReader(largeBodyBytes, { sparesNumbers: true });
  mountExchange(mount, annotationEndpoints.annotate, async (context, { params, query }, exchange) => {
    const place = { tenantId: context.tenantId, datasetId: params.datasetId, runId: groundTruth };
    const upload = await readLabelUpload(parts.attachments, exchange, readJson, async () =>
      assertTakesMasks(await getDataset(db, place.tenantId, place.datasetId)),
    );
    if ('requestId' in upload) {
      if (!asksForJob(query)) throw new AppError('invalid-request', 'A requestId goes with async=1.', { at: 'async' });
      return headOf(context, await startLabelsJob(db, parts.uploads, context, place, upload));
    }
    const { processed, ignored, refused } = await writeLabels(parts, context, place, upload);
    parts.metrics.labelsWritten.inc({ by: 'annotate' }, processed);
    return {
      dataset_id: params.datasetId,
      annotations_processed: processed,
      annotations_ignored: ignored,
      ...(refused.length === 0 ? {} : { errors: refused.map(({ error }) => error) }),
    };
  });
  mountEndpoint(
    mount,
    annotationEndpoints.deleteAnnotations,
    async (context, { params, body }) =>
      headOf(context, await startDeletionJob(db, context, params.datasetId, body.reference_ids ?? [])),
    largeBodyBytes,
  );
  mountNamed(mount, annotationEndpoints.getAnnotation, async ({ tenantId }, { params: { datasetId } }, names) => {
    const { item, rest } = await findNamedItem(db, tenantId, datasetId, names);
    return getLabel(db, { tenantId, datasetId, runId: groundTruth }, item, rest);
  });

  mountEndpoint(mount, annotationEndpoints.getMask, async ({ tenantId, nowMs }, { params }) => {
    await getDataset(db, tenantId, params.datasetId);
    const dataset = { tenantId, datasetId: params.datasetId };
    const [label] = await findLabels(db, dataset, [params.labelId]);
    const isMask = label?.kind === 'segmentation';
    const found = isMask ? await findMask(db, { ...dataset, runId: label.runId }, label.seq) : undefined;
    if (found === undefined) throw new AppError('label-not-found', 'There is no stored mask of that id.');
    const path = linkObject(parts.keyring, tenantId, { ...found, variant: 'original' }, nowMs);
    return { url: parts.publicOrigin + path, width: found.width, height: found.height };
  });
  mountEndpoint(mount, annotationEndpoints.setMaskPolicy, async (context, { params, body }) => {
    await setMaskPolicy(db, context, params.datasetId, body.accepted);
    return { accepted: body.accepted };
  });
}
