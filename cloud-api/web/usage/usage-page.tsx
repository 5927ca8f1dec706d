import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { count, counted, moment, shortHash } from '@nucleus/shared/ui/words/quantities.ts';
import { usageEndpoints } from '@nucleus/shared/wire/usage';
import { useInfiniteQuery } from '@tanstack/react-query';
import { CloudOff, Download, Receipt } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { PageLink } from '../frame/page-link.tsx';

const perPage = 100;

/** The ledger that bills are made from: every completed task once, with the hashes of what it was about. */
export function UsagePage(): ReactElement {
  const [month, setMonth] = useState(() => new Date().toISOString().slice(0, 7));
  const span = spanOf(month);
  const usage = useInfiniteQuery({
    queryKey: ['usage', month],
    queryFn: ({ signal, pageParam }) =>
      callCloud(usageEndpoints.listUsage, { query: { ...span, after: pageParam, limit: perPage }, signal }),
    initialPageParam: 0,
    getNextPageParam: (last) => last.next_after ?? undefined,
  });
  useEffect(() => {
    document.title = 'Usage · Nucleus';
  }, []);
  const rows = usage.data?.pages.flatMap((page) => page.rows);
  const csv = new URLSearchParams(Object.entries(span));
  return (
    <div className="page">
      <div className="phead">
        <div className="grow">
          <h1>Usage</h1>
          <p>
            One row a completed task, never changed and never removed: each carries the hash of the row before. Tasks in
            error are not here.
          </p>
        </div>
        <label className="row g2 sm">
          <span className="t2">Month (UTC)</span>
          <input className="inp" type="month" value={month} onChange={({ target }) => setMonth(target.value)} />
        </label>
        <a className="btn" href={`/v1/usage/csv?${csv}`} download>
          <Download className="icon" aria-hidden="true" />
          CSV
        </a>
      </div>
      {rows === undefined ? (
        usage.isError ? (
          <EmptyState icon={CloudOff} title="The ledger did not load">
            <p>{failureSentence(usage.error)}</p>
          </EmptyState>
        ) : (
          <div aria-busy="true" />
        )
      ) : rows.length === 0 ? (
        <EmptyState icon={Receipt} title="Nothing was billed in this month">
          <p>
            A task is billed when <code>POST /v1/task/ID/complete</code> completes it.
          </p>
        </EmptyState>
      ) : (
        <section className="card" aria-label="Usage">
          <header>
            <h2>{counted(usage.data?.pages[0]?.total_units ?? 0, 'unit')}</h2>
          </header>
          <div className="tscroll">
            <table>
              <thead>
                <tr>
                  <th className="num">No.</th>
                  <th>Completed</th>
                  <th>Task</th>
                  <th>Project</th>
                  <th>By</th>
                  <th>Attachments, SHA-256</th>
                  <th>Hash of the row</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.n}>
                    <td className="num">{count(row.n)}</td>
                    <td className="nowrap t2">{moment(row.at)}</td>
                    <td className="mono xs">
                      <PageLink to={`/tasks?task=${row.task_id}`}>{row.task_id}</PageLink>
                    </td>
                    <td>{row.project ?? <span className="t3">none</span>}</td>
                    <td className="mono xs">{row.actor}</td>
                    <td className="mono xs" title={row.attachments.map(({ sha256 }) => sha256).join('\n')}>
                      {row.attachments.length === 0 ? 'none' : shortHash(row.attachments[0]?.sha256 ?? '')}
                      {row.attachments.length > 1 && ` and ${row.attachments.length - 1} more`}
                    </td>
                    <td className="mono xs" title={row.hash}>
                      {shortHash(row.hash)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {usage.hasNextPage && (
            <div className="in">
              <button type="button" className="btn" onClick={() => void usage.fetchNextPage()}>
                Show more
              </button>
            </div>
          )}
        </section>
      )}
    </div>
  );
}

/** First moment of a month and of the next; the whole ledger when no month is chosen. */
function spanOf(month: string): Record<string, string> {
  const [year, number] = month.split('-').map(Number);
  if (year === undefined || number === undefined || Number.isNaN(year * number)) return {};
  const at = (months: number) => new Date(Date.UTC(year, number - 1 + months, 1)).toISOString();
  return { from: at(0), to: at(1) };
}
