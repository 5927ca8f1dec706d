import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { say, sayFailure } from '@nucleus/shared/ui/toasts/toasts.ts';
import { counted } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { type SliceView, sliceEditEndpoints } from '@nucleus/shared/wire/slice-edits';
import { sliceEndpoints } from '@nucleus/shared/wire/slices';
import { callCloud } from '../cloud/call-cloud.ts';
import type { Chosen } from '../select/chosen.ts';
import { refreshSlices } from './use-slices.ts';

/** Makes a slice of chosen items and says so; undoing deletes it. @throws CallFailure */
export async function saveSlice(datasetId: string, name: string, chosen: Chosen, live: boolean): Promise<void> {
  const params = { datasetId };
  const { slice_id: sliceId } =
    'query' in chosen
      ? await callCloud(sliceEditEndpoints.createQuerySlice, { params, body: { name, query: chosen.query, live } })
      : await callCloud(sliceEndpoints.createSlice, { params, body: { name, reference_ids: chosen.reference_ids } });
  await refreshSlices(datasetId);
  say(`Saved slice ${visibleText(name)}.`, () => undoing(datasetId, () => deleteSlice(sliceId)));
}

/** Adds chosen items to a slice and says so; named ones can be taken out again. @throws CallFailure */
export async function addToSlice(datasetId: string, slice: SliceView, chosen: Chosen): Promise<void> {
  const params = { sliceId: slice.slice_id };
  const name = visibleText(slice.name);
  if ('query' in chosen) {
    await callCloud(sliceEditEndpoints.fillSlice, { params, body: { query: chosen.query } });
    say(`Adding all results to ${name}.`);
  } else {
    const { reference_ids } = chosen;
    const { new_items: added } = await callCloud(sliceEndpoints.appendToSlice, { params, body: { reference_ids } });
    if (added.length === 0) say(`All of them were in ${name} already.`);
    else {
      say(`Added ${counted(added.length, 'item')} to ${name}.`, () =>
        undoing(datasetId, () =>
          callCloud(sliceEditEndpoints.removeFromSlice, { params, body: { reference_ids: added } }),
        ),
      );
    }
  }
  await refreshSlices(datasetId);
}

export async function deleteSlice(sliceId: string): Promise<void> {
  await callCloud(sliceEndpoints.deleteSlice, { params: { sliceId } });
}

async function undoing(datasetId: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
    say('Undone.');
  } catch (error) {
    sayFailure(failureSentence(error));
  }
  await refreshSlices(datasetId);
}
