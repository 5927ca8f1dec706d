import { bytes, count, counted } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { fillPath } from '@nucleus/shared/wire/endpoint';
import { type CsvSummary, resumableEndpoints } from '@nucleus/shared/wire/resumable';
import { Download, List, Loader } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import type { CsvStand } from './use-csv.ts';

interface CsvCardProps {
  stand: CsvStand;
  /** What to do before there is a file. */
  invitation: ReactNode;
  onImport: () => void;
  onForget: () => void;
}

const titles: Partial<Record<CsvStand['step'], string>> = { none: 'From a CSV', imported: 'CSV import' };

/** A list of addresses: what importing it would do, then what it did. */
export function CsvCard({ stand, invitation, onImport, onForget }: CsvCardProps): ReactElement {
  return (
    <section className="card" aria-label="CSV of addresses">
      <header>
        <List className="icon" aria-hidden="true" />
        <h2>{titles[stand.step] ?? 'CSV dry run'}</h2>
        {stand.step !== 'none' && (
          <button type="button" className="btn ghost dense end" onClick={onForget}>
            Close
          </button>
        )}
      </header>
      <div className="in col g5">
        <Body stand={stand} invitation={invitation} onImport={onImport} />
      </div>
    </section>
  );
}

function Body({ stand, invitation, onImport }: Omit<CsvCardProps, 'onForget'>): ReactElement {
  switch (stand.step) {
    case 'none':
      return <>{invitation}</>;
    case 'sending':
      return <Running words={`Uploading ${visibleText(stand.name)}`} share={stand.share} />;
    case 'checking':
      return <Running words={`Checking ${visibleText(stand.name)}`} share={undefined} />;
    case 'importing':
      return (
        <Running
          words={`Importing ${visibleText(stand.name)}: ${count(stand.done)} of ${counted(stand.total, 'row')}`}
          share={stand.total === 0 ? 0 : stand.done / stand.total}
        />
      );
    case 'failed':
      return (
        <p className="note d" role="alert">
          {stand.sentence}
        </p>
      );
    default:
      return <Result stand={stand} onImport={onImport} />;
  }
}

function Running({ words, share }: { words: string; share: number | undefined }): ReactElement {
  return (
    <div className="col g2" role="status">
      <span className="row sm">
        {share === undefined && <Loader className="icon s" aria-hidden="true" />}
        {words}
      </span>
      {share !== undefined && (
        <span className="bar upload-bar">
          <b style={{ width: `${share * 100}%` }} />
        </span>
      )}
    </div>
  );
}

function Result({
  stand,
  onImport,
}: {
  stand: Extract<CsvStand, { step: 'checked' | 'imported' }>;
  onImport: () => void;
}): ReactElement {
  const { summary } = stand;
  const isDone = stand.step === 'imported';
  const metadata = summary.columns.filter(({ type }) => type === 'number' || type === 'text').length;
  const subject = summary.columns.find(({ type }) => type === 'address' || type === 'content');
  const report = fillPath(resumableEndpoints.downloadCsvReport.path, { uploadId: stand.uploadId });
  return (
    <>
      <div className="row sm">
        <span className="mono cut">{visibleText(stand.name)}</span>
        <span className="end t2 nowrap">
          {counted(summary.rows, 'row')}, {bytes(stand.bytes)}
        </span>
      </div>
      <Shares summary={summary} />
      <dl className="kv">
        <dt>{isDone ? 'Created' : 'Would create'}</dt>
        <dd>{count(summary.created)}</dd>
        <dt>Already there</dt>
        <dd>{summary.already_there === 0 ? '0' : `${count(summary.already_there)}, skipped`}</dd>
        <dt>{isDone ? 'Failed' : 'Would fail'}</dt>
        <dd className={summary.failed > 0 ? 'c-d' : ''}>{count(summary.failed)}</dd>
        <dt>Columns</dt>
        <dd>
          <code>{subject?.name ?? 'attachment_url'}</code> and {counted(metadata, 'metadata field')}
        </dd>
      </dl>
      {summary.problems.length > 0 && (
        <div className="tscroll csv-problems">
          <table>
            <thead>
              <tr>
                <th>Row</th>
                <th>Problem</th>
              </tr>
            </thead>
            <tbody>
              {summary.problems.map(({ row, code, error }) => (
                <tr key={row}>
                  <td>{count(row)}</td>
                  <td>
                    <span className="mono xs">{code}</span>
                    <br />
                    <span className="t2">{visibleText(error)}</span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div className="row">
        {!isDone && (
          <button type="button" className="btn lead grow" disabled={summary.created === 0} onClick={onImport}>
            Import {counted(summary.created, 'row')}
          </button>
        )}
        <a className="btn" href={`${report}?run=${summary.run}`} download>
          <Download className="icon s" aria-hidden="true" />
          Report
        </a>
      </div>
    </>
  );
}

function Shares({ summary }: { summary: CsvSummary }): ReactElement {
  const all = Math.max(1, summary.rows);
  const parts = [
    { words: 'created', value: summary.created, tone: 'in' },
    { words: 'already there', value: summary.already_there, tone: 'w' },
    { words: 'failed', value: summary.failed, tone: 'd' },
  ];
  return (
    <div
      className="bar upload-bar csv-shares"
      role="img"
      aria-label={parts.map(({ words, value }) => `${count(value)} ${words}`).join(', ')}
    >
      {parts
        .filter(({ value }) => value > 0)
        .map(({ words, value, tone }) => (
          <b key={words} className={tone} style={{ width: `${(value / all) * 100}%` }} />
        ))}
    </div>
  );
}
