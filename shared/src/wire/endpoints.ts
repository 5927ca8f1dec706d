import { agentEndpoints } from './agents.ts';
import { assetEndpoints } from './assets.ts';
import { datasetEndpoints } from './dataset.ts';
import { deduplicationEndpoints } from './deduplication.ts';
import { exportEndpoints } from './exports.ts';
import { insightEndpoints } from './insights.ts';
import { integrationEndpoints } from './integrations.ts';
import { jobEndpoints } from './jobs.ts';
import { resumableEndpoints } from './resumable.ts';
import { sessionEndpoints } from './session.ts';
import { sliceEditEndpoints } from './slice-edits.ts';
import { sliceEndpoints } from './slices.ts';
import { taxonomyEndpoints } from './taxonomies.ts';
import { uploadEndpoints } from './uploads.ts';

/** Every route of the cloud, once. The server mounts this table; OpenAPI and the tests walk it. */
export const cloudEndpoints = {
  ...datasetEndpoints,
  ...agentEndpoints,
  ...assetEndpoints,
  ...sessionEndpoints,
  ...insightEndpoints,
  ...sliceEndpoints,
  ...sliceEditEndpoints,
  ...deduplicationEndpoints,
  ...exportEndpoints,
  ...taxonomyEndpoints,
  ...jobEndpoints,
  ...uploadEndpoints,
  ...resumableEndpoints,
  ...integrationEndpoints,
} as const;
