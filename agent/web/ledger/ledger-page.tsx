import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { useKeys } from '@nucleus/shared/ui/keyboard/use-keys.ts';
import { Banner } from '@nucleus/shared/ui/parts/banner.tsx';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { bytes, count, counted, moment, shortHash } from '@nucleus/shared/ui/words/quantities.ts';
import { localEndpoints } from '@nucleus/shared/wire/local';
import type { LedgerKind, LedgerRow } from '@nucleus/shared/wire/viewer-ledger';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { BookOpenCheck, Check, CloudOff, Search, ShieldCheck, TriangleAlert } from 'lucide-react';
import { type KeyboardEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import { navigate } from 'wouter/use-hash-location';
import { ledgerPath, pagePath } from '../route.ts';
import { callAgent } from '../session/viewer-session.ts';
import { useOverview } from '../sources/use-overview.ts';
import { Answer } from './answer.tsx';
import { FoundAttempts } from './found-attempts.tsx';
import { LedgerEntry } from './ledger-entry.tsx';

const pageRows = 200;
const rowPx = 32;
const kinds: readonly (LedgerKind | undefined)[] = [undefined, 'changes', 'heartbeat', 'register', 'manifest'];

/** Everything that was ever sent, newest first, and whether the chain is whole. */
export function LedgerPage({ openEntry }: { openEntry: number | undefined }): ReactElement {
  const [kind, setKind] = useState<LedgerKind>();
  const [text, setText] = useState('');
  const list = useInfiniteQuery({
    queryKey: ['ledger', kind],
    queryFn: ({ pageParam, signal }) =>
      callAgent(localEndpoints.pageLedger, {
        body: {
          limit: pageRows,
          ...(pageParam === undefined ? {} : { before: pageParam }),
          ...(kind === undefined ? {} : { kind }),
        },
        signal,
      }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => (last.entries.length < pageRows ? undefined : last.entries.at(-1)?.n),
  });
  const rows = list.data?.pages.flatMap((page) => page.entries) ?? [];
  const total = list.data?.pages.at(-1)?.total ?? 0;
  const destination = useOverview().data?.cloud_url;
  const open = (n: number): void => navigate(ledgerPath(n), { replace: openEntry !== undefined });
  return (
    <div className={`with-panel${openEntry === undefined ? '' : ' open'}`}>
      <section className="work" aria-label="Ledger">
        <Find onFind={setText} />
        <Verify />
        <div className="toolbar">
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a border and a legend */}
          <span className="seg" role="group" aria-label="Kind">
            {kinds.map((each) => (
              <button type="button" key={each ?? 'all'} aria-pressed={kind === each} onClick={() => setKind(each)}>
                {each ?? 'all'}
              </button>
            ))}
          </span>
          <span className="t2 sm">
            {counted(total, 'attempt')}
            <span className="hide-s">, written before they were sent</span>
          </span>
          {destination !== undefined && (
            <span className="end sm t2 hide-s">
              only to <span className="mono c-cl">{destination}</span>
            </span>
          )}
        </div>
        {text !== '' ? (
          <FoundAttempts key={`${kind} ${text}`} text={text} kind={kind} total={total} openEntry={openEntry} />
        ) : list.isError && rows.length === 0 ? (
          <EmptyState icon={CloudOff} title="The ledger did not load">
            <p>{failureSentence(list.error)}</p>
          </EmptyState>
        ) : list.data !== undefined && total === 0 ? (
          <EmptyState icon={BookOpenCheck} title="Nothing has left">
            <p>Whatever is sent is written here first, byte for byte.</p>
          </EmptyState>
        ) : (
          <Rows
            rows={rows}
            openEntry={openEntry}
            onOpen={open}
            onEnd={() => {
              if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage();
            }}
          />
        )}
      </section>
      {openEntry !== undefined && (
        <LedgerEntry
          key={`${openEntry} ${text}`}
          n={openEntry}
          text={text}
          onClose={() => navigate(pagePath('ledger'))}
        />
      )}
    </div>
  );
}

/** A text to look for in everything that left; an empty one shows the list again. */
function Find({ onFind }: { onFind: (text: string) => void }): ReactElement {
  const input = useRef<HTMLInputElement>(null);
  useKeys({ '/': () => input.current?.focus() });
  return (
    <search>
      <form
        className="find-bar"
        onSubmit={(event) => {
          event.preventDefault();
          onFind(input.current?.value ?? '');
        }}
      >
        <label className="inp grow">
          <Search className="icon t3" aria-hidden="true" />
          <span className="sr">Search everything that left</span>
          <input
            ref={input}
            type="search"
            maxLength={256}
            placeholder="Search everything that left: a name, a value, a hash"
            onChange={(event) => {
              if (event.target.value === '') onFind('');
            }}
          />
          <kbd className="hide-s">/</kbd>
        </label>
        <button type="submit" className="btn">
          Search
        </button>
      </form>
    </search>
  );
}

interface RowsProps {
  rows: readonly LedgerRow[];
  openEntry: number | undefined;
  onOpen: (n: number) => void;
  /** The last rows are near the view. */
  onEnd: () => void;
}

function Rows({ rows, openEntry, onOpen, onEnd }: RowsProps): ReactElement {
  const scroller = useRef<HTMLElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 12,
  });
  const lastDrawn = virtual.getVirtualItems().at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastDrawn > rows.length - 50) onEnd();
  }, [lastDrawn, rows.length, onEnd]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = rows.findIndex(({ n }) => n === openEntry);
    const to =
      event.key === 'ArrowDown' || event.key === 'j'
        ? at + 1
        : event.key === 'ArrowUp' || event.key === 'k'
          ? at - 1
          : -1;
    const row = rows[to];
    if (row === undefined) return;
    event.preventDefault();
    onOpen(row.n);
    virtual.scrollToIndex(to);
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard
    <section className="scroll-table ledger" ref={scroller} tabIndex={0} aria-label="Attempts" onKeyDown={onKeyDown}>
      <table>
        <thead>
          <tr>
            <th>Entry</th>
            <th>Time</th>
            <th>Kind</th>
            <th className="num">Records</th>
            <th className="num">Bytes</th>
            <th>Hash</th>
            <th>Answer</th>
          </tr>
        </thead>
        <tbody style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <tr
                key={row.n}
                className={row.n === openEntry ? 'on' : ''}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <td className="mono">
                  <a href={`#${ledgerPath(row.n)}`} aria-current={row.n === openEntry ? 'true' : undefined}>
                    {count(row.n)}
                  </a>
                </td>
                <td className="t2">{moment(row.at)}</td>
                <td>
                  {row.kind}
                  {row.source !== null && <span className="t3"> {row.source}</span>}
                </td>
                <td className="num">{row.kind === 'changes' ? count(row.changes) : ''}</td>
                <td className="num">{bytes(row.body_bytes)}</td>
                <td className="mono t2">{shortHash(row.hash)}</td>
                <td>
                  <Answer status={row.status} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Verify(): ReactElement {
  const verify = useMutation({ mutationFn: () => callAgent(localEndpoints.verifyLedger, { body: {} }) });
  const again = (
    <button type="button" className="btn dense" disabled={verify.isPending} onClick={() => verify.mutate()}>
      {verify.isPending ? 'Checking every line…' : verify.data === undefined ? 'Verify now' : 'Verify again'}
    </button>
  );
  if (verify.isError) {
    return (
      <Banner tone="w" icon={TriangleAlert} title="The check did not end." actions={again}>
        {failureSentence(verify.error)}
      </Banner>
    );
  }
  const { data } = verify;
  if (data === undefined) {
    return (
      <Banner tone="plain" icon={ShieldCheck} title="A chain of hashes." actions={again}>
        Each line holds the hash of the line before it; a changed byte anywhere is found.
      </Banner>
    );
  }
  if (data.problem !== undefined) {
    return (
      <Banner tone="d" icon={TriangleAlert} title="The chain is broken." code="ledger-broken" actions={again}>
        {data.problem}
      </Banner>
    );
  }
  return (
    <Banner tone="in" icon={Check} title="The chain is whole." actions={again}>
      {count(data.lines)} lines from {count(data.first_n)} to {count(data.last_n)}, checked in{' '}
      {(data.took_ms / 1000).toFixed(1)} s. Head <span className="mono">{shortHash(data.head)}</span>; write it down
      elsewhere to prove later that nothing was cut off.
    </Banner>
  );
}
