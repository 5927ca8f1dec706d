/** What the page says of a key. Pure. */
import { counted, duration } from '@nucleus/shared/ui/words/quantities.ts';
import type { KeyScope } from '@nucleus/shared/wire/endpoint';
import type { KeyView } from '@nucleus/shared/wire/keys';

/** What each scope lets a key do. */
export const scopeWords: Record<KeyScope, string> = {
  read: 'look at items, labels, slices and jobs',
  write: 'add and change items, slices, tags and tasks',
  annotate: 'add and change labels',
  label: 'complete tasks, which bills them',
  export: 'download records and labels',
  admin: 'all of these, and keys, agents, integrations and the audit log',
  agent: 'speak for one agent',
};

/** Days within which an end is near. */
const soonDays = 7;
const dayS = 86_400;

/** When a key ends or has ended, and how much that matters. */
export function endOf(
  key: Pick<KeyView, 'expires_at_ms' | 'revoked_at_ms'>,
  nowMs: number,
): { words: string; tone: '' | 'c-w' | 'c-d'; isEnded: boolean } {
  if (key.revoked_at_ms !== null) return { words: 'revoked', tone: '', isEnded: true };
  if (key.expires_at_ms === null) return { words: 'never', tone: '', isEnded: false };
  const leftS = (key.expires_at_ms - nowMs) / 1000;
  if (leftS <= 0) return { words: 'expired', tone: 'c-d', isEnded: true };
  const left = leftS < 2 * dayS ? duration(leftS) : counted(Math.round(leftS / dayS), 'day');
  return { words: `in ${left}`, tone: leftS < soonDays * dayS ? 'c-w' : '', isEnded: false };
}

/** When it was used last, as far as that is kept. */
export function usedWords(lastUsedAtMs: number | null, nowMs: number): string {
  if (lastUsedAtMs === null) return 'never';
  const agoS = (nowMs - lastUsedAtMs) / 1000;
  return agoS < 60 ? 'this minute' : `${duration(agoS)} ago`;
}

/** A secret with its middle left out. */
export function hiddenSecret(secret: string): string {
  return `${secret.slice(0, 9)}…${secret.slice(-2)}`;
}

/** Addresses and ranges out of what a person typed. */
export function readAddresses(text: string): string[] | null {
  const list = text.split(/[\s,;]+/).filter((each) => each !== '');
  return list.length === 0 ? null : list;
}
