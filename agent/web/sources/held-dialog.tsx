import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { Dialog } from '@nucleus/shared/ui/parts/dialog.tsx';
import { count, counted, moment } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { localEndpoints } from '@nucleus/shared/wire/local';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { queries } from '../session/queries.ts';
import { callAgent } from '../session/viewer-session.ts';

const mostShown = 500;

/** The deletions of a source that wait for a person: looked at first, then typed to be confirmed. */
export function HeldDialog({ source, onClose }: { source: string; onClose: () => void }): ReactElement {
  const held = useQuery({
    queryKey: ['held', source],
    queryFn: ({ signal }) =>
      callAgent(localEndpoints.pageHeldDeletions, { body: { source, offset: 0, limit: mostShown }, signal }),
  });
  const [typed, setTyped] = useState('');
  const confirm = useMutation({
    mutationFn: (expected: number) => callAgent(localEndpoints.confirmHeldDeletions, { body: { source, expected } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['overview'] });
      onClose();
    },
    onError: () => queries.invalidateQueries({ queryKey: ['held', source] }),
  });
  const total = held.data?.total ?? 0;
  return (
    <Dialog title={`Held deletions of ${source}`} size="small" onClose={onClose}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          confirm.mutate(total);
        }}
      >
        <p className="sm t2">
          These files are gone from the folder. Nothing was removed from the cloud. If a mount is missing or something
          was moved by mistake, close this and mend it: files that return are let go by themselves.
        </p>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard */}
        <section className="held-list mono xs" tabIndex={0} aria-label="Files that are gone">
          {held.data?.held.map((row) => (
            <div key={row.reference_id} title={`held since ${moment(row.since)}`}>
              {visibleText(row.path)}
            </div>
          ))}
          {total > mostShown && <div className="t3">and {count(total - mostShown)} more</div>}
        </section>
        {(confirm.isError || held.isError) && (
          <p className="note d" role="alert">
            {failureSentence(confirm.error ?? held.error)}
          </p>
        )}
        <label className="col g2 sm">
          Type {total} to delete {total === 1 ? 'its record' : 'their records'}; labels are kept for 30 days.
          <span className="inp tall">
            <input
              inputMode="numeric"
              autoComplete="off"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          </span>
        </label>
        <div className="row">
          <button type="button" className="btn end" onClick={onClose}>
            Keep holding
          </button>
          <button
            type="submit"
            className="btn danger solid"
            disabled={total === 0 || typed.trim() !== String(total) || confirm.isPending}
          >
            Delete {counted(total, 'record')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
