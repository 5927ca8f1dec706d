/** Reads appended items one by one, so that a bad one is its own error. */
import { AppendedItem } from '@nucleus/shared/wire/dataset';
import type { DatasetItemInput } from '@nucleus/shared/wire/dataset-item';
import { isPlainItem } from '@nucleus/shared/wire/plain-item';
import { refKey } from './rules.ts';

/** An item that is well formed, beside what was sent. */
export interface ReadItem {
  raw: unknown;
  /** Place among the items that were sent. */
  place: number;
  refKey: string;
  /** Whether a known item is changed; else it is ignored. */
  update: boolean;
  item: DatasetItemInput;
}

/**
 * Parts well-formed items from the others, which come back with a sentence each.
 * @param firstPlace place of the first of them among all that were sent
 */
export function readAppendedItems(
  items: readonly unknown[],
  updates: (raw: unknown) => boolean,
  firstPlace = 0,
): { good: ReadItem[]; bad: unknown[] } {
  const good: ReadItem[] = [];
  const bad: unknown[] = [];
  for (const [place, raw] of items.entries()) {
    const parsed = isPlainItem(raw) ? { success: true as const, data: raw } : AppendedItem.safeParse(raw);
    if (parsed.success) {
      const item = parsed.data;
      good.push({ raw, place: firstPlace + place, refKey: refKey(item.reference_id), update: updates(raw), item });
    } else {
      const issue = parsed.error.issues[0];
      bad.push(refused(raw, `${issue?.path.join('.') || 'item'}: ${issue?.message ?? 'is not valid'}`));
    }
  }
  return { good, bad };
}

/** The item as it was sent, with the reason beside it. */
export function refused(raw: unknown, error: string): unknown {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? { ...raw, error } : { item: raw, error };
}
