import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupNear, type NearGroups } from './group-near.ts';
import { countBits, type HashList, orderByHash, readHashes } from './hash-list.ts';
import { walkUnique } from './walk-unique.ts';

function finish<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

const groupsOf = ({ places, starts }: NearGroups): Uint32Array[] =>
  Array.from(starts.subarray(1), (end, group) => places.subarray(starts[group], end));

function hashList(values: readonly bigint[]): HashList {
  return readHashes(values.map((value) => value.toString(2).padStart(64, '0')));
}

function distance(a: bigint, b: bigint): number {
  return (a ^ b).toString(2).replaceAll('0', '').length;
}

/** The rule as the contract words it. */
function naiveWalk(values: readonly bigint[], threshold: number): number[] {
  const places = values.map((_, place) => place);
  places.sort((a, b) => {
    const [left, right] = [values[a] as bigint, values[b] as bigint];
    return left < right ? -1 : left > right ? 1 : a - b;
  });
  const kept: number[] = [];
  for (const place of places) {
    const isNear = (other: number) => distance(values[other] as bigint, values[place] as bigint) <= threshold;
    if (!kept.some(isNear)) kept.push(place);
  }
  return kept;
}

/** Components of "at most `threshold` apart", by relabelling until nothing changes. */
function naiveGroups(values: readonly bigint[], threshold: number): string[] {
  const labels = values.map((_, place) => place);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [a, left] of values.entries()) {
      for (const [b, right] of values.entries()) {
        if (distance(left, right) > threshold || labels[a] === labels[b]) continue;
        const low = Math.min(labels[a] as number, labels[b] as number);
        labels[a] = low;
        labels[b] = low;
        changed = true;
      }
    }
  }
  const members = new Map<number, number[]>();
  for (const [place, label] of labels.entries()) members.set(label, [...(members.get(label) ?? []), place]);
  return [...members.values()].filter((group) => group.length > 1).map((group) => group.join());
}

const anyHash = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
/** Random hashes, and hashes a few bits beside few centres, as series of pictures are. */
const clustered = fc
  .tuple(
    fc.array(anyHash, { minLength: 1, maxLength: 4 }),
    fc.array(fc.array(fc.nat(63), { maxLength: 14 }), { maxLength: 60 }),
  )
  .map(([centres, flips]) =>
    flips.map((bits, at) =>
      bits.reduce((hash, bit) => hash ^ (1n << BigInt(bit)), centres[at % centres.length] as bigint),
    ),
  );
const hashes = fc.oneof(
  clustered,
  fc.array(anyHash, { maxLength: 60 }),
  fc.array(fc.bigInt({ min: 0n, max: 7n }), { maxLength: 60 }),
);

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** Enough hashes for the tables to be used: half at random, half a few bits beside an earlier one. */
function manyHashes(count: number, flips: number): HashList {
  const random = seeded(count + flips);
  const hi = new Uint32Array(count);
  const lo = new Uint32Array(count);
  for (let at = 0; at < count; at++) {
    if (at % 2 === 0) {
      hi[at] = random();
      lo[at] = random();
      continue;
    }
    const other = random() % at;
    hi[at] = hi[other] as number;
    lo[at] = lo[other] as number;
    for (let flip = 0; flip < flips; flip++) {
      const bit = random() % 64;
      if (bit < 32) hi[at] = (hi[at] as number) ^ (1 << bit);
      else lo[at] = (lo[at] as number) ^ (1 << (bit - 32));
    }
  }
  return { hi, lo };
}

function scanWalk(list: HashList, order: Uint32Array, threshold: number): number[] {
  const kept: number[] = [];
  for (const place of order) {
    const isNear = kept.some(
      (other) =>
        countBits(
          (list.hi[other] as number) ^ (list.hi[place] as number),
          (list.lo[other] as number) ^ (list.lo[place] as number),
        ) <= threshold,
    );
    if (!isNear) kept.push(place);
  }
  return kept;
}

