/** Endpoints that the crawler treats alike. */
import type { cloudEndpoints } from '../../shared/src/wire/endpoints.ts';

export type EndpointName = keyof typeof cloudEndpoints;

/** What succeeds for another tenant, because it is about that one's own, empty world. */
export const ofOwnWorld: readonly EndpointName[] = [
  'createDataset',
  'getIpRanges',
  'getSession',
  'listIntegrations',
  'listTasks',
  'countTasks',
  'listProjects',
  'createProject',
  'createBatch',
  'listBatches',
  'listBatchViews',
  'getCallbackKey',
  'listFiles',
  'listModels',
  'createModel',
  'listUsage',
  'downloadUsage',
  'listAgents',
  'listAudit',
  'listKeys',
  'createKey',
  'listDatasetDetails',
  'listDatasetViews',
  'listDatasets',
  'listSlices',
  'listJobs',
  'registerAgent',
  'signOut',
];

/** Endpoints whose request takes away what others need. */
export const crawledLast: readonly EndpointName[] = [
  'deleteScene',
  'deleteTracks',
  'deleteAnnotations',
  'deleteModelRun',
  'deleteModel',
  'deleteAutotag',
  'deleteTaxonomy',
  'deleteSlice',
  'deleteItemByReference',
  'deleteDataset',
];

/** Endpoints that are about the dataset of scenes. */
export const ofScenes: readonly EndpointName[] = [
  'uploadScenes',
  'uploadVideoScenes',
  'listScenes',
  'getScene',
  'deleteScene',
  'queryScenes',
  'exportScenes',
  'listSceneTracks',
  'listTracks',
  'putTrack',
  'deleteTracks',
];
