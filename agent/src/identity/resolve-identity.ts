/**
 * Decides which item a file is, over one settled batch or scan (contract 2). Pure. `missing` items are those whose path was
 * found gone on a verified root; a live item that is not in the batch still holds its path.
 */
export interface SettledFile {
  /** Path, one character a byte. */
  key: string;
  dev: number;
  ino: number;
  /** Keyed content hash; undefined when the file could not be read to its end. */
  hash: string | undefined;
}

export interface KnownItem {
  itemKey: string;
  presence: 'live' | 'missing' | 'tombstone';
  /** Path, the last one known when not live. */
  key: string;
  dev: number;
  ino: number;
  hash: string | undefined;
  /** Milliseconds; tombstones only. */
  deletedMs: number | undefined;
  /** Grows with the order in which items were first seen. */
  firstSeen: number;
}

export type Decision<File extends SettledFile, Item extends KnownItem> =
  | { kind: 'same' | 'moved' | 'replaced' | 'undeleted'; file: File; item: Item }
  | { kind: 'new'; file: File };

export interface Resolution<File extends SettledFile, Item extends KnownItem> {
  decisions: Decision<File, Item>[];
  /** Items whose path another item took and that were not found elsewhere: missing from now on. */
  displaced: Item[];
}

/** A file that comes back within this time gets its item back. */
export const undeleteMs = 30 * 24 * 3600 * 1000;

/**
 * @param known every item at a path of `files` (live or missing) and every missing item and tombstone with a hash of `files`.
 */
export function resolveIdentity<File extends SettledFile, Item extends KnownItem>(
  files: readonly File[],
  known: readonly Item[],
  nowMs: number,
): Resolution<File, Item> {
  const decisions = new Map<File, Decision<File, Item>>();
  const claimed = new Set<Item>();
  const atPath = itemsAtPaths(known);
  const claim = (kind: 'same' | 'moved' | 'replaced' | 'undeleted', file: File, item: Item) => {
    decisions.set(file, { kind, file, item });
    claimed.add(item);
  };

  // path known, content equal (or not known to differ)
  for (const file of files) {
    const item = atPath.get(file.key);
    if (item && (file.hash === undefined || file.hash === item.hash)) claim('same', file, item);
  }

  // path known, content is that of one other item which is not where it was: moves over a known path, swaps, rotations
  const overwritten = files.filter((file) => atPath.has(file.key) && !decisions.has(file));
  const leaving = new Set<Item>(known.filter((item) => item.presence === 'missing'));
  for (const file of overwritten) leaving.add(atPath.get(file.key) as Item);
  const leavingByHash = groupBy(leaving, (item) => item.hash);
  for (const file of overwritten) {
    const here = atPath.get(file.key);
    const sources = (leavingByHash.get(file.hash) ?? []).filter((item) => item !== here && !claimed.has(item));
    if (sources.length === 1) claim('moved', file, sources[0] as Item);
  }

  // path known, content of its own: replaced, unless its item was found elsewhere just now
  for (const file of overwritten) {
    const here = atPath.get(file.key) as Item;
    if (!decisions.has(file) && !claimed.has(here)) claim('replaced', file, here);
  }

  // path new (or vacated): a missing item by content, then a tombstone
  const fresh = files.filter((file) => !decisions.has(file));
  const lost = [...leaving].filter((item) => !claimed.has(item)).toSorted((a, b) => a.firstSeen - b.firstSeen);
  const lostByHash = groupBy(lost, (item) => item.hash);
  const alike: ((file: File, item: Item) => boolean)[] = [
    (file, item) => file.dev === item.dev && file.ino === item.ino,
    (file, item) => baseName(file.key) === baseName(item.key),
    () => true,
  ];
  for (const isAlike of alike) {
    for (const file of fresh) {
      if (decisions.has(file) || file.hash === undefined) continue;
      const item = lostByHash.get(file.hash)?.find((candidate) => !claimed.has(candidate) && isAlike(file, candidate));
      if (item) claim('moved', file, item);
    }
  }
  const buried = known.filter(
    (item) => item.presence === 'tombstone' && item.deletedMs !== undefined && nowMs - item.deletedMs <= undeleteMs,
  );
  const buriedByHash = groupBy(buried, (item) => item.hash);
  const returning = (file: File) => (buriedByHash.get(file.hash) ?? []).filter((item) => !claimed.has(item));
  for (const file of fresh) {
    if (decisions.has(file) || file.hash === undefined) continue;
    const item = returning(file).find((candidate) => candidate.key === file.key);
    if (item) claim('undeleted', file, item);
  }
  for (const file of fresh) {
    if (decisions.has(file) || file.hash === undefined) continue;
    const candidates = returning(file);
    if (candidates.length === 1) claim('undeleted', file, candidates[0] as Item);
  }

  return {
    decisions: files.map((file) => decisions.get(file) ?? { kind: 'new', file }),
    displaced: [...leaving].filter((item) => item.presence === 'live' && !claimed.has(item)),
  };
}

/** The item that each path belongs to: the live one, else one that went missing there and is not yet told as deleted. */
function itemsAtPaths<Item extends KnownItem>(known: readonly Item[]): Map<string, Item> {
  const at = new Map<string, Item>();
  for (const item of known) {
    if (item.presence === 'tombstone') continue;
    if (item.presence === 'live' || !at.has(item.key)) at.set(item.key, item);
  }
  return at;
}

function groupBy<Item, Key>(items: Iterable<Item>, keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

function baseName(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}