describe('deduplication of hashes', () => {
  test('keeps what the naive walk keeps, at every threshold', () => {
    fc.assert(
      fc.property(hashes, fc.integer({ min: 0, max: 64 }), (values, threshold) => {
        const list = hashList(values);
        const order = orderByHash(list, (a, b) => a - b);
        expect(finish(walkUnique(list, order, threshold))).toEqual(naiveWalk(values, threshold));
      }),
      { numRuns: 500, seed: 7 },
    );
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12])(
    'keeps what a scan keeps where tables are used, at threshold %i',
    (threshold) => {
      // 70,000 is more than a block, so that earlier blocks are asked too
      const list = manyHashes(threshold <= 3 ? 70_000 : 12_000, threshold + 2);
      const part = threshold <= 3 ? 8_000 : 12_000;
      const order = orderByHash(list, (a, b) => a - b);
      const kept = finish(walkUnique(list, order, threshold));
      const partial = order.slice(0, part);
      const walked = new Set(partial);
      expect(kept.filter((place) => walked.has(place))).toEqual(scanWalk(list, partial, threshold));
    },
    60_000,
  );

  test('a later block is walked against the ones before', () => {
    const list = manyHashes(140_000, 3);
    const order = orderByHash(list, (a, b) => a - b);
    const kept = finish(walkUnique(list, order, 4));
    const isKept = new Set(kept);
    const near = (a: number, b: number) =>
      countBits((list.hi[a] as number) ^ (list.hi[b] as number), (list.lo[a] as number) ^ (list.lo[b] as number)) <= 4;
    const rank = new Map([...order].map((place, at) => [place, at]));
    // some of the last block: kept exactly when no kept one before is near
    for (let at = order.length - 1; at > order.length - 120; at--) {
      const place = order[at] as number;
      const covered = kept.some((other) => (rank.get(other) as number) < at && near(other, place));
      expect(isKept.has(place)).toBe(!covered);
    }
  });

  test('equal hashes are ordered by their id, and the first stays', () => {
    const list = hashList([5n, 5n, 3n, 5n]);
    const ids = ['c', 'a', 'x', 'b'];
    const order = orderByHash(list, (a, b) => ((ids[a] as string) < (ids[b] as string) ? -1 : 1));
    expect([...order].map((place) => ids[place])).toEqual(['x', 'a', 'b', 'c']);
    expect(finish(walkUnique(list, order, 0)).map((place) => ids[place])).toEqual(['x', 'a']);
  });

  test('survivors survive again', () => {
    fc.assert(
      fc.property(hashes, fc.integer({ min: 0, max: 64 }), (values, threshold) => {
        const list = hashList(values);
        const kept = finish(
          walkUnique(
            list,
            orderByHash(list, (a, b) => a - b),
            threshold,
          ),
        );
        const again = hashList(kept.map((place) => values[place] as bigint));
        const second = finish(
          walkUnique(
            again,
            orderByHash(again, (a, b) => a - b),
            threshold,
          ),
        );
        expect(second).toHaveLength(kept.length);
      }),
      { numRuns: 300, seed: 8 },
    );
  });

  test('an empty list keeps nothing', () => {
    expect(finish(walkUnique(hashList([]), new Uint32Array(0), 10))).toEqual([]);
    expect(groupsOf(finish(groupNear(hashList([]), 4)))).toEqual([]);
  });
});

describe('groups of near hashes', () => {
  test('are the connected components, at every threshold', () => {
    fc.assert(
      fc.property(hashes, fc.integer({ min: 0, max: 64 }), (values, threshold) => {
        const groups = groupsOf(finish(groupNear(hashList(values), threshold))).map((group) => [...group].join());
        expect(groups.toSorted()).toEqual(naiveGroups(values, threshold).toSorted());
      }),
      { numRuns: 300, seed: 9 },
    );
  });

  test.each([0, 1, 2, 4, 6])(
    'are the same where tables are used, at threshold %i',
    (threshold) => {
      const list = manyHashes(6_000, Math.max(1, threshold - 1));
      const labels = list.hi.map((_, place) => place);
      const labelOf = (place: number): number => {
        let at = place;
        while (labels[at] !== at) at = labels[at] as number;
        return at;
      };
      for (let a = 0; a < 6_000; a++) {
        for (let b = 0; b < a; b++) {
          const bits = countBits(
            (list.hi[a] as number) ^ (list.hi[b] as number),
            (list.lo[a] as number) ^ (list.lo[b] as number),
          );
          if (bits > threshold) continue;
          const [one, other] = [labelOf(a), labelOf(b)];
          labels[Math.max(one, other)] = Math.min(one, other);
        }
      }
      const members = new Map<number, number[]>();
      for (const place of labels.keys()) {
        const label = labelOf(place);
        members.set(label, [...(members.get(label) ?? []), place]);
      }
      const expected = [...members.values()].filter((group) => group.length > 1).map((group) => group.join());
      const groups = groupsOf(finish(groupNear(list, threshold))).map((group) => group.join());
      expect(groups.toSorted()).toEqual(expected.toSorted());
      expect(groups.length).toBeGreaterThan(0);
    },
    60_000,
  );

  test('come largest first, then by their first place', () => {
    const groups = groupsOf(finish(groupNear(hashList([1n << 40n, 0xffn, 1n << 40n, 0xffn, 0xffn]), 0)));
    expect(groups.map((group) => [...group])).toEqual([
      [1, 3, 4],
      [0, 2],
    ]);
  });
});
