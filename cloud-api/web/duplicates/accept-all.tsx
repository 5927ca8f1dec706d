import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { Dialog } from '@nucleus/shared/ui/parts/dialog.tsx';
import { say } from '@nucleus/shared/ui/toasts/toasts.ts';
import { count, counted } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { DuplicateGroup } from '@nucleus/shared/wire/insights';
import { type ReactElement, useEffect, useState } from 'react';
import { carryOut, joinDecisions, keepOne } from './decide.ts';
import { suggestKeep } from './suggest-keep.ts';
import { allGroups } from './use-groups.ts';

interface AcceptAllProps {
  datasetId: string;
  threshold: number;
  decided: string;
  onClose: () => void;
}

const mostPreviewed = 8;

/** Says what accepting every suggestion would do, before it does it. */
export function AcceptAll({ datasetId, threshold, decided, onClose }: AcceptAllProps): ReactElement {
  const [groups, setGroups] = useState<DuplicateGroup[]>();
  const [progress, setProgress] = useState('');
  const [failure, setFailure] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    const ending = new AbortController();
    allGroups(datasetId, threshold, decided, ending.signal, (loaded, total) =>
      setProgress(`${count(loaded)} of ${counted(total, 'group')}`),
    ).then(setGroups, (error: unknown) => {
      if (!ending.signal.aborted) setFailure(failureSentence(error));
    });
    return () => ending.abort();
  }, [datasetId, threshold, decided]);
  const decision = joinDecisions((groups ?? []).map(({ tiles }) => keepOne(tiles, suggestKeep(tiles).keep)));
  const accept = async (): Promise<void> => {
    setBusy(true);
    try {
      const undo = await carryOut(datasetId, decision);
      say(`${counted(decision.keep.length, 'item')} kept, ${count(decision.archive.length)} archived.`, undo);
      onClose();
    } catch (error) {
      setFailure(failureSentence(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title="Accept all suggestions?" size="small" onClose={onClose}>
      <div className="dialog-body">
        {groups === undefined && failure === undefined && (
          <p className="t2" role="status">
            Reading the groups… {progress}
          </p>
        )}
        {failure !== undefined && (
          <p className="note d" role="alert">
            {failure}
          </p>
        )}
        {groups !== undefined && (
          <>
            <p>
              Of {counted(groups.length, 'group')}, {counted(decision.keep.length, 'item')} would be tagged “keep” and{' '}
              <b>{count(decision.archive.length)}</b> “archived”. Nothing is deleted, here or on the agent’s disk, and
              you can undo this for 10 minutes.
            </p>
            <ul className="code" aria-label="Some of what would be archived">
              {decision.archive.slice(0, mostPreviewed).map((name) => (
                <li key={name}>{visibleText(name)}</li>
              ))}
              {decision.archive.length > mostPreviewed && (
                <li>and {count(decision.archive.length - mostPreviewed)} more</li>
              )}
            </ul>
            <div className="row">
              <button type="button" className="btn lead" disabled={isBusy} onClick={() => void accept()}>
                Archive {count(decision.archive.length)}
              </button>
              <button type="button" className="btn" onClick={onClose}>
                Cancel
              </button>
            </div>
          </>
        )}
      </div>
    </Dialog>
  );
}
