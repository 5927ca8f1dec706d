/**
 * The local side of a manifest: what the cloud was told, as digests by prefix of k = first 32 hex of SHA-256(reference id). 33 bytes an
 * item, sorted by counting, so that a million items fit in 40 MB and no step takes long. Pure but for the turns it leaves to others.
 */
import { createHash } from 'node:crypto';
import type { ToldItem } from '../state/told-items.ts';

const recordBytes = 33; // 16 of k, 16 of digest, 1 of state
const buckets = 65_536; // one for each prefix of 4 hex

export interface BucketSum {
  count: number;
  /** Over the sorted lines `k digest state\n`. */
  sha256: string;
}

export interface ManifestDigests {
  /** `prefix` has 0, 2 or 4 hex digits. */
  sum(prefix: string): Promise<BucketSum>;
  /** k of every item below a prefix of 2 or 4 hex, with its digest. */
  items(prefix: string): { k: string; digest: string }[];
  count: number;
}

/** k of a reference id. */
export function manifestKey(referenceId: string): string {
  return createHash('sha256').update(referenceId).digest('hex').slice(0, 32);
}

/** Reads pages until one is empty, leaving a turn to others after each. */
export async function collectDigests(nextPage: (after: string) => ToldItem[]): Promise<ManifestDigests> {
  const pages: Buffer[] = [];
  for (let after = ''; ; ) {
    const page = nextPage(after);
    const last = page.at(-1);
    if (!last) break;
    pages.push(encodePage(page));
    after = last.reference_id;
    await turn();
  }
  const { records, starts } = await sortByBucket(pages);
  const line = (at: number): string => {
    const record = records.subarray(at * recordBytes, (at + 1) * recordBytes);
    const isDeleted = record[32] === 1;
    return `${record.toString('hex', 0, 16)} ${isDeleted ? 'deleted' : record.toString('hex', 16, 32)} ${isDeleted ? 'deleted' : 'live'}\n`;
  };
  const linesOf = (bucket: number): string[] =>
    Array.from({ length: (starts[bucket + 1] ?? 0) - (starts[bucket] ?? 0) }, (_, i) =>
      line((starts[bucket] ?? 0) + i),
    ).toSorted();
  return {
    count: records.length / recordBytes,
    async sum(prefix) {
      const [from, to] = bucketRange(prefix);
      const hash = createHash('sha256');
      let count = 0;
      for (let bucket = from; bucket < to; bucket += 1) {
        const lines = linesOf(bucket);
        count += lines.length;
        hash.update(lines.join(''));
        if (bucket % 1024 === 1023) await turn();
      }
      return { count, sha256: hash.digest('hex') };
    },
    items(prefix) {
      const [from, to] = bucketRange(prefix);
      const lines = Array.from({ length: to - from }, (_, i) => linesOf(from + i)).flat();
      return lines.map((text) => {
        const [k = '', digest = ''] = text.split(' ');
        return { k, digest };
      });
    },
  };
}

function bucketRange(prefix: string): [number, number] {
  const width = 16 ** (4 - prefix.length);
  const from = prefix === '' ? 0 : Number.parseInt(prefix, 16) * width;
  return [from, from + width];
}

function encodePage(page: readonly ToldItem[]): Buffer {
  const bytes = Buffer.alloc(page.length * recordBytes);
  for (const [i, { reference_id, acked_digest }] of page.entries()) {
    const at = i * recordBytes;
    createHash('sha256').update(reference_id).digest().copy(bytes, at, 0, 16);
    if (acked_digest === 'deleted') bytes[at + 32] = 1;
    else bytes.write(acked_digest, at + 16, 16, 'hex');
  }
  return bytes;
}

async function sortByBucket(pages: readonly Buffer[]): Promise<{ records: Buffer; starts: Uint32Array }> {
  const starts = new Uint32Array(buckets + 1);
  for (const page of pages) {
    for (let at = 0; at < page.length; at += recordBytes) {
      const next = page.readUInt16BE(at) + 1;
      starts[next] = (starts[next] ?? 0) + 1;
    }
  }
  for (let i = 1; i <= buckets; i += 1) starts[i] = (starts[i] ?? 0) + (starts[i - 1] ?? 0);
  const fill = starts.slice();
  const records = Buffer.alloc((starts[buckets] ?? 0) * recordBytes);
  for (const page of pages) {
    for (let at = 0; at < page.length; at += recordBytes) {
      const bucket = page.readUInt16BE(at);
      const slot = fill[bucket] ?? 0;
      page.copy(records, slot * recordBytes, at, at + recordBytes);
      fill[bucket] = slot + 1;
    }
    await turn();
  }
  return { records, starts };
}

const turn = (): Promise<void> => new Promise((done) => setImmediate(done));
