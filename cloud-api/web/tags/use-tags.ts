import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { say, sayFailure } from '@nucleus/shared/ui/toasts/toasts.ts';
import { counted } from '@nucleus/shared/ui/words/quantities.ts';
import type { ReplyOf, RequestBodyOf } from '@nucleus/shared/wire/endpoint';
import { sliceEditEndpoints } from '@nucleus/shared/wire/slice-edits';
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { callCloud } from '../cloud/call-cloud.ts';
import { queries } from '../cloud/queries.ts';

type TagCounts = ReplyOf<typeof sliceEditEndpoints.listTags>;
export type TagChange = RequestBodyOf<typeof sliceEditEndpoints.changeTags>;

/** Tags of a dataset and how many of the items that meet a query have each. */
export function useTags(datasetId: string, query: string): UseQueryResult<TagCounts> {
  return useQuery({
    queryKey: ['tags', datasetId, query],
    queryFn: ({ signal }) => callCloud(sliceEditEndpoints.listTags, { params: { datasetId }, body: { query }, signal }),
    placeholderData: keepPreviousData,
  });
}

/** Changes tags, says so with the way back, and lets every view of them know. @param afterwards told after the change and after its undoing */
export async function changeTags(datasetId: string, change: TagChange, afterwards: () => void): Promise<void> {
  const refresh = (): void => {
    void queries.invalidateQueries({ queryKey: ['tags', datasetId] });
    void queries.invalidateQueries({ queryKey: ['history', datasetId] });
    afterwards();
  };
  try {
    const done = await callCloud(sliceEditEndpoints.changeTags, { params: { datasetId }, body: change });
    refresh();
    say(wordsOf(change, done.changed), async () => {
      try {
        const params = { datasetId, changeId: done.change_id };
        const { undone } = await callCloud(sliceEditEndpoints.undoTagChange, { params });
        say(`Undone for ${counted(undone, 'item')}.`);
      } catch (error) {
        sayFailure(failureSentence(error));
      }
      refresh();
    });
  } catch (error) {
    sayFailure(failureSentence(error));
  }
}

function wordsOf({ add = [], remove = [] }: TagChange, changed: number): string {
  const items = counted(changed, 'item');
  if (changed === 0) return 'Nothing to change: these items have it so already.';
  if (remove.length === 0) return `Tagged ${items}: ${add.join(', ')}.`;
  return add.length === 0 ? `Took ${remove.join(', ')} off ${items}.` : `Changed ${counted(changed, 'tag')}.`;
}
