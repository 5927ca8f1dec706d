import { type FileStat, sameStat } from './file-stat.ts';

/** A live row as the comparison needs it. */
export interface KnownFile {
  /** Path, one character a byte. */
  key: string;
  stat: FileStat;
}

/** One difference between the folder and the catalogue. */
export type Difference = { kind: 'new' | 'changed'; key: string; stat: FileStat } | { kind: 'gone'; key: string };

/**
 * Compares a walk with the known rows, both in byte order of their paths, holding one row at a time. Rows below a prefix
 * that could not be listed are passed over: absence is never inferred from failure.
 */
export class ScanDiff {
  readonly #known: Iterator<KnownFile>;
  readonly #emit: (difference: Difference) => void;
  #next: KnownFile | undefined;
  unchanged = 0;
  /** Known rows whose folder could not be listed. */
  unverifiedRows = 0;

  constructor(known: Iterator<KnownFile>, emit: (difference: Difference) => void) {
    this.#known = known;
    this.#emit = emit;
    this.#advance();
  }

  /** The walk met a file that is taken in; keys come in ascending byte order. */
  seen(key: string, stat: FileStat): void {
    this.#dropBefore(key);
    if (this.#next?.key !== key) {
      this.#emit({ kind: 'new', key, stat });
      return;
    }
    if (sameStat(this.#next.stat, stat)) this.unchanged++;
    else this.#emit({ kind: 'changed', key, stat });
    this.#advance();
  }

  /** The folder `prefix` (ending in `/`, or empty for the root) could not be listed. */
  unlistable(prefix: string): void {
    this.#dropBefore(prefix);
    while (this.#next?.key.startsWith(prefix)) {
      this.unverifiedRows++;
      this.#advance();
    }
  }

  /** Whether this very file is still there cannot be said. */
  unverifiable(key: string): void {
    this.#dropBefore(key);
    if (this.#next?.key !== key) return;
    this.unverifiedRows++;
    this.#advance();
  }

  /** The walk is over: every row still to come is gone. */
  end(): void {
    while (this.#next) this.#dropNext();
  }

  #dropBefore(key: string): void {
    while (this.#next && this.#next.key < key) this.#dropNext();
  }

  #dropNext(): void {
    const row = this.#next as KnownFile;
    this.#emit({ kind: 'gone', key: row.key });
    this.#advance();
  }

  #advance(): void {
    const step = this.#known.next();
    this.#next = step.done ? undefined : step.value;
  }
}
