import { spellWord } from '@nucleus/shared/query/completion-context';
import { type Autotag, autotagEndpoints } from '@nucleus/shared/wire/autotags';
import { type JobState, jobEndpoints } from '@nucleus/shared/wire/jobs';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { callCloud } from '../cloud/call-cloud.ts';
import { queries } from '../cloud/queries.ts';

const whileTrainingMs = 1_000;
const trainingKind = 'autotagInference';

/** The autotags of a dataset, the oldest first. */
export function useAutotags(datasetId: string): UseQueryResult<Autotag[]> {
  return useQuery({
    queryKey: ['autotags', datasetId],
    queryFn: ({ signal }) => callCloud(autotagEndpoints.listAutotags, { params: { datasetId }, signal }),
    refetchInterval: ({ state }) =>
      state.data?.some(({ status }) => status === 'Started') === true ? whileTrainingMs : false,
  });
}

/** A training that is running in the dataset, and how far it is; null when none is. */
export function useTraining(datasetId: string): UseQueryResult<JobState | null> {
  return useQuery({
    queryKey: ['training', datasetId],
    queryFn: async ({ signal }) => {
      const body = { dataset_id: datasetId, job_types: [trainingKind], limit: 1, show_completed: false };
      const [running] = await callCloud(jobEndpoints.listJobs, { body, signal });
      if (running === undefined) return null;
      return callCloud(jobEndpoints.getJob, { params: { jobId: running.job_id }, signal });
    },
    refetchInterval: ({ state }) => (state.data == null ? false : whileTrainingMs),
  });
}

/** Asks again for all that a training changes. */
export async function refreshAutotags(datasetId: string): Promise<void> {
  await Promise.all(
    ['autotags', 'training', 'autotag-scores', 'autotag-items', 'autotag-examples'].map((name) =>
      queries.invalidateQueries({ queryKey: [name, datasetId] }),
    ),
  );
}

/** The field that holds an autotag's scores, as a sort key or a facet names it, and as a query spells it. */
export function scoreField(name: string): { name: string; spelled: string } {
  return {
    name: `autotag.image.${name}`,
    spelled: `autotag.image.${spellWord(name)}`,
  };
}
