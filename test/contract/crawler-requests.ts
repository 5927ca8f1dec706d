/**
 * One request for every endpoint of the table that would succeed for the owner of what it names. The type makes a new endpoint without
 * one fail the build, and the crawler's test fails for one that the owner cannot call.
 */

import { fillPath } from '../../shared/src/wire/endpoint.ts';
import { cloudEndpoints } from '../../shared/src/wire/endpoints.ts';
import { type EndpointName, ofScenes } from './crawled-groups.ts';
import { lidarScene, videoScene } from './some-scenes.ts';

export type { EndpointName };

/** What the owner has; all of it carries the canary. */
export interface CrawledThings {
  canary: string;
  datasetId: string;
  itemId: string;
  sliceId: string;
  /** An annotation of the item; its own id and its label are the canary. */
  labelId: string;
  modelId: string;
  runId: string;
  jobId: string;
  /** A dataset of scenes with one that is called as the canary is. */
  scenesId: string;
  autotagId: string;
  changeId: string;
  /** A dataset that is not in privacy mode, and a CSV that was uploaded for it. */
  ordinaryId: string;
  uploadId: string;
  /** A task without attachments, of a project and a batch that are both called as the canary is. */
  taskId: string;
  agentId: string;
  epoch: string;
  /** A key that nothing here is asked with. */
  keyId: string;
}

export interface CrawlerRequest {
  body?: unknown;
  query?: string;
  raw?: string;
  headers?: Record<string, string>;
}

const page = { pageToken: null, pageSize: 5 };
const none: CrawlerRequest = {};
export const aBox = { type: 'box', label: 'planted', geometry: { x: 0, y: 0, width: 1, height: 1 } };
export const tus = { 'tus-resumable': '1.0.0', 'content-type': 'application/offset+octet-stream' };
export const csvText = (canary: string): string => `attachment_url,note\nftp://x.test/a,${canary}\n`;
export const uploadMetadata = (name: string, datasetId: string): string =>
  `name ${btoa(name)},dataset_id ${btoa(datasetId)},purpose ${btoa('csv')}`;

