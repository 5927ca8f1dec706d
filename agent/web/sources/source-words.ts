/** States of a source in words. Pure. */
import { reasonSentences } from '@nucleus/shared/wire/source-reasons';
import type { Overview } from './use-overview.ts';

export type LocalSource = Overview['sources'][number];

export function isTroubled(source: LocalSource): boolean {
  return (
    source.state === 'suspended' || source.state === 'paused' || source.held_deletions > 0 || source.dead_letters > 0
  );
}

/** How changes are noticed: `isWeak` where nothing but scans finds them although events were wanted. */
const watchWords: Record<LocalSource['watch'], { words: string; isWeak: boolean }> = {
  'starting': { words: 'by scans; events are not there yet', isWeak: false },
  'watching': { words: 'at once, by events; scans check them', isWeak: false },
  'switched-off': { words: 'by scans only; scan.watch is off', isWeak: false },
  'network-file-system': { words: 'by scans only; this file system reports no events', isWeak: false },
  'watch-limit': {
    words: 'by scans only; this host has no inotify watches left. See nucleus-agent doctor',
    isWeak: true,
  },
  'queue-overflow': {
    words: 'by a scan that is at work now; more happened at once than events could tell',
    isWeak: true,
  },
  'self-test-failed': { words: 'by scans only; a change came without its event', isWeak: true },
  'watch-failed': { words: 'by scans only; watching failed, see the log', isWeak: true },
};

export function watchSentence(source: LocalSource): { words: string; isWeak: boolean } {
  return watchWords[source.watch];
}

export function reasonSentence(source: LocalSource): string {
  return reasonSentences[source.reason];
}

/** on disk = catalogued + excluded + exceptions + waiting; what is missing to that is still being read. Held deletions are not on disk. */
export function waiting(source: LocalSource): number {
  return source.on_disk - source.catalogued - source.excluded - source.exceptions;
}
