import { pathKey } from '../source/file-stat.ts';
import type { State } from './open-state.ts';
import type { ItemRow } from './rows.ts';

type KnownRow = ItemRow & { rowid: number };

/** An item that a file may be, with its row. */
export interface KnownRowItem {
  /** Hex. */
  itemKey: string;
  presence: ItemRow['presence'];
  /** Path, one character a byte. */
  key: string;
  dev: number;
  ino: number;
  /** Hex. */
  hash: string | undefined;
  deletedMs: number | undefined;
  firstSeen: number;
  row: ItemRow;
}

/** As many equal contents are looked at; beyond, one is as good as another. */
const maxAlike = 200;
/** Bytes of a content hash that the cloud knows. */
export const cloudHashBytes = 16;

export interface KnownItems {
  /** Items at a path (live, or missing from there), and with a content those missing and those deleted since. */
  candidates(files: readonly { path: Buffer; hash: Uint8Array | undefined }[], deletedAfterMs: number): KnownRowItem[];
  /** The item at a path, live or missing. */
  atPath(path: Buffer): ItemRow | undefined;
  /** A missing item that had this inode. */
  missingInode(dev: number, ino: number): ItemRow | undefined;
  /** Live items with a content, some of them when there are very many. */
  liveWith(hash: Uint8Array): ItemRow[];
  /** Any item with facts of this content. */
  withFacts(hash: Uint8Array): ItemRow | undefined;
}

export function prepareKnownItems(state: State, sourceNo: number): KnownItems {
  const live = state.prepare<[number, Buffer], KnownRow>(
    `select rowid, * from items where source_no = ? and path = ? and presence = 'live'`,
  );
  const missing = state.prepare<[number, Buffer], KnownRow>(
    `select rowid, * from items where source_no = ? and path = ? and presence <> 'live' and presence = 'missing' limit 1`,
  );
  // an item adopted without its file has only as much of the hash as the cloud knows
  const gone = state.prepare<[number, Uint8Array, Uint8Array, number], KnownRow>(
    `select rowid, * from items where source_no = ? and content_hash in (?, ?) and presence <> 'live'
     and (presence = 'missing' or deleted_ms >= ?) limit ${maxAlike}`,
  );
  const inode = state.prepare<[number, number, number], ItemRow>(
    `select * from items where source_no = ? and ino = ? and presence = 'missing' and dev = ? limit 1`,
  );
  const alike = state.prepare<[number, Uint8Array], ItemRow>(
    `select * from items where source_no = ? and content_hash = ? and presence = 'live' limit 50`,
  );
  const facts = state.prepare<[number, Uint8Array], ItemRow>(
    `select * from items where source_no = ? and content_hash = ? and facts is not null limit 1`,
  );
  return {
    candidates(files, deletedAfterMs) {
      const found = new Map<string, KnownRow>();
      const take = (row: KnownRow | undefined) => row && found.set(row.item_key.toString('hex'), row);
      for (const { path, hash } of files) {
        take(live.get(sourceNo, path));
        take(missing.get(sourceNo, path));
        if (!hash) continue;
        const known = hash.subarray(0, cloudHashBytes);
        for (const row of gone.all(sourceNo, hash, known, deletedAfterMs)) {
          take(row.content_hash?.length === cloudHashBytes ? { ...row, content_hash: Buffer.from(hash) } : row);
        }
      }
      return Array.from(found, ([itemKey, row]) => ({
        itemKey,
        presence: row.presence,
        key: pathKey(row.path),
        dev: row.dev,
        ino: row.ino,
        hash: row.content_hash?.toString('hex'),
        deletedMs: row.deleted_ms ?? undefined,
        firstSeen: row.rowid,
        row,
      }));
    },
    atPath: (path) => live.get(sourceNo, path) ?? missing.get(sourceNo, path),
    missingInode: (dev, ino) => inode.get(sourceNo, ino, dev),
    liveWith: (hash) => alike.all(sourceNo, hash),
    withFacts: (hash) => facts.get(sourceNo, hash),
  };
}
