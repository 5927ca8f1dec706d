import { projectEndpoints } from '@nucleus/shared/wire/projects';
import type { Kysely } from 'kysely';
import { countBatch, getBatch, listBatches, listBatchViews } from '../batches/read-batches.ts';
import { createBatch, finalizeBatch, setBatchMetadata } from '../batches/write-batches.ts';
import type { Tables } from '../database/tables.ts';
import { type Mount, mountEndpoint } from '../http/mount-endpoint.ts';
import { createProject, getProject, listProjects, setProjectParams } from './projects.ts';

/** Mounts projects and their batches (wire contract 18). @param afterEnqueue told that a job may wait */
export function mountProjects(mount: Mount, db: Kysely<Tables>, afterEnqueue: () => void): void {
  mountEndpoint(mount, projectEndpoints.createProject, (context, { body: { name, type, params } }) =>
    createProject(db, context, { name, type, params: params ?? {} }),
  );
  mountEndpoint(mount, projectEndpoints.listProjects, ({ tenantId }) => listProjects(db, tenantId));
  mountEndpoint(mount, projectEndpoints.getProject, ({ tenantId }, { params }) =>
    getProject(db, tenantId, params.projectName),
  );
  mountEndpoint(mount, projectEndpoints.setProjectParams, (context, { params, body: { patch = false, ...changed } }) =>
    setProjectParams(db, context, params.projectName, { patch, params: changed }),
  );

  mountEndpoint(mount, projectEndpoints.createBatch, (context, { body: { name, project, callback } }) =>
    createBatch(db, context, { name, project, callback: callback ?? null }),
  );
  mountEndpoint(mount, projectEndpoints.listBatches, ({ tenantId }, { query }) => listBatches(db, tenantId, query));
  mountEndpoint(mount, projectEndpoints.listBatchViews, ({ tenantId }, { query }) =>
    listBatchViews(db, tenantId, query),
  );
  mountEndpoint(mount, projectEndpoints.getBatch, ({ tenantId }, { params }) =>
    getBatch(db, tenantId, params.batchName),
  );
  mountEndpoint(mount, projectEndpoints.getBatchStatus, ({ tenantId }, { params }) =>
    countBatch(db, tenantId, params.batchName),
  );
  mountEndpoint(mount, projectEndpoints.finalizeBatch, async (context, { params }) => {
    const batch = await finalizeBatch(db, context, params.batchName);
    afterEnqueue();
    return batch;
  });
  mountEndpoint(mount, projectEndpoints.setBatchMetadata, (context, { params, body }) =>
    setBatchMetadata(db, context, params.batchName, body),
  );
}
