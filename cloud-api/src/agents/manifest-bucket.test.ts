import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyBucket, type ManifestLine, patchBucket, sortBucket } from './manifest-bucket.ts';

const aKey = fc.integer({ min: 0, max: 60 }).map((n) => `ab${n.toString(16).padStart(2, '0')}`);
const aState = fc.constantFrom('1'.repeat(32), 'deleted', 'removed_by_user');
/** Places with one line each, as a bucket has them; keys differ too. */
const someLines = fc
  .uniqueArray(fc.record({ seq: fc.integer({ min: 0, max: 40 }), key: aKey, state: aState }), {
    comparator: (a, b) => a.seq === b.seq || a.key === b.key,
    maxLength: 25,
  })
  .map((rows) => rows.map(({ seq, key, state }) => ({ seq, line: `${key} ${state}\n` })));

test('a bucket that was patched is the bucket of what is there', () => {
  fc.assert(
    fc.property(someLines, someLines, (before, after) => {
      const isAfter = new Set(after.map(({ seq }) => seq));
      const keys = new Set(after.map(({ line }) => line.slice(0, 4)));
      // those whose place or key is taken over go, as the database has it
      const gone = new Set(
        before.filter((each) => isAfter.has(each.seq) || keys.has(each.line.slice(0, 4))).map(({ seq }) => seq),
      );
      const left: ManifestLine[] = [...before.filter(({ seq }) => !gone.has(seq)), ...after];
      expect(patchBucket(sortBucket('ab', before), gone, after)).toEqual(sortBucket('ab', left));
    }),
    { seed: 5, numRuns: 300 },
  );
});

test('a bucket is emptied and filled', () => {
  const lines = [2, 0, 1].map((seq) => ({ seq, line: `ab0${seq} x\n` }));
  const full = patchBucket(emptyBucket('ab'), new Set(), lines);
  expect([full.lines.toString(), [...full.seqs]]).toEqual(['ab00 x\nab01 x\nab02 x\n', [0, 1, 2]]);
  expect(patchBucket(full, new Set([0, 1, 2]), [])).toEqual(emptyBucket('ab'));
});
