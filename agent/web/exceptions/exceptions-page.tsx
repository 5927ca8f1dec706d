import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { bytes, counted } from '@nucleus/shared/ui/words/quantities.ts';
import { cutMiddle, visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { localEndpoints } from '@nucleus/shared/wire/local';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { CircleCheck, CloudOff } from 'lucide-react';
import { type ReactElement, useEffect, useRef } from 'react';
import { callAgent } from '../session/viewer-session.ts';

const pageRows = 500;
const rowPx = 32;

/** Files that could not be catalogued, each with its reason. */
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
  const scroller = useRef<HTMLElement>(null);
  const rows = list.data?.pages.flatMap((page) => page.exceptions) ?? [];
  const total = list.data?.pages.at(-1)?.total ?? 0;
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
      </EmptyState>
    );
  }
  return (
    <section className="work" aria-label="Exceptions">
      <div className="toolbar">
        <h2>{counted(total, 'file')} could not be catalogued</h2>
        <span className="t2">They are read again when they change. Nothing of them has left.</span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard */}
      <section className="scroll-table" ref={scroller} tabIndex={0} aria-label="List of exceptions">
        <table>
          <thead>
            <tr>
              <th>File</th>
              <th>Code</th>
              <th>Reason</th>
              <th className="num">Size</th>
              <th className="num">Tries</th>
            </tr>
          </thead>
          <tbody style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map((item) => {
              const row = rows[item.index];
              if (row === undefined) return null;
              return (
                <tr key={item.key} style={{ transform: `translateY(${item.start}px)` }}>
                  <td className="mono" title={visibleText(`${row.source}: ${row.path}`)}>
                    {cutMiddle(visibleText(row.path), 64)}
                  </td>
                  <td className="mono c-d">{row.code}</td>
                  <td title={row.sentence}>{row.sentence}</td>
                  <td className="num">{bytes(row.byte_size)}</td>
                  <td className="num">{row.strikes}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
    </section>
  );
}
