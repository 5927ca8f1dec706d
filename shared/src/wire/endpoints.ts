import { agentEndpoints } from './agents.ts';
import { assetEndpoints } from './assets.ts';
import { datasetEndpoints } from './dataset.ts';
import { insightEndpoints } from './insights.ts';
import { sessionEndpoints } from './session.ts';

/** Every route of the cloud, once. The server mounts this table; OpenAPI and the tests walk it. */
export const cloudEndpoints = {
  ...datasetEndpoints,
  ...agentEndpoints,
  ...assetEndpoints,
  ...sessionEndpoints,
  ...insightEndpoints,
} as const;
