import { pictureOf, type Sidecar } from '../record/sidecar.ts';
import { type FileStat, pathBytes } from '../source/file-stat.ts';
import type { State } from './open-state.ts';

/** A sidecar file that is new or has changed, with what it says; or one that is gone. */
export type SidecarChange =
  | { kind: 'said'; key: string; stat: FileStat; sidecar: Sidecar }
  | { kind: 'gone'; key: string };

/** A picture whose record has to follow its sidecar. */
export interface OpenSidecar {
  path: Buffer;
  picture: Buffer;
}

export interface Sidecars {
  /** Keeps what changed, in one transaction; types that other files locked win. */
  put(changes: readonly SidecarChange[]): void;
  /** JSON of the {@link Sidecar} beside a picture. */
  beside(picture: Buffer): string | null;
  listOpen(limit: number): OpenSidecar[];
  /** The picture's record has followed; rows of files that are gone end here. */
  close(path: Buffer): void;
}

const suffix = Buffer.from('.json');

export function openSidecars(state: State, sourceNo: number): Sidecars {
  const upsert = state.prepare(
    `insert into sidecars (source_no, path, dev, ino, byte_size, mtime_ms, ctime_ms, said, is_open)
     values (@sourceNo, @path, @dev, @ino, @size, @mtimeMs, @ctimeMs, @said, 1)
     on conflict (source_no, path) do update set dev = excluded.dev, ino = excluded.ino, byte_size = excluded.byte_size,
       mtime_ms = excluded.mtime_ms, ctime_ms = excluded.ctime_ms, said = excluded.said, is_open = 1`,
  );
  const empty = state.prepare('update sidecars set said = null, is_open = 1 where source_no = ? and path = ?');
  const find = state.prepare<[number, Buffer], string | null>(
    'select said from sidecars where source_no = ? and path = ?',
  );
  const typeOf = state.prepare<[number, string], string>(
    'select type from custom_types where source_no = ? and name = ?',
  );
  const lock = state.prepare('insert into custom_types (source_no, name, type) values (?, ?, ?)');
  const open = state.prepare<[number, number], Buffer>(
    'select path from sidecars where source_no = ? and is_open = 1 order by path limit ?',
  );
  const closeGone = state.prepare('delete from sidecars where source_no = ? and path = ? and said is null');
  const closeSaid = state.prepare('update sidecars set is_open = 0 where source_no = ? and path = ?');
  find.pluck();
  typeOf.pluck();
  open.pluck();

  /** Whether a name may be of this type; the first file to use it decides. */
  function hasType(name: string, type: string): boolean {
    const locked = typeOf.get(sourceNo, name);
    if (locked === undefined) lock.run(sourceNo, name, type);
    return (locked ?? type) === type;
  }

  /** Without what has another type than before. */
  function typed({ fields, vector, fault }: Sidecar): Sidecar {
    const kept = Object.entries(fields).filter(([key, value]) =>
      hasType(key, typeof value === 'number' ? 'number' : 'text'),
    );
    const isVectorKept = vector && hasType(`vector:${vector.index_id}`, String(vector.embedding_vector.length));
    const isCut = kept.length < Object.keys(fields).length || (vector !== undefined && !isVectorKept);
    const found = fault ?? (isCut ? 'other-type' : undefined);
    return {
      fields: Object.fromEntries(kept),
      ...(vector && isVectorKept && { vector }),
      ...(found && { fault: found }),
    };
  }

  return {
    put: state.transaction((changes: readonly SidecarChange[]) => {
      for (const change of changes) {
        const path = pathBytes(change.key);
        if (change.kind === 'gone') empty.run(sourceNo, path);
        else upsert.run({ sourceNo, path, ...change.stat, said: JSON.stringify(typed(change.sidecar)) });
      }
    }),
    beside: (picture) => findBeside(picture),
    listOpen: (limit) =>
      open
        .all(sourceNo, limit)
        .map((path) => ({ path, picture: Buffer.from(pictureOf(path.toString('latin1')), 'latin1') })),
    close(path) {
      if (closeGone.run(sourceNo, path).changes === 0) closeSaid.run(sourceNo, path);
    },
  };

  function findBeside(picture: Buffer): string | null {
    return find.get(sourceNo, Buffer.concat([picture, suffix])) ?? null;
  }
}

/** What an item's row keeps of its sidecar. */
export function readSidecar(said: string | null): Sidecar | undefined {
  return said === null ? undefined : (JSON.parse(said) as Sidecar);
}
