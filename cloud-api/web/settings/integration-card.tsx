import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { say, sayFailure } from '@nucleus/shared/ui/toasts/toasts.ts';
import { moment } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { type IntegrationView, integrationEndpoints } from '@nucleus/shared/wire/integrations';
import { Boxes } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { nameOfWay, startOf, verdicts } from './integration-words.ts';

interface IntegrationCardProps {
  item: IntegrationView;
  onChanged: () => void;
  onDelete: () => void;
}

/** One way into a store: what it opens, and what its last test found. Its credentials are never shown again. */
export function IntegrationCard({ item, onChanged, onDelete }: IntegrationCardProps): ReactElement {
  const [isTesting, setTesting] = useState(false);
  const name = visibleText(item.name);
  const test = async (): Promise<void> => {
    setTesting(true);
    try {
      const params = { integrationId: item.id };
      const { check } = await callCloud(integrationEndpoints.testIntegration, { params, body: {} });
      say(`${name}: ${check.message}`);
    } catch (error) {
      sayFailure(failureSentence(error));
    }
    setTesting(false);
    onChanged();
  };
  return (
    <section className="card" aria-label={`Integration ${name}`}>
      <header>
        <Boxes className="icon" aria-hidden="true" />
        <b className="brk">{name}</b>
        <span className={`pill end ${verdicts[item.check.code].tone}`}>{verdicts[item.check.code].word}</span>
      </header>
      <div className="in col g3">
        <span>{nameOfWay(item)}</span>
        <span className="mono xs t2 brk">{startOf(item)}</span>
        {item.role_arn !== undefined && <span className="mono xs t2 brk">{item.role_arn}</span>}
        {item.endpoint !== undefined && <span className="mono xs t2 brk">{item.endpoint}</span>}
        <p className="sm t2">
          {item.check.message} <span className="t3">Tested {moment(item.check.at_ms)}.</span>
        </p>
        <div className="row g2">
          <button type="button" className="btn" disabled={isTesting} onClick={() => void test()}>
            {isTesting ? 'Testing' : 'Test'}
          </button>
          <button type="button" className="btn ghost" onClick={onDelete}>
            Delete
          </button>
        </div>
      </div>
    </section>
  );
}
