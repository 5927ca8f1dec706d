import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { bytes, counted } from '@nucleus/shared/ui/words/quantities.ts';
import { cutMiddle, visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { localEndpoints } from '@nucleus/shared/wire/local';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { CircleCheck, CloudOff, RotateCw } from 'lucide-react';
import { type ReactElement, useEffect, useRef } from 'react';
import { filePath, findPath } from '../route.ts';
import { queries } from '../session/queries.ts';
import { callAgent } from '../session/viewer-session.ts';

const pageRows = 500;
const rowPx = 32;

/** Files that could not be catalogued, each with its reason, and a way to read them again. */
export function ExceptionsPage(): ReactElement {
  const list = useInfiniteQuery({
    queryKey: ['exceptions'],
    queryFn: ({ pageParam, signal }) =>
      callAgent(localEndpoints.pageExceptions, { body: { offset: pageParam, limit: pageRows }, signal }),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => {
      const loaded = pages.reduce((sum, page) => sum + page.exceptions.length, 0);
      return last.exceptions.length > 0 && loaded < last.total ? loaded : undefined;
    },
  });
  const retry = useMutation({
    mutationFn: (which: { key: string } | { source: string }) =>
      callAgent(localEndpoints.retryExceptions, { body: which }),
    onSettled: () =>
      Promise.all(['exceptions', 'overview', 'item'].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
  const scroller = useRef<HTMLElement>(null);
  const rows = list.data?.pages.flatMap((page) => page.exceptions) ?? [];
  const total = list.data?.pages.at(-1)?.total ?? 0;
  const sources = [...new Set(rows.map(({ source }) => source))].toSorted();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 12,
  });
  const lastDrawn = virtual.getVirtualItems().at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && lastDrawn > rows.length - 50) void fetchNextPage();
  }, [lastDrawn, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage]);
  const said = (
    <>
      {retry.data !== undefined && !retry.isPending && (
        <span className="sm t2" role="status">
          {counted(retry.data.retried, 'file')} read again, {retry.data.catalogued} can be catalogued now.
        </span>
      )}
      {retry.isError && (
        <span className="sm c-d" role="alert">
          {failureSentence(retry.error)}
        </span>
      )}
    </>
  );

  if (list.isError && rows.length === 0) {
    return (
      <EmptyState icon={CloudOff} title="The list did not load">
        <p>{failureSentence(list.error)}</p>
      </EmptyState>
    );
  }
  if (list.data === undefined) return <div className="work" aria-busy="true" />;
  if (total === 0) {
    return (
      <EmptyState icon={CircleCheck} title="No exceptions">
        <p>Every file that a rule lets in could be read and catalogued.</p>
        {said}
      </EmptyState>
    );
  }
  return (
    <section className="work" aria-label="Exceptions">
      <div className="toolbar wrap">
        <h2>{counted(total, 'file')} could not be catalogued</h2>
        <span className="t2 hide-s">They are read again when they change. Nothing of them has left.</span>
        <span className="row end wrap">
          {said}
          <a className="btn dense" href={`#${findPath({ query: 'state = exception' })}`}>
            See in the grid
          </a>
          {sources.map((source) => (
            <button
              type="button"
              className="btn dense"
              key={source}
              disabled={retry.isPending}
              onClick={() => retry.mutate({ source })}
            >
              <RotateCw className="icon s" aria-hidden="true" />
              {retry.isPending ? 'Reading…' : `Read all of ${source} again`}
            </button>
          ))}
        </span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard */}
      <section className="scroll-table exceptions" ref={scroller} tabIndex={0} aria-label="List of exceptions">
        <table>
          <thead>
            <tr>
              <th>File</th>
              <th>Code</th>
              <th>Reason</th>
              <th className="num">Size</th>
              <th className="num">Tries</th>
              <th>
                <span className="sr">Read again</span>
              </th>
            </tr>
          </thead>
          <tbody style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map((item) => {
              const row = rows[item.index];
              if (row === undefined) return null;
              return (
                <tr key={item.key} style={{ transform: `translateY(${item.start}px)` }}>
                  <td className="mono" title={visibleText(`${row.source}: ${row.path}`)}>
                    <a href={`#${filePath(row.key, { query: 'state = exception' })}`}>
                      {cutMiddle(visibleText(row.path), 64)}
                    </a>
                  </td>
                  <td className="mono c-d">{row.code}</td>
                  <td title={row.sentence}>{row.sentence}</td>
                  <td className="num">{bytes(row.byte_size)}</td>
                  <td className="num">{row.strikes}</td>
                  <td className="num">
                    <button
                      type="button"
                      className="btn ghost icon-only dense"
                      aria-label={`Read ${visibleText(row.path)} again`}
                      title="Read again"
                      disabled={retry.isPending}
                      onClick={() => retry.mutate({ key: row.key })}
                    >
                      <RotateCw className="icon s" aria-hidden="true" />
                    </button>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
    </section>
  );
}
