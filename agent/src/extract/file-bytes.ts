import { readSync } from 'node:fs';

/** Random access to an open file, for parsers that must not trust what it says about itself. */
export interface FileBytes {
  readonly size: number;
  /** The bytes from `at`: fewer than `length` at the file's end, none outside it. @throws RangeError over the budget of one file. */
  slice(at: number, length: number): Buffer;
}

/** A parser that is led in circles stops here: far more than any header needs, and little enough to end in a second. */
const budgetBytes = 256 * 1024 * 1024;

/** @throws RangeError from `slice` when more than the budget was read of one file; Error of the file system. */
export function fileBytes(fd: number, size: number, budget = budgetBytes): FileBytes {
  let left = budget;
  return {
    size,
    slice(at, length) {
      if (!Number.isSafeInteger(at) || at < 0 || at >= size || !(length > 0)) return Buffer.alloc(0);
      const wanted = Math.min(length, size - at);
      left -= wanted;
      if (left < 0) throw new RangeError('more was asked of one file than its header can need');
      const bytes = Buffer.allocUnsafe(wanted);
      let got = 0;
      while (got < wanted) {
        const read = readSync(fd, bytes, got, wanted - got, at + got);
        if (read === 0) break;
        got += read;
      }
      return bytes.subarray(0, got);
    },
  };
}