/** Requests by endpoint. */
export function crawlerRequests(things: CrawledThings): Record<EndpointName, CrawlerRequest> {
  const { canary, datasetId, agentId, epoch } = things;
  const item = { reference_id: 'planted', image_url: 'https://x.test/a', width: 1, height: 1 };
  const changes = [
    { v: 1, agent_id: agentId, source: 'main' },
    { op: 'delete', ref: 'planted', rev: 1 },
  ];
  return {
    createDataset: { body: { name: 'mine' } },
    listDatasetDetails: none,
    listDatasets: none,
    deleteDataset: none,
    getDatasetName: none,
    getDatasetIsScene: none,
    getDatasetPrivacyMode: none,
    getDatasetSize: none,
    getDatasetInfo: none,
    listDatasetModelRuns: none,
    listDatasetTags: none,
    addDatasetTags: { body: { tags: ['x'] } },
    removeDatasetTags: { body: { tags: [canary] } },
    appendItems: { body: { items: [item] } },
    updateMetadata: { body: { level: 'item', metadata: [{ reference_id: canary, metadata: { planted: 1 } }] } },
    listDatasetItems: none,
    pageDatasetItems: { body: page },
    queryItems: { body: { ...page, query: `reference_id = "${canary}"` } },
    getItemByIndex: none,
    getItemByReference: none,
    getItemById: none,
    deleteItemByReference: none,
    // An agent of that id in another tenant would be that tenant's own: the crawler brings its own.
    registerAgent: {
      body: { agent_id: `agt_${'z'.repeat(20)}`, version: '0.1.0', public_url: 'http://x.test', sources: [] },
    },
    heartbeat: { body: { agent_id: agentId, sources: [] } },
    pushChanges: {
      query: `?fence=1&store_epoch=${epoch}`,
      raw: changes.map((line) => JSON.stringify(line)).join('\n'),
      headers: { 'content-type': 'application/x-ndjson' },
    },
    getManifest: { query: '?source=main' },
    listAgents: none,
    approveAgent: none,
    restoreItems: { body: { dataset_id: datasetId, reference_ids: [canary] } },
    listAudit: none,
    listKeys: none,
    createKey: { body: { label: 'mine', scopes: ['read'] } },
    revokeKey: none,
    getAsset: none,
    getItemAttachment: none,
    refetchItem: none,
    getObject: none,
    signIn: { body: { code: 'no-such-code-anywhere' } },
    getSession: none,
    signOut: none,
    listDatasetViews: none,
    pageTiles: { body: { offset: 0, limit: 5 } },
    findPlace: { body: { reference_id: canary } },
    listFields: { body: {} },
    countFacets: { body: { fields: ['reference_id'] } },
    countHistogram: { body: { fields: ['width'] } },
    countMap: { body: { query: '' } },
    groupDuplicates: { body: { threshold: 4 } },
    findSimilar: { body: { reference_id: canary } },
    getItemHistory: none,
    completeQuery: { body: { query: 'reference_id = ', caret: 15 } },
    buildSlice: { body: { name: 'mine', sampleSize: 1, sampleMethod: 'Random' } },
    createSlice: { body: { name: 'mine', reference_ids: [canary] } },
    listSlices: none,
    listDatasetSlices: none,
    getSlice: none,
    deleteSlice: none,
    getSliceInfo: none,
    appendToSlice: { body: { reference_ids: [canary], dataset_id: datasetId } },
    pageSliceItems: { body: page },
    tagSlice: { body: { slice_tags: ['x'] } },
    listSliceViews: none,
    createQuerySlice: { body: { name: 'mine', description: '', query: `reference_id = "${canary}"`, live: true } },
    fillSlice: { body: { query: `reference_id = "${canary}"` } },
    removeFromSlice: { body: { reference_ids: [canary] } },
    renameSlice: { body: { name: 'other' } },
    listTags: { body: {} },
    changeTags: { body: { items: { reference_ids: [canary] }, add: [canary] } },
    undoTagChange: none,
    deduplicate: { body: { threshold: 4 } },
    listEmbeddingIndexes: none,
    createCustomIndex: { body: { embeddings_urls: ['https://x.test/a'], embedding_dimension: 2 } },
    deleteCustomIndex: { body: { image: true } },
    setPrimaryIndex: { body: { image: true, custom: true } },
    setContinuousIndexing: { body: { enable: false } },
    createImageIndex: { body: {} },
    createObjectIndex: { body: { ingest_gt_only: true } },
    getIndexingStatus: { body: { image: true } },
    exportEmbeddings: { body: {} },
    uploadScenes: { body: { scenes: [lidarScene('planted')] } },
    uploadVideoScenes: { body: { scenes: [videoScene('planted-video')] } },
    listScenes: none,
    getScene: none,
    deleteScene: none,
    queryScenes: { body: { ...page, query: `reference_id = "${canary}"` } },
    exportScenes: { body: page },
    listTracks: none,
    putTrack: { body: { reference_id: canary, metadata: { planted: 1 } } },
    deleteTracks: { body: { track_reference_ids: [canary] } },
    queryObjects: { body: { ...page, query: '', patch_mode: 'ground_truth_only' } },
    listAutotags: none,
    updateAutotag: none,
    deleteAutotag: none,
    getRefinementMetrics: none,
    listTaggedItems: { body: { score_threshold: -1 } },
    listTrainingItems: none,
    createAutotag: { body: { name: 'mine', basis: 'phash', positives: [canary] } },
    refineAutotag: { body: { positives: [canary] } },
    listDatasetEmbeddings: none,
    listSliceEmbeddings: none,
    exportDatasetForTraining: none,
    pageDatasetForTraining: { body: page },
    listDatasetClassLabels: none,
    exportSliceForTraining: none,
    pageSliceForTraining: { body: page },
    listSliceClassLabels: none,
    exportRawItems: none,
    exportRawJson: none,
    exportItems: { body: { format: 'csv' } },
    downloadItems: none,
    addTaxonomy: { body: { taxonomy_name: 'kinds', type: 'category', labels: ['x'] } },
    deleteTaxonomy: none,
    annotate: { body: { annotations: [{ ...aBox, reference_id: canary }] } },
    deleteAnnotations: { body: { reference_ids: [canary] } },
    getAnnotation: none,
    getMask: none,
    setMaskPolicy: { body: { accepted: false } },
    countLabels: { body: { query: '' } },
    listModels: none,
    createModel: { body: { name: 'mine', reference_id: 'planted' } },
    getModel: none,
    deleteModel: none,
    addModelTags: { body: { tags: ['planted'] } },
    removeModelTags: { body: { tags: [canary] } },
    addTrainedSlices: { body: { trained_slice_ids: [things.sliceId] } },
    removeTrainedSlices: { body: { trained_slice_ids: [things.sliceId] } },
    createModelRun: { body: { name: 'mine', reference_id: canary } },
    deleteModelRun: none,
    getModelRunInfo: none,
    predict: { body: { annotations: [{ ...aBox, reference_id: canary }] } },
    getRunItemByIndex: none,
    getRunItemByReference: none,
    getRunItemById: none,
    getRunPrediction: none,
    listRunPredictions: none,
    uploadPredictions: { body: { annotations: [{ ...aBox, reference_id: canary, label: 'other' }] } },
    exportPredictions: none,
    getModelItemByIndex: none,
    getModelItemByReference: none,
    getModelPrediction: none,
    uploadPointsPrediction: { body: { pointsSegmentationUrl: 'https://x.test/points' } },
    exportSlicePredictions: none,
    pageSlicePredictions: { body: page },
    listJobs: { body: { dataset_id: null, job_types: [], show_completed: true } },
    getJob: none,
    getJobInfo: none,
    listJobErrors: none,
    cancelJob: none,
    // Refused before anything is sent, because no operator allowed the store.
    createIntegration: {
      body: { kind: 's3', name: 'x', bucket: 'bucket', endpoint: 'http://store.test', access: { type: 'anonymous' } },
    },
    listIntegrations: none,
    testIntegration: { body: {} },
    deleteIntegration: none,
    getIpRanges: none,
    signUpload: none,
    putUpload: none,
    createUpload: {
      headers: { ...tus, 'upload-length': '5', 'upload-metadata': uploadMetadata(canary, things.ordinaryId) },
    },
    sendUploadPart: { raw: '', headers: { ...tus, 'upload-offset': String(csvText(canary).length) } },
    getUpload: none,
    runCsv: { body: { run: 'check' } },
    downloadCsvReport: { query: '?run=check' },
    endUpload: none,
    createTask: { body: { project: canary } },
    listTasks: none,
    countTasks: none,
    getTask: none,
    listTaskAttachments: none,
    refetchTask: none,
    completeTask: { body: { response: {} } },
    cancelTask: { body: {} },
    setTaskMetadata: { body: { planted: 1 } },
    setTaskTags: { body: ['planted'] },
    addTaskTags: { body: ['planted'] },
    removeTaskTags: { body: [canary] },
    setTaskUniqueId: { body: { unique_id: 'planted' } },
    clearTaskUniqueId: none,
    createProject: { body: { name: 'mine', type: 'imageannotation' } },
    listProjects: none,
    getProject: none,
    setProjectParams: { body: { planted: 1 } },
    createBatch: { body: { name: 'mine', project: 'mine' } },
    listBatches: none,
    listBatchViews: none,
    getBatch: none,
    getBatchStatus: none,
    finalizeBatch: { body: {} },
    setBatchMetadata: { body: { planted: 1 } },
    getCallbackKey: none,
    // Refused before a file is looked for: the body is none.
    uploadFile: { body: {} },
    // Refused like every address inside.
    importFile: { body: { file_url: 'http://127.0.0.1/a' } },
    listFiles: none,
    listUsage: none,
    downloadUsage: none,
  };
}

/** Path of an endpoint with the owner's ids in it. @throws RangeError for a parameter that nothing fills */
export function crawlerPath(name: EndpointName, things: CrawledThings): string {
  return fillPath(cloudEndpoints[name].path, {
    ...things,
    ...(ofScenes.includes(name) ? { datasetId: things.scenesId } : {}),
    sceneRef: things.canary,
    datasetOrSliceId: things.sliceId,
    referenceId: things.canary,
    taxonomyName: things.canary,
    autotagName: things.canary,
    annotationId: things.canary,
    projectName: things.canary,
    batchName: things.canary,
    type: 'textcollection',
    integrationId: `int_${'a'.repeat(20)}`,
    format: 'csv',
    index: '0',
    requestId: 'a'.repeat(32),
    token: `1.${'a'.repeat(8)}.x.${'a'.repeat(43)}`,
  });
}
