import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { CopyButton } from '@nucleus/shared/ui/parts/copy-button.tsx';
import { Dialog } from '@nucleus/shared/ui/parts/dialog.tsx';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { say, sayFailure } from '@nucleus/shared/ui/toasts/toasts.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { type IntegrationView, integrationEndpoints } from '@nucleus/shared/wire/integrations';
import { useQuery } from '@tanstack/react-query';
import { Boxes, Plus } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { queries } from '../cloud/queries.ts';
import { IntegrationCard } from './integration-card.tsx';
import { startOf } from './integration-words.ts';
import { NewIntegrationDialog } from './new-integration-dialog.tsx';
import { NotListed } from './not-listed.tsx';

const integrationsKey = ['integrations'] as const;

/** Ways into the team's own stores, and the addresses that our requests come from. */
export function IntegrationsPart(): ReactElement {
  const [isAdding, setAdding] = useState(false);
  const [ending, setEnding] = useState<IntegrationView>();
  const listed = useQuery({
    queryKey: integrationsKey,
    queryFn: ({ signal }) => callCloud(integrationEndpoints.listIntegrations, { signal }),
  });
  const refresh = (): void => void queries.invalidateQueries({ queryKey: integrationsKey });
  if (listed.data === undefined) {
    return listed.isError ? (
      <NotListed
        forAdmins="Integrations are for admins"
        didNotLoad="The integrations did not load"
        icon={Boxes}
        can="see and add storage"
        error={listed.error}
      />
    ) : (
      <div className="page" aria-busy="true" />
    );
  }
  const { integrations, external_id } = listed.data;
  return (
    <div className="page">
      <div className="phead">
        <div className="grow">
          <h1>Integrations</h1>
          <p>
            Credentials for storage outside. Encrypted at rest, tested on save, never shown again, never used for
            privacy-mode datasets.
          </p>
        </div>
        <button type="button" className="btn lead" onClick={() => setAdding(true)}>
          <Plus className="icon s" aria-hidden="true" />
          Add storage
        </button>
      </div>
      {integrations.length === 0 ? (
        <EmptyState icon={Boxes} title="No storage yet">
          <p>
            With one, items and tasks may name <code>s3://</code>, <code>gs://</code> and Azure addresses that are not
            public.
          </p>
        </EmptyState>
      ) : (
        <div className="integration-cards">
          {integrations.map((item) => (
            <IntegrationCard key={item.id} item={item} onChanged={refresh} onDelete={() => setEnding(item)} />
          ))}
        </div>
      )}
      <Network />
      {isAdding && (
        <NewIntegrationDialog
          externalId={external_id}
          onMade={({ name, check }) => {
            say(`${visibleText(name)} is kept. ${check.message}`);
            refresh();
          }}
          onClose={() => setAdding(false)}
        />
      )}
      {ending !== undefined && <DeleteDialog item={ending} onDeleted={refresh} onClose={() => setEnding(undefined)} />}
    </div>
  );
}

function Network(): ReactElement | null {
  const { data } = useQuery({
    queryKey: ['ip-ranges'],
    queryFn: ({ signal }) => callCloud(integrationEndpoints.getIpRanges, { signal }),
  });
  if (data === undefined) return null;
  return (
    <section className="col g3" aria-label="Network">
      <h2>Network</h2>
      <p className="sm t2">{data.note}</p>
      {data.ranges.map((range) => (
        <span key={range} className="row g2">
          <code>{range}</code>
          <CopyButton text={range} name={`Copy ${range}`} />
        </span>
      ))}
    </section>
  );
}

function DeleteDialog(props: { item: IntegrationView; onDeleted: () => void; onClose: () => void }): ReactElement {
  const { item } = props;
  const name = visibleText(item.name);
  const remove = async (): Promise<void> => {
    try {
      await callCloud(integrationEndpoints.deleteIntegration, { params: { integrationId: item.id } });
      say(`${name} and its credentials are forgotten.`);
      props.onDeleted();
    } catch (error) {
      sayFailure(failureSentence(error));
    }
    props.onClose();
  };
  return (
    <Dialog title={`Delete ${name}?`} size="small" onClose={props.onClose}>
      <div className="dialog-body">
        <p>
          Its credentials are forgotten, and addresses below <code className="brk">{startOf(item)}</code> are no longer
          fetched with them. What was stored stays. This cannot be undone.
        </p>
        <div className="row">
          <button type="button" className="btn danger" data-first onClick={() => void remove()}>
            Delete integration
          </button>
          <button type="button" className="btn ghost" onClick={props.onClose}>
            Keep it
          </button>
        </div>
      </div>
    </Dialog>
  );
}
