import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { CopyButton } from '@nucleus/shared/ui/parts/copy-button.tsx';
import { Dialog } from '@nucleus/shared/ui/parts/dialog.tsx';
import { type IntegrationView, integrationEndpoints } from '@nucleus/shared/wire/integrations';
import { type ReactElement, useId, useState } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { type Field, readForm, type WayIn, waysIn } from './integration-words.ts';

interface NewIntegrationDialogProps {
  /** What roles of this team's account must ask for. */
  externalId: string;
  onMade: (view: IntegrationView) => void;
  onClose: () => void;
}

/** Asks for a store and the credentials for it; they are tested there, and kept only if they may work. */
export function NewIntegrationDialog({ externalId, onMade, onClose }: NewIntegrationDialogProps): ReactElement {
  const [way, setWay] = useState<WayIn>('s3-role');
  const [given, setGiven] = useState<Readonly<Record<string, string>>>({});
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const input = (field: Field, isFirst = false): ReactElement => (
    <FieldInput
      key={field.name}
      field={field}
      isFirst={isFirst}
      value={given[field.name] ?? ''}
      onValue={(value) => setGiven((before) => ({ ...before, [field.name]: value }))}
    />
  );
  const save = async (): Promise<void> => {
    const body = readForm(way, given);
    if (typeof body === 'string') {
      setFailure(body);
      return;
    }
    setBusy(true);
    setFailure(undefined);
    try {
      onMade(await callCloud(integrationEndpoints.createIntegration, { body }));
      onClose();
    } catch (error) {
      setFailure(failureSentence(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title="Add storage" size="small" onClose={onClose}>
      <form
        className="dialog-body"
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy) void save();
        }}
      >
        <label className="col g3">
          <span className="sm t2">Kind of store</span>
          <select
            className="inp tall"
            value={way}
            onChange={({ target }) => {
              setFailure(undefined);
              setWay(target.value as WayIn);
            }}
          >
            {Object.entries(waysIn).map(([each, { name }]) => (
              <option key={each} value={each}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {input({ name: 'name', label: 'Name' }, true)}
        {waysIn[way].fields.map((field) => input(field))}
        {way === 's3-role' && (
          <div className="note col g2">
            <span className="sm">The trust policy of the role must ask for this external id:</span>
            <span className="row g2">
              <code className="brk">{externalId}</code>
              <CopyButton text={externalId} name="Copy external id" />
            </span>
          </div>
        )}
        {input({
          name: 'test_address',
          label: 'Object to test with',
          hint: 'the address of one that is there; without it reading is not proven',
          isOptional: true,
        })}
        {failure !== undefined && (
          <p className="note d" role="alert">
            {failure}
          </p>
        )}
        <button type="submit" className="btn lead" disabled={isBusy}>
          {isBusy ? 'Testing' : 'Test and save'}
        </button>
      </form>
    </Dialog>
  );
}

interface FieldInputProps {
  field: Field;
  value: string;
  isFirst: boolean;
  onValue: (value: string) => void;
}

function FieldInput({ field, value, isFirst, onValue }: FieldInputProps): ReactElement {
  const first = isFirst ? { 'data-first': true } : {};
  const id = useId();
  return (
    <div className="col g3">
      <label className="sm t2" htmlFor={id}>
        {field.label}
        {field.isOptional === true && <span className="t3"> (optional)</span>}
        {field.hint !== undefined && <span className="xs t3 field-hint">{field.hint}</span>}
      </label>
      {field.isLong === true ? (
        <textarea
          id={id}
          className="inp mono long-input"
          rows={5}
          spellCheck={false}
          value={value}
          onChange={({ target }) => onValue(target.value)}
        />
      ) : (
        <span className="inp tall">
          <input
            id={id}
            type={field.isSecret === true ? 'password' : 'text'}
            autoComplete={field.isSecret === true ? 'new-password' : 'off'}
            spellCheck={false}
            value={value}
            onChange={({ target }) => onValue(target.value)}
            {...first}
          />
        </span>
      )}
    </div>
  );
}
