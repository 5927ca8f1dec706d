import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { LevelMark } from '@nucleus/shared/ui/parts/level-mark.tsx';
import { count } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { insightEndpoints } from '@nucleus/shared/wire/insights';
import { useQueries } from '@tanstack/react-query';
import { CloudOff, Download, Shield } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { useDatasets } from '../cloud/lists.ts';
import { HeldFields } from './held-fields.tsx';
import { saveReport } from './save-report.ts';
import { type Holding, whatCloudHolds } from './what-cloud-holds.ts';

/** What the cloud holds of pictures that never came to it, dataset by dataset. */
export function PrivacyPage(): ReactElement {
  const datasets = useDatasets();
  const [chosen, setChosen] = useState<string>();
  const guarded = (datasets.data ?? []).filter((dataset) => dataset.privacy_mode);
  const fields = useQueries({
    queries: guarded.map((dataset) => ({
      queryKey: ['held', dataset.dataset_id, dataset.length],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        callCloud(insightEndpoints.listFields, { params: { datasetId: dataset.dataset_id }, body: {}, signal }),
    })),
  });
  useEffect(() => {
    document.title = 'Privacy report · Nucleus';
  }, []);
  const failure = datasets.data === undefined ? datasets.error : fields.find((each) => each.error !== null)?.error;
  if (failure != null) {
    return (
      <EmptyState icon={CloudOff} title="The report did not load">
        <p>{failureSentence(failure)}</p>
      </EmptyState>
    );
  }
  if (datasets.data === undefined) return <div className="page" aria-busy="true" />;
  if (guarded.length === 0) {
    return (
      <EmptyState icon={Shield} title="No privacy-mode dataset yet">
        <p>Once an agent fills a dataset, this page says which bits of each picture the cloud holds, field by field.</p>
      </EmptyState>
    );
  }
  const holdings = guarded.flatMap((dataset, at) => {
    const found = fields[at]?.data;
    return found === undefined ? [] : [whatCloudHolds(dataset, found.fields, found.with_hash)];
  });
  const shown = holdings.find((holding) => holding.datasetId === chosen) ?? holdings[0];
  return (
    <div className="page">
      <div className="phead">
        <div className="grow">
          <h1>Privacy report</h1>
          <p>
            What the cloud holds, counted from the stored records. The agent’s ledger holds every byte that it was sent.
          </p>
        </div>
        <button type="button" className="btn" onClick={() => saveReport(holdings, new Date())}>
          <Download className="icon s" aria-hidden="true" />
          Report for an auditor
        </button>
      </div>
      <ul className="cards">
        {holdings.map((holding) => (
          <li key={holding.datasetId}>
            <HoldingCard holding={holding} isShown={holding === shown} onShow={() => setChosen(holding.datasetId)} />
          </li>
        ))}
      </ul>
      {shown !== undefined && <HeldFields holding={shown} />}
    </div>
  );
}

function HoldingCard(props: { holding: Holding; isShown: boolean; onShow: () => void }): ReactElement {
  const { holding } = props;
  const share = Math.min(1, holding.usedBits / Math.max(1, holding.budgetBits));
  return (
    <button
      type="button"
      className={`card holding${props.isShown ? ' cur' : ''}`}
      aria-pressed={props.isShown}
      onClick={props.onShow}
    >
      <span className="row">
        <b className="cut">{visibleText(holding.name)}</b>
        {holding.level !== undefined && (
          <span className="end">
            <LevelMark level={holding.level} />
          </span>
        )}
      </span>
      <span>
        <b className="big">{count(holding.usedBits)}</b>{' '}
        <span className="t2">
          bits of each picture{holding.budgetBits > 0 && `, of ${count(holding.budgetBits)} allowed`}
        </span>
      </span>
      <span className="bar" aria-hidden="true">
        <b className="held" style={{ width: `${share * 100}%` }} />
      </span>
      <span className="sm t2">
        {count(holding.items)} items
        {holding.usedBits === 0 && ', nothing made from pixels'}
      </span>
    </button>
  );
}
