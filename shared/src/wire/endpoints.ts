import { agentEndpoints } from './agents.ts';
import { annotationEndpoints } from './annotations.ts';
import { assetEndpoints } from './assets.ts';
import { auditEndpoints } from './audit.ts';
import { autotagEndpoints } from './autotags.ts';
import { callbackEndpoints } from './callbacks.ts';
import { datasetEndpoints } from './dataset.ts';
import { deduplicationEndpoints } from './deduplication.ts';
import { embeddingEndpoints } from './embeddings.ts';
import { exportEndpoints } from './exports.ts';
import { fileEndpoints } from './files.ts';
import { insightEndpoints } from './insights.ts';
import { integrationEndpoints } from './integrations.ts';
import { itemHistoryEndpoints } from './item-history.ts';
import { jobEndpoints } from './jobs.ts';
import { keyEndpoints } from './keys.ts';
import { modelEndpoints } from './models.ts';
import { objectQueryEndpoints } from './object-queries.ts';
import { predictionEndpoints } from './predictions.ts';
import { projectEndpoints } from './projects.ts';
import { resumableEndpoints } from './resumable.ts';
import { sceneEndpoints } from './scenes.ts';
import { sessionEndpoints } from './session.ts';
import { sliceEditEndpoints } from './slice-edits.ts';
import { sliceEndpoints } from './slices.ts';
import { taskEndpoints } from './tasks.ts';
import { taxonomyEndpoints } from './taxonomies.ts';
import { uploadEndpoints } from './uploads.ts';
import { usageEndpoints } from './usage.ts';

/** Every route of the cloud, once. The server mounts this table; OpenAPI and the tests walk it. */
export const cloudEndpoints = {
  ...datasetEndpoints,
  ...agentEndpoints,
  ...assetEndpoints,
  ...auditEndpoints,
  ...keyEndpoints,
  ...sessionEndpoints,
  ...insightEndpoints,
  ...itemHistoryEndpoints,
  ...sliceEndpoints,
  ...sliceEditEndpoints,
  ...deduplicationEndpoints,
  ...embeddingEndpoints,
  ...autotagEndpoints,
  ...sceneEndpoints,
  ...objectQueryEndpoints,
  ...exportEndpoints,
  ...taxonomyEndpoints,
  ...annotationEndpoints,
  ...modelEndpoints,
  ...predictionEndpoints,
  ...jobEndpoints,
  ...uploadEndpoints,
  ...resumableEndpoints,
  ...taskEndpoints,
  ...projectEndpoints,
  ...callbackEndpoints,
  ...usageEndpoints,
  ...fileEndpoints,
  ...integrationEndpoints,
} as const;
