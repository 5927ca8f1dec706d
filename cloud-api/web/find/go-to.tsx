import { spellWord } from '@nucleus/shared/query/completion-context';
import { failureCode, failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { Dialog } from '@nucleus/shared/ui/parts/dialog.tsx';
import { count } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { datasetEndpoints } from '@nucleus/shared/wire/dataset';
import { CornerDownLeft } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';

interface GoToProps {
  datasetId: string;
  /** Items of the shown result. */
  total: number;
  onItem: (referenceId: string) => void;
  /** Goes to a place of the shown result, from 0. */
  onPlace: (place: number) => void;
  onQuery: (query: string) => void;
  onClose: () => void;
}

/** Goes to an item by its reference id, or to a place of the result by its number. */
export function GoTo({ datasetId, total, onItem, onPlace, onQuery, onClose }: GoToProps): ReactElement {
  const [typed, setTyped] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<{ sentence: string; isUnknown: boolean }>();
  const name = typed.trim();
  const place = /^[\d,]+$/.test(name) ? Number(name.replaceAll(',', '')) : undefined;
  const go = async (): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      const { item } = await callCloud(datasetEndpoints.getItemByReference, {
        params: { datasetId, referenceId: name },
      });
      onItem(item.reference_id);
      onClose();
    } catch (error) {
      setBusy(false);
      const isUnknown = failureCode(error) === 'item-not-found';
      if (isUnknown && place !== undefined && place >= 1 && place <= total) {
        onPlace(place - 1);
        onClose();
        return;
      }
      const sentence = isUnknown ? `There is no item ${visibleText(name)} in this dataset.` : failureSentence(error);
      setFailure({ sentence, isUnknown });
    }
  };
  return (
    <Dialog title="Go to item" size="small" onClose={onClose}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          if (name !== '' && !isBusy) void go();
        }}
      >
        <div className="row">
          <span className="inp tall grow">
            <input
              className="mono"
              aria-label="Reference id, or a number"
              placeholder={`Reference id, or a number up to ${count(total)}`}
              value={typed}
              maxLength={1024}
              spellCheck={false}
              data-first
              onChange={({ target }) => {
                setTyped(target.value);
                setFailure(undefined);
              }}
            />
          </span>
          <button type="submit" className="btn lead big" disabled={name === '' || isBusy}>
            <CornerDownLeft className="icon s" aria-hidden="true" />
            Go
          </button>
        </div>
        {failure !== undefined && (
          <div className="note d row wrap" role="alert">
            <span className="grow">{failure.sentence}</span>
            {failure.isUnknown && (
              <button
                type="button"
                className="btn dense"
                onClick={() => {
                  onQuery(`reference_id CONTAINS ${quoted(name)}`);
                  onClose();
                }}
              >
                Find names that contain it
              </button>
            )}
          </div>
        )}
      </form>
    </Dialog>
  );
}

function quoted(text: string): string {
  const word = spellWord(text);
  return word.startsWith('"') ? word : `"${word}"`;
}
