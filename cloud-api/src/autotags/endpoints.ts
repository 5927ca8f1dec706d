import { autotagEndpoints } from '@nucleus/shared/wire/autotags';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { type Mount, mountEndpoint, mountPieces, type RequestContext } from '../http/mount-endpoint.ts';
import { largeBodyBytes } from '../http/read-body.ts';
import { describeJob } from '../jobs/read-jobs.ts';
import { deleteAutotag } from './delete-autotag.ts';
import { getAutotag, getAutotagByName, listAutotags } from './find-autotag.ts';
import { listPositives, spellTaggedItems } from './read-scores.ts';
import { toAutotag } from './rules.ts';
import { createAutotag, refineAutotag, updateAutotag } from './write-examples.ts';

export interface AutotagParts {
  db: Kysely<Tables>;
  /** Told that a job waits. */
  afterEnqueue: () => void;
  /** Told that rows of a deleted autotag wait to be removed. */
  afterDelete: () => void;
}

/** Mounts the routes of wire contract 14, and those that train. */
export function mountAutotags(mount: Mount, { db, afterEnqueue, afterDelete }: AutotagParts): void {
  const headOf = ({ tenantId, nowMs }: RequestContext, jobId: string) => {
    afterEnqueue();
    return describeJob(db, tenantId, jobId, nowMs);
  };
  mountEndpoint(mount, autotagEndpoints.listAutotags, async ({ tenantId }, { params }) =>
    (await listAutotags(db, tenantId, params.datasetId)).map(toAutotag),
  );
  mountEndpoint(mount, autotagEndpoints.updateAutotag, async (context, { params }) =>
    headOf(context, await updateAutotag(db, context, params.autotagId)),
  );
  mountEndpoint(mount, autotagEndpoints.deleteAutotag, async (context, { params }) => {
    await deleteAutotag(db, context, params.autotagId);
    afterDelete();
    return { message: 'Autotag deleted.' };
  });
  mountEndpoint(mount, autotagEndpoints.getRefinementMetrics, async ({ tenantId }, { params }) => {
    const autotag = await getAutotag(db, tenantId, params.autotagId);
    const steps = autotag.refinementSteps;
    return {
      total_refinement_steps: steps,
      average_positives_selected_per_refinement: steps === 0 ? 0 : autotag.refinementPositives / steps,
      average_ms_taken_in_refinement: steps === 0 ? 0 : autotag.refinementMs / steps,
    };
  });
  mountPieces(mount, autotagEndpoints.listTaggedItems, async ({ tenantId }, { params, body }) => {
    const autotag = await getAutotagByName(db, tenantId, params.datasetId, params.autotagName);
    return spellTaggedItems(db, tenantId, autotag, body.score_threshold);
  });
  mountEndpoint(mount, autotagEndpoints.listTrainingItems, async ({ tenantId }, { params }) => {
    const autotag = await getAutotagByName(db, tenantId, params.datasetId, params.autotagName);
    return {
      autotagPositiveTrainingItems: await listPositives(db, tenantId, autotag),
      autotag: toAutotag(autotag),
    };
  });
  mountEndpoint(
    mount,
    autotagEndpoints.createAutotag,
    async (context, { params, body }) => {
      const { autotagId, jobId } = await createAutotag(db, context, params.datasetId, body);
      return { ...(await headOf(context, jobId)), autotag_id: autotagId };
    },
    largeBodyBytes,
  );
  mountEndpoint(
    mount,
    autotagEndpoints.refineAutotag,
    async (context, { params, body }) => headOf(context, await refineAutotag(db, context, params.autotagId, body)),
    largeBodyBytes,
  );
}
