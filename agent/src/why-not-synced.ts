/** Why a file stands where it does on its way to the cloud, in one sentence with what comes next. */
import type { sourceReasons } from '@nucleus/shared/wire/agents';
import type { State } from './state/open-state.ts';
import type { ItemRow } from './state/rows.ts';

/** What decides the sentence. */
interface Standing extends Pick<ItemRow, 'presence' | 'status' | 'revision' | 'acked_revision' | 'exception_sentence'> {
  sourceState: string;
  is_queued: 0 | 1;
  is_held: 0 | 1;
  dead_code: string | null;
}

type PauseReason = (typeof sourceReasons)[number] | undefined;
type CloudState = 'connected' | 'unreachable' | 'refused' | 'never-reached';

/** Answers for an item key. */
export function openWhyNotSynced(
  state: State,
  sync: { cloudState: () => CloudState; pauseReason: (alias: string) => PauseReason },
): (itemKey: Buffer) => string {
  const find = state.prepare<[Buffer], Standing & { alias: string }>(
    `select i.presence, i.status, i.revision, i.acked_revision, i.exception_sentence, s.state as sourceState, s.alias,
       exists (select 1 from outbox o where o.source_no = i.source_no and o.reference_id = i.reference_id) as is_queued,
       exists (select 1 from held_deletions h where h.source_no = i.source_no and h.item_key = i.item_key) as is_held,
       (select code from dead_letters d where d.source_no = i.source_no and d.reference_id = i.reference_id) as dead_code
     from items i join sources s using (source_no) where i.item_key = ?`,
  );
  return (itemKey) => {
    const item = find.get(itemKey);
    if (!item) return 'It is no longer in the catalogue.';
    return whyNotSynced(item, sync.cloudState(), sync.pauseReason(item.alias));
  };
}

const cloudSentences: Record<CloudState, string> = {
  'connected': 'It is in the queue and leaves with the next batches.',
  'unreachable': 'The cloud cannot be reached; it leaves when it can. Nothing is lost meanwhile.',
  'refused': 'The cloud refuses this agent; see the sources for the reason.',
  'never-reached': 'The cloud has not been reached yet; it leaves when it is.',
};

/** Pure. */
export function whyNotSynced(item: Standing, cloud: CloudState, pause: PauseReason): string {
  if (item.presence !== 'live') {
    return item.is_held === 1
      ? 'The file is gone, and its deletion waits for a person: confirm it under Sources.'
      : 'The file is gone; the cloud is told so.';
  }
  if (item.status === 'pending') return 'It was seen and waits to be read.';
  if (item.status === 'exception') {
    return `${item.exception_sentence ?? 'It could not be read.'} It has no record, so nothing of it leaves.`;
  }
  if (item.dead_code !== null) {
    return `The cloud refused its record for good (${item.dead_code}). It is sent again when the file or the level changes.`;
  }
  if (item.is_queued === 0 && item.acked_revision >= item.revision) {
    return `The cloud has acknowledged revision ${item.revision}.`;
  }
  if (item.sourceState === 'suspended')
    return 'Its source is suspended: nothing of it is read or told until it is whole again.';
  if (pause !== undefined && pause !== 'none')
    return `Its source is paused (${pause}); the page of sources says what to do.`;
  return cloudSentences[cloud];
}
