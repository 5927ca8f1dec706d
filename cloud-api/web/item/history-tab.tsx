import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { moment } from '@nucleus/shared/ui/words/quantities.ts';
import { type ItemHistoryEvent, itemHistoryEndpoints } from '@nucleus/shared/wire/item-history';
import { useQuery } from '@tanstack/react-query';
import {
  Bookmark,
  Eye,
  EyeOff,
  FileX,
  Image,
  type LucideIcon,
  Pencil,
  RotateCcw,
  ScanLine,
  Tag,
  Undo2,
  VenetianMask,
} from 'lucide-react';
import type { ReactElement } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { actorWords, eventWords } from './history-words.ts';

const signs: Record<ItemHistoryEvent['kind'], LucideIcon> = {
  'first-seen': Eye,
  'described': ScanLine,
  'gone': FileX,
  'returned': RotateCcw,
  'renamed': VenetianMask,
  'metadata': Pencil,
  'picture': Image,
  'removed': EyeOff,
  'restored': Undo2,
  'tagged': Tag,
  'untagged': Tag,
  'slice-in': Bookmark,
  'slice-out': Bookmark,
};

/** What happened to an item, newest first, as far as the cloud was told. */
export function HistoryTab({ datasetId, itemId }: { datasetId: string; itemId: string }): ReactElement {
  const history = useQuery({
    queryKey: ['history', datasetId, itemId],
    queryFn: ({ signal }) => callCloud(itemHistoryEndpoints.getItemHistory, { params: { datasetId, itemId }, signal }),
  });
  if (history.data === undefined) {
    return history.isError ? (
      <p className="note d" role="alert">
        {failureSentence(history.error)}
      </p>
    ) : (
      <div aria-busy="true" />
    );
  }
  const { events, is_cut } = history.data;
  return (
    <>
      <ol className="history" aria-label="What happened">
        {events.map((event, at) => (
          <Line key={at} event={event} isAfterGap={is_cut && at === events.length - 1} />
        ))}
      </ol>
      <p className="sm t3">
        The cloud keeps what happened, not what was: former paths and values are not here. Moves and what was sent each
        time are in the agent’s ledger.
      </p>
    </>
  );
}

function Line({ event, isAfterGap }: { event: ItemHistoryEvent; isAfterGap: boolean }): ReactElement {
  const Sign = signs[event.kind];
  const who = actorWords(event);
  return (
    <li>
      <Sign className="icon s t3" aria-hidden="true" />
      <span className="grow">
        {isAfterGap && <span className="xs t3">Older events are not shown. </span>}
        <span className="sm">{eventWords(event)}</span>
        {who !== undefined && <span className="xs t3 mono brk">{who}</span>}
      </span>
      {event.at === null ? (
        <span className="xs t3 nowrap">time not kept</span>
      ) : (
        <time className="xs t3 nowrap" dateTime={event.at}>
          {moment(event.at)}
        </time>
      )}
    </li>
  );
}
