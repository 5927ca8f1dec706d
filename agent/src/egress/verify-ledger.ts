import { AppError } from '@nucleus/shared/failure/app-error';
import { listSegments, readPruned, readSegment, splitLines } from './ledger-files.ts';
import { type ChainPlace, checkLine, genesisHash } from './ledger-line.ts';

/** What `ledger verify` found. `problem` is absent when every line is true. */
export interface LedgerVerdict {
  lines: number;
  attempts: number;
  results: number;
  /** First line that is still kept; larger than 1 after pruning. */
  first_n: number;
  last_n: number;
  /** Hash of the last line: write it down elsewhere, and a later check proves that nothing was cut off. */
  head: string;
  /** Bytes of a write that never finished, at the very end; nothing of them was sent. */
  unfinished_bytes: number;
  problem?: { segment: string; line: number; n: number; sentence: string };
}

/**
 * Checks the whole ledger: every line's hash, every body's SHA-256, the chain and the numbers without a gap. Stops at the first falsehood.
 * Reads one segment at a time; nothing is changed.
 */
export async function verifyLedger(folder: string): Promise<LedgerVerdict> {
  const pruned = await readPruned(folder);
  let next: ChainPlace = pruned ? { n: pruned.last_n + 1, prev: pruned.last_hash } : { n: 1, prev: genesisHash };
  const verdict: LedgerVerdict = {
    lines: 0,
    attempts: 0,
    results: 0,
    first_n: next.n,
    last_n: next.n - 1,
    head: next.prev,
    unfinished_bytes: 0,
  };
  const segments = await listSegments(folder);
  for (const [i, segment] of segments.entries()) {
    let number = 0;
    const failed = (sentence: string): LedgerVerdict => ({
      ...verdict,
      problem: {
        segment: segment.path,
        line: number,
        n: next.n,
        sentence: `Line ${number} of ${segment.path} (number ${next.n}) ${sentence}.`,
      },
    });
    let bytes: Buffer;
    try {
      bytes = await readSegment(segment);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { ...verdict, problem: { segment: segment.path, line: 0, n: next.n, sentence: error.message } };
    }
    for (const raw of splitLines(bytes)) {
      number += 1;
      if (!raw.whole && i === segments.length - 1) {
        verdict.unfinished_bytes = raw.bytes;
        break;
      }
      const checked = checkLine(raw.text, next);
      if ('problem' in checked) return failed(checked.problem);
      const { line } = checked;
      if (line.kind === 'result' && line.of >= line.n) return failed('is the result of a later line');
      verdict.lines += 1;
      verdict[line.kind === 'result' ? 'results' : 'attempts'] += 1;
      verdict.last_n = line.n;
      verdict.head = line.hash;
      next = { n: line.n + 1, prev: line.hash };
    }
  }
  return verdict;
}
