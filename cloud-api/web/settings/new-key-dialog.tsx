import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { CommandLine } from '@nucleus/shared/ui/parts/command-line.tsx';
import { Dialog } from '@nucleus/shared/ui/parts/dialog.tsx';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { type KeyScope, keyScopes } from '@nucleus/shared/wire/endpoint';
import { keyEndpoints } from '@nucleus/shared/wire/keys';
import { type ReactElement, useState } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { useDatasets } from '../cloud/lists.ts';
import { useSession } from '../session/use-session.ts';
import { readAddresses, scopeWords } from './key-words.ts';

interface NewKeyDialogProps {
  onMade: (label: string, secret: string) => void;
  onClose: () => void;
}

const lives = [
  { days: 7, name: '7 days' },
  { days: 30, name: '30 days' },
  { days: 90, name: '90 days' },
  { days: 365, name: 'a year' },
  { days: 0, name: 'never' },
] as const;
const firstDays = 90;
const dayMs = 86_400_000;

/** Asks what a new key may do, where it reaches, from where, and until when. */
export function NewKeyDialog({ onMade, onClose }: NewKeyDialogProps): ReactElement {
  const own = useSession().data?.scopes ?? [];
  const datasets = useDatasets().data ?? [];
  const [label, setLabel] = useState('');
  const [scopes, setScopes] = useState<readonly KeyScope[]>(['read']);
  const [days, setDays] = useState<number>(firstDays);
  const [addresses, setAddresses] = useState('');
  const [datasetIds, setDatasetIds] = useState<readonly string[]>([]);
  const [isLimited, setLimited] = useState(false);
  const [isTest, setTest] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const mayGive = (scope: KeyScope): boolean => own.includes(scope) || (scope !== 'agent' && own.includes('admin'));
  const isReady = label.trim() !== '' && scopes.length > 0 && !isBusy;
  const make = async (): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      const body = {
        label: label.trim(),
        scopes: [...scopes],
        kind: isLimited ? ('limited' as const) : ('standard' as const),
        mode: isTest ? ('test' as const) : ('live' as const),
        expires_at_ms: days === 0 ? null : Date.now() + days * dayMs,
        dataset_ids: datasetIds.length === 0 ? null : [...datasetIds],
        addresses: readAddresses(addresses),
      };
      const { secret } = await callCloud(keyEndpoints.createKey, { body });
      onMade(body.label, secret);
      onClose();
    } catch (error) {
      setFailure(failureSentence(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title="New key" size="small" onClose={onClose}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) void make();
        }}
      >
        <label className="col g3">
          <span className="sm t2">What it is for</span>
          <span className="inp tall">
            <input value={label} maxLength={200} data-first onChange={({ target }) => setLabel(target.value)} />
          </span>
        </label>
        <fieldset className="scope-list">
          <legend className="sm t2">It may</legend>
          {keyScopes.filter(mayGive).map((scope) => (
            <label key={scope}>
              <input
                type="checkbox"
                checked={scopes.includes(scope)}
                onChange={({ target }) => setScopes(toggled(scopes, scope, target.checked))}
              />
              <span className="mono sm">{scope}</span>
              <span className="sm t2">{scopeWords[scope]}</span>
            </label>
          ))}
        </fieldset>
        {datasets.length > 0 && (
          <fieldset className="scope-list key-datasets">
            <legend className="sm t2">It reaches {datasetIds.length === 0 ? 'all datasets' : 'only'}</legend>
            {datasets.map((dataset) => (
              <label key={dataset.dataset_id}>
                <input
                  type="checkbox"
                  checked={datasetIds.includes(dataset.dataset_id)}
                  onChange={({ target }) => setDatasetIds(toggled(datasetIds, dataset.dataset_id, target.checked))}
                />
                <span className="sm">{visibleText(dataset.name)}</span>
              </label>
            ))}
          </fieldset>
        )}
        <div className="row wrap">
          <label className="col g3">
            <span className="sm t2">It expires</span>
            <select className="inp" value={days} onChange={({ target }) => setDays(Number(target.value))}>
              {lives.map((life) => (
                <option key={life.days} value={life.days}>
                  {life.days === 0 ? life.name : `in ${life.name}`}
                </option>
              ))}
            </select>
          </label>
          <label className="col g3 grow">
            <span className="sm t2">It works from (any address, if empty)</span>
            <span className="inp">
              <input
                className="mono"
                placeholder="10.0.0.0/8, 203.0.113.7"
                value={addresses}
                onChange={({ target }) => setAddresses(target.value)}
              />
            </span>
          </label>
        </div>
        <div className="col g3">
          <label className="row g2 sm">
            <input type="checkbox" checked={isTest} onChange={({ target }) => setTest(target.checked)} />
            Test key: it sees a world of its own, which is never billed
          </label>
          <label className="row g2 sm">
            <input type="checkbox" checked={isLimited} onChange={({ target }) => setLimited(target.checked)} />
            Limited access key: sent as <code>x-limited-access-key</code>
          </label>
        </div>
        {!mayGive('agent') && (
          <div className="col g3">
            <p className="sm t2">
              Keys of agents are made on the cloud’s own host, because no session speaks for an agent:
            </p>
            <CommandLine command="npx nucleus-cloud keys create --scopes agent" />
          </div>
        )}
        {failure !== undefined && (
          <p className="note d" role="alert">
            {failure}
          </p>
        )}
        <button type="submit" className="btn lead" disabled={!isReady}>
          Make key
        </button>
      </form>
    </Dialog>
  );
}

function toggled<T>(list: readonly T[], value: T, isOn: boolean): T[] {
  const others = list.filter((each) => each !== value);
  return isOn ? [...others, value] : others;
}
