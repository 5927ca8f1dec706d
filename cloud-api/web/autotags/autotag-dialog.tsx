import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { Dialog } from '@nucleus/shared/ui/parts/dialog.tsx';
import { say } from '@nucleus/shared/ui/toasts/toasts.ts';
import { counted } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { autotagEndpoints } from '@nucleus/shared/wire/autotags';
import { type ReactElement, useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { callCloud } from '../cloud/call-cloud.ts';
import { autotagPath } from '../route.ts';
import { refreshAutotags, useAutotags } from './use-autotags.ts';

interface AutotagDialogProps {
  datasetId: string;
  chosen: number;
  /** Reference ids of the selected items. */
  names: (signal: AbortSignal) => Promise<string[]>;
  onClose: () => void;
}

/** Makes the selected items examples: of a new autotag, or of one that is there, on either side. */
export function AutotagDialog({ datasetId, chosen, names, onClose }: AutotagDialogProps): ReactElement {
  const autotags = useAutotags(datasetId).data ?? [];
  const [target, setTarget] = useState('');
  const [name, setName] = useState('');
  const [isPositive, setPositive] = useState(true);
  const [failure, setFailure] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const known = autotags.find(({ id }) => id === target);
  const isReady = known !== undefined || name.trim() !== '';
  const train = async (): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      const refs = await names(AbortSignal.timeout(60_000));
      const id = known === undefined ? await create(refs) : await refine(known.id, refs);
      await refreshAutotags(datasetId);
      onClose();
      say(`Training ${visibleText(known?.name ?? name.trim())} on ${counted(refs.length, 'example')}.`);
      navigate(autotagPath(datasetId, id));
    } catch (error) {
      setFailure(failureSentence(error));
      setBusy(false);
    }
  };
  const create = async (positives: string[]): Promise<string> =>
    (
      await callCloud(autotagEndpoints.createAutotag, {
        params: { datasetId },
        body: { name: name.trim(), positives },
      })
    ).autotag_id;
  const refine = async (autotagId: string, refs: string[]): Promise<string> => {
    const body = isPositive ? { positives: refs } : { negatives: refs };
    await callCloud(autotagEndpoints.refineAutotag, { params: { autotagId }, body });
    return autotagId;
  };
  return (
    <Dialog title={`Autotag from ${counted(chosen, 'example')}`} size="small" onClose={onClose}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) void train();
        }}
      >
        {autotags.length > 0 && (
          <label className="col g3">
            <span className="sm t2">Autotag</span>
            <select className="inp" value={target} onChange={(event) => setTarget(event.target.value)}>
              <option value="">A new one</option>
              {autotags.map((autotag) => (
                <option key={autotag.id} value={autotag.id}>
                  {visibleText(autotag.name)}
                </option>
              ))}
            </select>
          </label>
        )}
        {known === undefined ? (
          <label className="col g3">
            <span className="sm t2">What these items show</span>
            <span className="inp tall">
              <input
                value={name}
                maxLength={200}
                data-first
                placeholder="wet roads"
                onChange={(event) => setName(event.target.value)}
              />
            </span>
          </label>
        ) : (
          <fieldset className="col g3 choice">
            <legend className="sr">What the examples are</legend>
            <label className="row g5">
              <input type="radio" name="side" checked={isPositive} onChange={() => setPositive(true)} />
              <span>
                <b>Examples</b> <span className="t2">these are what it means</span>
              </span>
            </label>
            <label className="row g5">
              <input type="radio" name="side" checked={!isPositive} onChange={() => setPositive(false)} />
              <span>
                <b>Counter-examples</b> <span className="t2">these are not</span>
              </span>
            </label>
          </fieldset>
        )}
        <p className="sm t3">It learns from vectors or perceptual hashes, and scores every item. No pixel is read.</p>
        {failure !== undefined && (
          <p className="note d" role="alert">
            {failure}
          </p>
        )}
        <button type="submit" className="btn lead" disabled={!isReady || isBusy}>
          Train on {counted(chosen, 'example')}
        </button>
      </form>
    </Dialog>
  );
}
