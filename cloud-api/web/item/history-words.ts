/** What the history of an item says. Pure. */
import { count } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { ItemHistoryEvent } from '@nucleus/shared/wire/item-history';

/** One event as a sentence without an end. */
export function eventWords({ kind, name }: Pick<ItemHistoryEvent, 'kind' | 'name'>): string {
  const set = visibleText(name ?? '');
  switch (kind) {
    case 'first-seen':
      return 'First seen';
    case 'described':
      return 'Described again by its agent';
    case 'gone':
      return 'Its file went';
    case 'returned':
      return 'Its file returned, labels kept';
    case 'renamed':
      return 'Given a pseudonym, id kept';
    case 'metadata':
      return 'Metadata changed';
    case 'picture':
      return 'Picture replaced';
    case 'removed':
      return 'Removed here; the file stays';
    case 'restored':
      return 'Brought back';
    case 'tagged':
      return `Tagged ${set}`;
    case 'untagged':
      return `Tag ${set} taken off`;
    case 'slice-in':
      return `Added to slice ${set}`;
    case 'slice-out':
      return `Taken out of slice ${set}`;
  }
}

const people: Record<string, string> = { session: 'in the dashboard', cli: 'on the command line' };

/** By whom, and which revision; undefined where nothing is known. */
export function actorWords({ actor, rev }: Pick<ItemHistoryEvent, 'actor' | 'rev'>): string | undefined {
  const words = [
    ...(rev === null ? [] : [`revision ${count(rev)}`]),
    ...(actor === null ? [] : [people[actor] ?? `by ${actor}`]),
  ];
  return words.length === 0 ? undefined : words.join(', ');
}
