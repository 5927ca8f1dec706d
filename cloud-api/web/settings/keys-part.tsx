import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { Dialog } from '@nucleus/shared/ui/parts/dialog.tsx';
import { say, sayFailure } from '@nucleus/shared/ui/toasts/toasts.ts';
import { counted } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { type KeyView, keyEndpoints } from '@nucleus/shared/wire/keys';
import { useQuery } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { useDatasets } from '../cloud/lists.ts';
import { queries } from '../cloud/queries.ts';
import { KeyRow } from './key-row.tsx';
import { endOf } from './key-words.ts';
import { NewKeyDialog } from './new-key-dialog.tsx';
import { NewSecret } from './new-secret.tsx';
import { NotListed } from './not-listed.tsx';

const keysKey = ['keys'] as const;

/** The tenant's API keys: which there are, a new one, and the end of one. */
export function KeysPart(): ReactElement {
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<{ label: string; secret: string }>();
  const [ending, setEnding] = useState<KeyView>();
  const [showsEnded, setShowsEnded] = useState(false);
  const keys = useQuery({
    queryKey: keysKey,
    queryFn: async ({ signal }) => (await callCloud(keyEndpoints.listKeys, { signal })).keys,
  });
  const names = new Map(useDatasets().data?.map((dataset) => [dataset.dataset_id, dataset.name]));
  const refresh = (): void => void queries.invalidateQueries({ queryKey: keysKey });
  if (keys.data === undefined) {
    return keys.isError ? (
      <NotListed
        forAdmins="Keys are for admins"
        didNotLoad="The keys did not load"
        icon={KeyRound}
        can="see and make keys"
        error={keys.error}
      />
    ) : (
      <div className="page" aria-busy="true" />
    );
  }
  const nowMs = Date.now();
  const ended = keys.data.filter((key) => endOf(key, nowMs).isEnded);
  const shown = keys.data.filter((key) => showsEnded || !ended.includes(key)).toReversed();
  return (
    <div className="page">
      <div className="phead">
        <div className="grow">
          <h1>API keys</h1>
          <p>Shown once, stored as a hash. Give each script its own key with the fewest scopes.</p>
        </div>
        <button type="button" className="btn lead" onClick={() => setMaking(true)}>
          <Plus className="icon s" aria-hidden="true" />
          New key
        </button>
      </div>
      {made !== undefined && <NewSecret {...made} onDone={() => setMade(undefined)} />}
      <section className="card" aria-label="Keys">
        <div className="tscroll">
          <table>
            <thead>
              <tr>
                <th>Key</th>
                <th>Scopes</th>
                <th>Reaches</th>
                <th>From</th>
                <th>Last used</th>
                <th>Expires</th>
                <th>
                  <span className="sr">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((key) => (
                <KeyRow key={key.key_id} item={key} names={names} nowMs={nowMs} onRevoke={() => setEnding(key)} />
              ))}
            </tbody>
          </table>
        </div>
        {ended.length > 0 && (
          <div className="in">
            <button type="button" className="btn ghost dense" onClick={() => setShowsEnded(!showsEnded)}>
              {showsEnded ? 'Hide' : 'Show'} {counted(ended.length, 'ended key')}
            </button>
          </div>
        )}
      </section>
      {isMaking && (
        <NewKeyDialog
          onMade={(label, secret) => {
            setMade({ label, secret });
            refresh();
          }}
          onClose={() => setMaking(false)}
        />
      )}
      {ending !== undefined && <RevokeDialog item={ending} onRevoked={refresh} onClose={() => setEnding(undefined)} />}
    </div>
  );
}

function RevokeDialog(props: { item: KeyView; onRevoked: () => void; onClose: () => void }): ReactElement {
  const { item } = props;
  const name = visibleText(item.label || item.key_id);
  const revoke = async (): Promise<void> => {
    try {
      await callCloud(keyEndpoints.revokeKey, { params: { keyId: item.key_id } });
      say(`Revoked ${name}.`);
      props.onRevoked();
    } catch (error) {
      sayFailure(failureSentence(error));
    }
    props.onClose();
  };
  return (
    <Dialog title={`Revoke ${name}?`} size="small" onClose={props.onClose}>
      <div className="dialog-body">
        <p>
          It ends at once, and so do the dashboard sessions that it opened.{' '}
          {item.agent_id !== null && 'The agent that uses it can send nothing more until it has another key. '}
          This cannot be undone.
        </p>
        <div className="row">
          <button type="button" className="btn danger" data-first onClick={() => void revoke()}>
            Revoke key
          </button>
          <button type="button" className="btn ghost" onClick={props.onClose}>
            Keep it
          </button>
        </div>
      </div>
    </Dialog>
  );
}
