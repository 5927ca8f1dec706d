import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type KnownItem, resolveIdentity, type SettledFile, undeleteMs } from './resolve-identity.ts';

const now = 1_800_000_000_000;
let inode = 100;
const item = (itemKey: string, hash: string, over: Partial<KnownItem> = {}): KnownItem => ({
  itemKey,
  presence: 'live',
  key: itemKey.toLowerCase(),
  dev: 1,
  ino: inode++,
  hash,
  deletedMs: undefined,
  firstSeen: inode,
  ...over,
});
const file = (key: string, hash: string | undefined, over: Partial<SettledFile> = {}): SettledFile => ({
  key,
  dev: 1,
  ino: inode++,
  hash,
  ...over,
});
const spell = (files: SettledFile[], known: KnownItem[]) => {
  const { decisions, displaced } = resolveIdentity(files, known, now);
  const out = Object.fromEntries(
    decisions.map((d) => [d.file.key, d.kind === 'new' ? 'new' : `${d.kind} ${d.item.itemKey}`]),
  );
  return displaced.length > 0 ? { ...out, displaced: displaced.map((d) => d.itemKey) } : out;
};

describe('identity', () => {
  test.each([
    {
      name: 'a touched file is the same item',
      files: [file('a', '1')],
      known: [item('A', '1')],
      want: { a: 'same A' },
    },
    {
      name: 'a file that cannot be read keeps its item',
      files: [file('a', undefined)],
      known: [item('A', '1')],
      want: { a: 'same A' },
    },
    {
      name: 'other content is a replacement',
      files: [file('a', '2')],
      known: [item('A', '1')],
      want: { a: 'replaced A' },
    },
    {
      name: 'mv b a: the item of b moves, that of a is displaced',
      files: [file('a', '2')],
      known: [item('A', '1'), item('B', '2', { presence: 'missing' })],
      want: { a: 'moved B', displaced: ['A'] },
    },
    {
      name: 'a swap keeps both items with their content',
      files: [file('a', '2'), file('b', '1')],
      known: [item('A', '1'), item('B', '2')],
      want: { a: 'moved B', b: 'moved A' },
    },
    {
      name: 'a rotation of three',
      files: [file('a', '3'), file('b', '1'), file('c', '2')],
      known: [item('A', '1'), item('B', '2'), item('C', '3')],
      want: { a: 'moved C', b: 'moved A', c: 'moved B' },
    },
    {
      name: 'mv a c; mv b a: both move',
      files: [file('a', '2'), file('c', '1')],
      known: [item('A', '1'), item('B', '2', { presence: 'missing' })],
      want: { a: 'moved B', c: 'moved A' },
    },
    {
      name: 'cp b a: b still holds its content, so a is replaced',
      files: [file('a', '2')],
      known: [item('A', '1'), item('B', '2')].slice(0, 1),
      want: { a: 'replaced A' },
    },
    {
      name: 'mv a x over x, then another a: the first a is at x, the second is new',
      files: [file('a', '9'), file('x', '1')],
      known: [item('A', '1'), item('X', '5')],
      want: { a: 'new', x: 'moved A', displaced: ['X'] },
    },
    {
      name: 'two candidates for an overwritten path prove nothing',
      files: [file('a', '2')],
      known: [item('A', '1'), item('B', '2', { presence: 'missing' }), item('C', '2', { presence: 'missing' })],
      want: { a: 'replaced A' },
    },
    {
      name: 'a rename keeps the item',
      files: [file('n', '1')],
      known: [item('A', '1', { presence: 'missing' })],
      want: { n: 'moved A' },
    },
    {
      name: 'among equal contents the same inode goes first, then the same name, then the first seen',
      files: [file('z/one', '1'), file('z/b', '1'), file('z/three', '1', { ino: 7 })],
      known: [
        item('A', '1', { presence: 'missing', firstSeen: 1 }),
        item('B', '1', { presence: 'missing', firstSeen: 2 }),
        item('C', '1', { presence: 'missing', ino: 7, firstSeen: 3 }),
      ],
      want: { 'z/one': 'moved A', 'z/b': 'moved B', 'z/three': 'moved C' },
    },
    {
      name: 'a missing file that comes back changed is replaced, not new',
      files: [file('a', '2')],
      known: [item('A', '1', { presence: 'missing' })],
      want: { a: 'replaced A' },
    },
    {
      name: 'a return within 30 days is the old item, at the same path first',
      files: [file('b', '1')],
      known: [
        item('A', '1', { presence: 'tombstone', deletedMs: now - 5 }),
        item('B', '1', { presence: 'tombstone', deletedMs: now - undeleteMs }),
      ],
      want: { b: 'undeleted B' },
    },
    {
      name: 'a return elsewhere needs a single candidate',
      files: [file('n', '1')],
      known: [
        item('A', '1', { presence: 'tombstone', deletedMs: now }),
        item('B', '1', { presence: 'tombstone', deletedMs: now }),
      ],
      want: { n: 'new' },
    },
    {
      name: 'a return after 30 days is new',
      files: [file('a', '1')],
      known: [item('A', '1', { presence: 'tombstone', deletedMs: now - undeleteMs - 1 })],
      want: { a: 'new' },
    },
    {
      name: 'another content at a deleted path is new',
      files: [file('a', '2')],
      known: [item('A', '1', { presence: 'tombstone', deletedMs: now })],
      want: { a: 'new' },
    },
    { name: 'a copy is a new item', files: [file('copy', '1')], known: [], want: { copy: 'new' } },
  ])('$name', ({ files, known, want }) => {
    expect(spell(files, known)).toEqual(want);
  });

  test('random moves, swaps, replacements, deletions and returns keep items as an oracle says', () => {
    const path = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const operation = fc.oneof(
      fc.record({ op: fc.constant('create' as const), at: path }),
      fc.record({ op: fc.constant('replace' as const), at: path }),
      fc.record({ op: fc.constant('delete' as const), at: path }),
      fc.record({ op: fc.constant('return' as const), at: path }),
      fc.record({ op: fc.constant('move' as const), at: path, to: path }),
      fc.record({ op: fc.constant('swap' as const), at: path, to: path }),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
        let next = 1;
        const disk = new Map<string, { id: string; hash: string; ino: number }>();
        const deleted: { key: string; id: string; hash: string; ino: number }[] = [];
        let items: KnownItem[] = [];
        for (const step of operations) {
          const here = disk.get(step.at);
          if (step.op === 'create' && !here) disk.set(step.at, { id: '', hash: `h${next}`, ino: next++ });
          if (step.op === 'replace' && here) disk.set(step.at, { id: here.id, hash: `h${next}`, ino: next++ });
          if (step.op === 'delete' && here) {
            disk.delete(step.at);
            deleted.push({ key: step.at, ...here });
          }
          const buried = deleted.at(-1);
          if (step.op === 'return' && !here && buried) {
            deleted.pop();
            disk.set(step.at, { id: buried.id, hash: buried.hash, ino: next++ });
          }
          if (step.op === 'move' && here && step.to !== step.at) {
            const over = disk.get(step.to);
            if (over) deleted.push({ key: step.to, ...over });
            disk.set(step.to, here);
            disk.delete(step.at);
          }
          if (step.op === 'swap' && here) {
            const there = disk.get(step.to);
            if (there) {
              disk.set(step.at, there);
              disk.set(step.to, here);
            }
          }
          items = scan(disk, items);
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** One scan after one operation, as the agent does it; checks every decision against the oracle's ids and stamps new ones. */
function scan(disk: Map<string, { id: string; hash: string; ino: number }>, before: KnownItem[]): KnownItem[] {
  const isAt = (known: KnownItem) => known.presence === 'live' && !disk.has(known.key);
  const items = before.map((known) => (isAt(known) ? { ...known, presence: 'missing' as const } : known));
  const live = new Map(items.filter((known) => known.presence === 'live').map((known) => [known.key, known]));
  const seen = Array.from(disk, ([key, { hash, ino }]) => ({ key, dev: 1, ino, hash })).filter(
    (found) => live.get(found.key)?.hash !== found.hash,
  );
  const { decisions, displaced } = resolveIdentity(seen, items, now);
  for (const decision of decisions) {
    const on = disk.get(decision.file.key) as { id: string; hash: string; ino: number };
    if (decision.kind === 'new') {
      expect(on.id).toBe('');
      on.id = `item${items.length}`;
      items.push({
        ...decision.file,
        itemKey: on.id,
        presence: 'live',
        deletedMs: undefined,
        firstSeen: items.length,
      });
    } else {
      expect(decision.item.itemKey).toBe(on.id);
      Object.assign(decision.item, decision.file, { presence: 'live', deletedMs: undefined });
    }
  }
  for (const lost of displaced) lost.presence = 'missing';
  return items.map((known) =>
    known.presence === 'missing' ? { ...known, presence: 'tombstone' as const, deletedMs: now } : known,
  );
}
