/**
 * Decides, for one settled batch or scan, which known item each file on disk is. Pure: the table of contract 2, first row that fits.
 * An item keeps its reference id for life; a move changes its path, a copy is a new item, and content that comes back within
 * thirty days brings its item back.
 */

/** A path as a map key: its bytes as latin1, so that any name has exactly one key. */
export type PathKey = string;

/** How the file system named a file's content; equal stats are taken as equal content. */
export interface FileStamp {
  dev: number;
  ino: number;
}

/** A file of the batch: new, or changed since it was last seen. */
export interface SeenFile extends FileStamp {
  path: PathKey;
  /** Keyed content hash as hex; null when the bytes could not be read. */
  hash: string | null;
}

/** An item that the catalogue knows. */
export interface KnownItem extends FileStamp {
  itemKey: string;
  presence: 'live' | 'missing' | 'tombstone';
  path: PathKey;
  hash: string | null;
  /** Order in which items were first seen; smaller is earlier. */
  firstSeen: number;
  /** Of tombstones. */
  deletedMs: number | null;
}

/** What is known about the files of a batch. */
export interface KnownItems {
  liveAt: (path: PathKey) => KnownItem | undefined;
  /** All items with this content: live, missing and tombstones. */
  withHash: (hash: string) => readonly KnownItem[];
}

export interface Batch {
  seen: readonly SeenFile[];
  /** Live items whose path is missing while its folder is readable and the root is verified. */
  gone: readonly KnownItem[];
  nowMs: number;
}

export type Decision =
  /** Same path, same content: only the stat changed. */
  | { kind: 'same'; file: SeenFile; item: KnownItem }
  /** The item is at this path now. */
  | { kind: 'moved'; file: SeenFile; item: KnownItem }
  /** Same path, other content: links of the old content die. */
  | { kind: 'replaced'; file: SeenFile; item: KnownItem }
  /** A tombstone whose content came back. */
  | { kind: 'undeleted'; file: SeenFile; item: KnownItem }
  | { kind: 'new'; file: SeenFile }
  /** Nowhere to be found; becomes a tombstone after the grace. */
  | { kind: 'missing'; item: KnownItem };

const undeleteMs = 30 * 24 * 60 * 60 * 1000;

/** Decides every file of a batch and every item that lost its path. Each item and each file is in at most one decision. */
export function resolveIdentity(batch: Batch, known: KnownItems): Decision[] {
  const decisions: Decision[] = [];
  const hashAt = new Map(batch.seen.map((file) => [file.path, file.hash]));
  const goneKeys = new Set(batch.gone.map((item) => item.itemKey));
  const claimed = new Set<string>();
  const homeless = new Map(batch.gone.map((item) => [item.itemKey, item]));
  const fresh: SeenFile[] = [];

  const lostItsPath = (item: KnownItem): boolean => {
    if (item.presence === 'missing' || goneKeys.has(item.itemKey)) return true;
    return hashAt.has(item.path) && hashAt.get(item.path) !== item.hash;
  };

  for (const file of batch.seen) {
    const owner = known.liveAt(file.path);
    if (!owner) {
      fresh.push(file);
      continue;
    }
    if (file.hash !== null && file.hash === owner.hash) {
      decisions.push({ kind: 'same', file, item: owner });
      continue;
    }
    const arrived = soleOther(file.hash, owner, known);
    if (arrived && lostItsPath(arrived) && !claimed.has(arrived.itemKey)) {
      claimed.add(arrived.itemKey);
      decisions.push({ kind: 'moved', file, item: arrived });
      homeless.set(owner.itemKey, owner);
    } else {
      decisions.push({ kind: 'replaced', file, item: owner });
    }
  }

  for (const item of claimed) homeless.delete(item);
  for (const decision of settleNewPaths(fresh, homeless, known, batch.nowMs)) {
    if ('item' in decision) homeless.delete(decision.item.itemKey);
    decisions.push(decision);
  }
  for (const item of homeless.values()) {
    if (item.presence === 'live') decisions.push({ kind: 'missing', item });
  }
  return decisions;
}

/** The only other live or missing item with this content; undefined when there is none or more than one. */
function soleOther(hash: string | null, owner: KnownItem, known: KnownItems): KnownItem | undefined {
  if (hash === null) return undefined;
  const others = known.withHash(hash).filter((item) => item.presence !== 'tombstone' && item.itemKey !== owner.itemKey);
  return others.length === 1 ? others[0] : undefined;
}

/** New paths: first what was seen under another path and is not there any more, then tombstones, then new items. */
function settleNewPaths(
  fresh: readonly SeenFile[],
  homeless: ReadonlyMap<string, KnownItem>,
  known: KnownItems,
  nowMs: number,
): Decision[] {
  const taken = new Set<string>();
  const settled = new Map<SeenFile, Decision>();
  const claim = (file: SeenFile, kind: 'moved' | 'undeleted', item: KnownItem | undefined): void => {
    if (!item) return;
    taken.add(item.itemKey);
    settled.set(file, { kind, file, item });
  };
  const movable = (file: SeenFile): KnownItem[] =>
    withHash(file, known)
      .filter((item) => (homeless.has(item.itemKey) || item.presence === 'missing') && !taken.has(item.itemKey))
      .toSorted((a, b) => a.firstSeen - b.firstSeen);
  // The better sign goes first over the whole batch, so that a weak match never takes what a strong one wants.
  const signs: ((file: SeenFile, item: KnownItem) => boolean)[] = [
    (file, item) => item.dev === file.dev && item.ino === file.ino,
    (file, item) => baseName(item.path) === baseName(file.path),
    () => true,
  ];
  for (const fits of signs) {
    for (const file of fresh) {
      if (!settled.has(file)) claim(file, 'moved', movable(file).find((item) => fits(file, item)));
    }
  }
  const returning = (file: SeenFile): KnownItem[] =>
    withHash(file, known).filter(
      (item) => item.presence === 'tombstone' && nowMs - (item.deletedMs ?? 0) <= undeleteMs && !taken.has(item.itemKey),
    );
  for (const file of fresh) {
    if (!settled.has(file)) claim(file, 'undeleted', returning(file).find((item) => item.path === file.path));
  }
  for (const file of fresh) {
    if (settled.has(file)) continue;
    const candidates = returning(file);
    if (candidates.length === 1) claim(file, 'undeleted', candidates[0]);
  }
  return fresh.map((file) => settled.get(file) ?? { kind: 'new', file });
}

function withHash(file: SeenFile, known: KnownItems): readonly KnownItem[] {
  return file.hash === null ? [] : known.withHash(file.hash);
}

function baseName(path: PathKey): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
