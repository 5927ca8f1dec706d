import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { Dialog } from '@nucleus/shared/ui/parts/dialog.tsx';
import { count, counted } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { type ReactElement, useState } from 'react';
import { addToSlice, saveSlice } from '../slices/save-slice.ts';
import { useSlices } from '../slices/use-slices.ts';
import type { Chosen } from './chosen.ts';

interface SliceDialogProps {
  datasetId: string;
  /** How many items it is about. */
  chosen: number;
  /** Whether they are all results of a query, which a live slice can follow. */
  isQuery: boolean;
  items: (signal: AbortSignal) => Promise<Chosen>;
  onClose: () => void;
}

/** Saves the selected items as a slice, or adds them to one. */
export function SliceDialog({ datasetId, chosen, isQuery, items, onClose }: SliceDialogProps): ReactElement {
  const [name, setName] = useState('');
  const [isLive, setLive] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const slices = useSlices(datasetId).data?.filter((slice) => slice.query === null) ?? [];
  const run = async (act: (chosen: Chosen) => Promise<void>): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      await act(await items(AbortSignal.timeout(60_000)));
      onClose();
    } catch (error) {
      setFailure(failureSentence(error));
      setBusy(false);
    }
  };
  const save = (): Promise<void> => run((chosenItems) => saveSlice(datasetId, name.trim(), chosenItems, isLive));
  return (
    <Dialog title={`Slice of ${counted(chosen, 'item')}`} size="small" onClose={onClose}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') void save();
        }}
      >
        <label className="col g3">
          <span className="sm t2">Name of the new slice</span>
          <span className="inp tall">
            <input value={name} maxLength={200} data-first onChange={(event) => setName(event.target.value)} />
          </span>
        </label>
        {isQuery && (
          <fieldset className="col g3 choice">
            <legend className="sr">What the slice keeps</legend>
            <label className="row g5">
              <input type="radio" name="kind" checked={!isLive} onChange={() => setLive(false)} />
              <span>
                <b>Frozen</b> <span className="t2">keeps these {count(chosen)} items</span>
              </span>
            </label>
            <label className="row g5">
              <input type="radio" name="kind" checked={isLive} onChange={() => setLive(true)} />
              <span>
                <b>Live</b> <span className="t2">keeps the query and follows the data</span>
              </span>
            </label>
          </fieldset>
        )}
        {failure !== undefined && (
          <p className="note d" role="alert">
            {failure}
          </p>
        )}
        <button type="submit" className="btn lead" disabled={name.trim() === '' || isBusy}>
          Save slice
        </button>
        {slices.length > 0 && (
          <>
            <h3 className="sm t2">Or add to one that is there</h3>
            <ul className="tag-list" aria-label="Slices">
              {slices.map((slice) => (
                <li key={slice.slice_id} className="row">
                  <button
                    type="button"
                    className="chip"
                    disabled={isBusy}
                    onClick={() => void run((chosenItems) => addToSlice(datasetId, slice, chosenItems))}
                  >
                    {visibleText(slice.name)}
                  </button>
                  <span className="sm t3 end">{slice.length === null ? '' : counted(slice.length, 'item')}</span>
                </li>
              ))}
            </ul>
          </>
        )}
      </form>
    </Dialog>
  );
}
