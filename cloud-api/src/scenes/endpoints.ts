import { AppError } from '@nucleus/shared/failure/app-error';
import { asksForJob } from '@nucleus/shared/wire/jobs';
import { sceneEndpoints } from '@nucleus/shared/wire/scenes';
import type { Metrics } from '../http/metrics.ts';
import { type Mount, mountEndpoint, mountPieces } from '../http/mount-endpoint.ts';
import { largeBodyBytes } from '../http/read-body.ts';
import { describeJob } from '../jobs/read-jobs.ts';
import type { Projections } from '../search/projections.ts';
import { deleteTracks, listTracks, putTrack } from '../tracks/write-tracks.ts';
import type { UploadStore } from '../uploads/upload-store.ts';
import { deleteScene } from './change-scenes.ts';
import { exportScenes } from './export-scenes.ts';
import { describeScene, getSceneOfItem, getSceneRow, queryScenes, spellScenes } from './read-scenes.ts';
import { listTrackSpans } from './track-spans.ts';
import { startUploadJob } from './upload-job.ts';
import { type UploadParts, uploadScenes } from './upload-scenes.ts';

export interface SceneParts extends UploadParts {
  projections: Projections;
  uploads: UploadStore;
  metrics: Metrics;
  /** Told that a job waits. */
  afterEnqueue: () => void;
}

/** Mounts the routes of wire contract 12 and 13, and the export by scene. */
export function mountScenes(mount: Mount, parts: SceneParts): void {
  const { db, projections } = parts;
  const kinds = [
    ['lidar', sceneEndpoints.uploadScenes],
    ['video', sceneEndpoints.uploadVideoScenes],
  ] as const;
  for (const [type, endpoint] of kinds) {
    mountEndpoint(
      mount,
      endpoint,
      async (context, { params, query, body }) => {
        if ('scenes' in body) {
          const counts = await uploadScenes(parts, context, params.datasetId, type, body);
          parts.metrics.itemsWritten.inc({ by: 'append' }, counts.new_items + counts.updated_items);
          return counts;
        }
        if (!asksForJob(query))
          throw new AppError('invalid-request', 'A requestId goes with async=1.', { at: 'async' });
        const jobId = await startUploadJob(db, parts.uploads, context, params.datasetId, type, body);
        parts.afterEnqueue();
        return describeJob(db, context.tenantId, jobId, context.nowMs);
      },
      largeBodyBytes,
    );
  }
  mountPieces(mount, sceneEndpoints.listScenes, async ({ tenantId }, { params }) =>
    spellScenes(db, { tenantId, datasetId: params.datasetId }),
  );
  mountEndpoint(mount, sceneEndpoints.getScene, async ({ tenantId }, { params, query }) => {
    const place = { tenantId, datasetId: params.datasetId };
    const isItem = query.from_item !== undefined && query.from_item !== '0' && query.from_item !== 'false';
    const scene = await (isItem ? getSceneOfItem : getSceneRow)(db, place, params.sceneRef);
    return describeScene(db, place, scene);
  });
  mountEndpoint(mount, sceneEndpoints.deleteScene, async (context, { params }) => {
    await deleteScene(db, context, params.datasetId, params.sceneRef);
    return { message: 'Scene deleted.' };
  });
  mountEndpoint(mount, sceneEndpoints.queryScenes, ({ tenantId }, { params, body }) =>
    queryScenes(db, projections, { tenantId, datasetId: params.datasetId }, body),
  );
  mountEndpoint(mount, sceneEndpoints.exportScenes, ({ tenantId }, { params, body }) =>
    exportScenes(db, projections, { tenantId, datasetId: params.datasetId }, body),
  );
  mountEndpoint(mount, sceneEndpoints.listSceneTracks, async ({ tenantId }, { params, body }) => ({
    tracks: await listTrackSpans(db, { tenantId, datasetId: params.datasetId }, body.scene),
  }));
  mountEndpoint(mount, sceneEndpoints.listTracks, async ({ tenantId }, { params }) => ({
    tracks: await listTracks(db, tenantId, params.datasetId),
  }));
  mountEndpoint(mount, sceneEndpoints.putTrack, (context, { params, body }) =>
    putTrack(db, context, params.datasetId, body),
  );
  mountEndpoint(
    mount,
    sceneEndpoints.deleteTracks,
    async (context, { params, body }) => ({
      dataset_id: params.datasetId,
      deleted_tracks: await deleteTracks(db, context, params.datasetId, body.track_reference_ids),
    }),
    largeBodyBytes,
  );
}
