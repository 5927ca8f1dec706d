import { aBox, type CrawledThings } from './crawler-requests.ts';
import type { Answer } from './send.ts';

/** An annotation of the item that is called as the canary is, a model, and a run of it with a prediction; all of them carry the canary. */
export async function plantLabels(
  own: (path: string, body?: object) => Promise<Answer>,
  dataset: string,
  canary: string,
): Promise<Pick<CrawledThings, 'labelId' | 'modelId' | 'runId'>> {
  const annotations = [{ ...aBox, reference_id: canary, label: canary, annotation_id: canary }];
  await own(`${dataset}/annotate`, { annotations });
  const { body: model } = await own('/v1/nucleus/models/add', { name: canary, reference_id: canary, tags: [canary] });
  const { body: run } = await own(`${dataset}/modelRun/create`, { name: canary, reference_id: canary });
  await own(`/v1/nucleus/modelRun/${run.model_run_id}/predict`, { annotations });
  return {
    labelId: (await own(`${dataset}/groundTruth/loc/${canary}/${canary}`)).body.id,
    modelId: model.model_id,
    runId: run.model_run_id,
  };
}
