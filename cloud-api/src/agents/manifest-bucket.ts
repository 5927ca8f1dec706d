/** The lines of a manifest whose keys begin with the same two hex digits, and how changed rows are written into them. Pure. */

/** Lines `k digest state\n` of keys with the same two first digits, sorted by k. */
export interface ManifestBucket {
  prefix: string;
  count: number;
  /** ASCII. */
  lines: Buffer;
  /** Place in the dataset of each line's item. */
  seqs: Uint32Array;
}

export interface ManifestLine {
  seq: number;
  /** With its line feed. */
  line: string;
}

export function emptyBucket(prefix: string): ManifestBucket {
  return { prefix, count: 0, lines: Buffer.alloc(0), seqs: new Uint32Array(0) };
}

/** A bucket of lines in any order. */
export function sortBucket(prefix: string, unsorted: readonly ManifestLine[]): ManifestBucket {
  const sorted = unsorted.toSorted(byKey);
  return {
    prefix,
    count: sorted.length,
    lines: Buffer.from(sorted.map(({ line }) => line).join(''), 'latin1'),
    seqs: Uint32Array.from(sorted, ({ seq }) => seq),
  };
}

/** The bucket without the items at some places and with other lines; what stays is copied in runs. */
export function patchBucket(
  bucket: ManifestBucket,
  gone: ReadonlySet<number>,
  added: readonly ManifestLine[],
): ManifestBucket {
  const starts = startsOf(bucket);
  const changes: { at: number; line?: ManifestLine }[] = [];
  for (const [at, seq] of bucket.seqs.entries()) if (gone.has(seq)) changes.push({ at });
  for (const line of added.toSorted(byKey)) changes.push({ at: placeOf(bucket, starts, line.line), line });
  // a line that comes stands before the one that is there
  changes.sort((a, b) => a.at - b.at || Number(a.line === undefined) - Number(b.line === undefined));
  const removed = changes.length - added.length;
  const seqs = new Uint32Array(bucket.count - removed + added.length);
  const pieces: Buffer[] = [];
  let from = 0;
  let count = 0;
  const keepUpTo = (at: number): void => {
    pieces.push(bucket.lines.subarray(starts[from], starts[at]));
    seqs.set(bucket.seqs.subarray(from, at), count);
    count += at - from;
    from = at;
  };
  for (const { at, line } of changes) {
    keepUpTo(at);
    if (line === undefined) from = at + 1;
    else {
      pieces.push(Buffer.from(line.line, 'latin1'));
      seqs[count] = line.seq;
      count += 1;
    }
  }
  keepUpTo(bucket.count);
  return { prefix: bucket.prefix, count, lines: Buffer.concat(pieces), seqs };
}

const lineFeed = 10;

/** Where each line begins, and the end of the last. */
function startsOf({ lines, count }: ManifestBucket): Uint32Array {
  const starts = new Uint32Array(count + 1);
  for (let n = 0; n < count; n++) starts[n + 1] = lines.indexOf(lineFeed, starts[n]) + 1;
  return starts;
}

/** Number of the first line that is not before `line`. */
function placeOf({ lines, count }: ManifestBucket, starts: Uint32Array, line: string): number {
  const wanted = Buffer.from(line, 'latin1');
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (lines.compare(wanted, 0, wanted.length, starts[middle], starts[middle + 1]) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The key stands first, so that lines in order are keys in order. */
function byKey(a: ManifestLine, b: ManifestLine): number {
  return a.line < b.line ? -1 : Number(a.line > b.line);
}
