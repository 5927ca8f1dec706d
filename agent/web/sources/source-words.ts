/** States of a source in words. Pure. */
import type { Overview } from './use-overview.ts';

export type LocalSource = Overview['sources'][number];

export function isTroubled(source: LocalSource): boolean {
  return (
    source.state === 'suspended' || source.state === 'paused' || source.held_deletions > 0 || source.dead_letters > 0
  );
}

const reasons: Record<LocalSource['reason'], string> = {
  'none': 'It was paused.',
  'root-missing': 'The folder is missing. It resumes by itself when it returns.',
  'root-empty': 'The folder is empty. Its items are kept as they are; it resumes by itself when the mount returns.',
  'root-swapped': 'Another folder is in its place. Its items are kept as they are.',
  'root-hanging': 'The folder does not answer. It resumes by itself when the mount returns.',
  'root-unreadable': 'The folder cannot be read. Let the agent’s user read it.',
  'shrank': 'Much of it vanished at once. Its items are kept as they are.',
  'superseded': 'Another agent took it over. Stop that one, or this one.',
  'dataset-gone': 'Its dataset was deleted in the cloud. --recreate makes a new one.',
  'key-refused': 'The cloud refused the agent’s key.',
  'not-approved': 'An admin of the cloud has not approved this agent yet.',
  'queue-full': 'Its queue is full because the cloud takes nothing.',
};

export function reasonSentence(source: LocalSource): string {
  return reasons[source.reason];
}

/** on disk = catalogued - held deletions + excluded + exceptions + waiting; what is missing to that is still being read. */
export function waiting(source: LocalSource): number {
  return source.on_disk - source.catalogued + source.held_deletions - source.excluded - source.exceptions;
}
