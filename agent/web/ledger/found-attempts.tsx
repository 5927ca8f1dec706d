import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { Banner } from '@nucleus/shared/ui/parts/banner.tsx';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { count, counted, moment } from '@nucleus/shared/ui/words/quantities.ts';
import { localEndpoints } from '@nucleus/shared/wire/local';
import type { FoundAttempt, LedgerKind, LedgerMatch } from '@nucleus/shared/wire/viewer-ledger';
import { useInfiniteQuery } from '@tanstack/react-query';
import { SearchX, TriangleAlert } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { ledgerPath } from '../route.ts';
import { callAgent } from '../session/viewer-session.ts';
import { Answer } from './answer.tsx';

interface FoundAttemptsProps {
  text: string;
  kind: LedgerKind | undefined;
  /** Attempts that there are of this kind. */
  total: number;
  openEntry: number | undefined;
}

const foundAtOnce = 200;

/** Attempts whose bodies hold a text, newest first, as the agent comes to them. */
export function FoundAttempts({ text, kind, total, openEntry }: FoundAttemptsProps): ReactElement {
  const [most, setMost] = useState(foundAtOnce);
  const search = useInfiniteQuery({
    queryKey: ['ledger-search', text, kind],
    queryFn: ({ pageParam, signal }) =>
      callAgent(localEndpoints.searchLedger, {
        body: {
          text,
          ...(pageParam === undefined ? {} : { before: pageParam }),
          ...(kind === undefined ? {} : { kind }),
        },
        signal,
      }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => last.next,
    // what has left does not change; what leaves meanwhile is found by searching again
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const pages = search.data?.pages ?? [];
  const found = pages.flatMap((page) => page.found);
  const searched = pages.reduce((sum, page) => sum + page.searched, 0);
  const places = found.reduce((sum, attempt) => sum + attempt.count, 0);
  const isGoingOn = search.hasNextPage && !search.isError && found.length < most;
  const { fetchNextPage, isFetching } = search;
  useEffect(() => {
    if (isGoingOn && !isFetching) void fetchNextPage();
  }, [isGoingOn, isFetching, fetchNextPage]);
  if (search.isError) {
    return (
      <Banner
        tone="w"
        icon={TriangleAlert}
        title="The search did not end."
        actions={
          <button type="button" className="btn dense" onClick={() => void search.refetch()}>
            Search again
          </button>
        }
      >
        {failureSentence(search.error)}
      </Banner>
    );
  }
  if (search.data !== undefined && !search.hasNextPage && found.length === 0) {
    return (
      <EmptyState icon={SearchX} title="That never left">
        <p>
          None of the {counted(searched, 'attempt')} that are kept holds <code>{text}</code>.
        </p>
      </EmptyState>
    );
  }
  return (
    <div className="found">
      <p className="sm t2 found-sum" role="status">
        {counted(places, 'place')} in {counted(found.length, 'attempt')}
        <span className="t3">
          ; looked through {count(searched)} of {count(Math.max(total, searched))}
          {isGoingOn ? ' …' : ''}
        </span>
      </p>
      <ul>
        {found.map((attempt) => (
          <li key={attempt.entry.n}>
            <Attempt attempt={attempt} isOpen={attempt.entry.n === openEntry} />
          </li>
        ))}
      </ul>
      {search.hasNextPage && !isGoingOn && (
        <button type="button" className="btn found-more" onClick={() => setMost(most + foundAtOnce)}>
          Look further
        </button>
      )}
    </div>
  );
}

function Attempt({ attempt, isOpen }: { attempt: FoundAttempt; isOpen: boolean }): ReactElement {
  const { entry, matches } = attempt;
  const more = attempt.count - matches.length;
  return (
    <a className="found-attempt" href={`#${ledgerPath(entry.n)}`} aria-current={isOpen ? 'true' : undefined}>
      <span className="row sm">
        <b className="mono">{count(entry.n)}</b>
        <span className="t2 nowrap">{moment(entry.at)}</span>
        <span className="cut">
          {entry.kind}
          {entry.source !== null && <span className="t3"> {entry.source}</span>}
        </span>
        <span className="end row sm">
          <span className="t3 nowrap">{counted(attempt.count, 'place')}</span>
          <Answer status={entry.status} />
        </span>
      </span>
      {matches.map((match) => (
        <Excerpt key={`${match.line} ${match.column}`} match={match} />
      ))}
      {more > 0 && <span className="xs t3">and {counted(more, 'more place')}</span>}
    </a>
  );
}

function Excerpt({ match }: { match: LedgerMatch }): ReactElement {
  const { excerpt, start, end } = match;
  return (
    <span className="found-line mono xs">
      <span className="t3">
        {count(match.line)}:{count(match.column + 1)}
      </span>
      <span className="brk">
        {excerpt.slice(0, start)}
        <mark>{excerpt.slice(start, end)}</mark>
        {excerpt.slice(end)}
      </span>
    </span>
  );
}
