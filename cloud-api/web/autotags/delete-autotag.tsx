import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { Dialog } from '@nucleus/shared/ui/parts/dialog.tsx';
import { say, sayFailure } from '@nucleus/shared/ui/toasts/toasts.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { type Autotag, autotagEndpoints } from '@nucleus/shared/wire/autotags';
import type { ReactElement } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { refreshAutotags } from './use-autotags.ts';

interface DeleteAutotagProps {
  datasetId: string;
  autotag: Autotag;
  onClose: () => void;
  onDeleted?: () => void;
}

/** Asks before an autotag goes with its examples and scores. */
export function DeleteAutotag({ datasetId, autotag, onClose, onDeleted }: DeleteAutotagProps): ReactElement {
  const name = visibleText(autotag.name);
  const remove = async (): Promise<void> => {
    onClose();
    try {
      await callCloud(autotagEndpoints.deleteAutotag, { params: { autotagId: autotag.id } });
      say(`Deleted autotag ${name}.`);
      onDeleted?.();
    } catch (error) {
      sayFailure(failureSentence(error));
    }
    await refreshAutotags(datasetId);
  };
  return (
    <Dialog title={`Delete ${name}?`} size="small" onClose={onClose}>
      <div className="dialog-body">
        <p>Its examples and scores go with it. The items stay, and queries that name it are refused from then on.</p>
        <div className="row">
          <button type="button" className="btn danger" onClick={() => void remove()}>
            Delete autotag
          </button>
          <button type="button" className="btn" onClick={onClose}>
            Keep it
          </button>
        </div>
      </div>
    </Dialog>
  );
}
