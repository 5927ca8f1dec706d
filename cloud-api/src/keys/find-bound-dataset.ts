import type { Database } from '../database/open-database.ts';
import {
  findDatasetOfAsset,
  findDatasetOfAutotag,
  findDatasetOfJob,
  findDatasetOfRun,
  findDatasetOfSlice,
} from './binding-queries.ts';

/** Parameters of paths that belong to one dataset, and how that is found. */
const finders = {
  datasetId: async (_db: Database, _tenantId: string, id: string) => id,
  datasetOrSliceId: async (db: Database, tenantId: string, id: string) =>
    id.startsWith('slc_') ? findDatasetOfSlice(db, tenantId, id) : id,
  sliceId: findDatasetOfSlice,
  jobId: findDatasetOfJob,
  runId: findDatasetOfRun,
  itemId: findDatasetOfAsset,
  autotagId: findDatasetOfAutotag,
} as const;

/** Whether a route names something of one dataset. */
export function namesDataset(parameters: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(finders).some((name) => Object.hasOwn(parameters, name));
}

/** The dataset that the parameters of a path name, themselves or by something in it; undefined when it is not there. */
export async function findBoundDataset(
  db: Database,
  tenantId: string,
  parameters: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  // A path that names a dataset is about that one: what else it names is looked for inside it.
  for (const name of Object.keys(finders) as (keyof typeof finders)[]) {
    const id = parameters[name];
    if (id !== undefined) return finders[name](db, tenantId, id);
  }
  return undefined;
}
