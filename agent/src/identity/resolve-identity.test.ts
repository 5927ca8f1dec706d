import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Decision, type KnownItem, type KnownItems, resolveIdentity, type SeenFile } from './resolve-identity.ts';

const day = 86_400_000;
const nowMs = 1_795_000_000_000;
let inode = 1000;

const anItem = (itemKey: string, path: string, hash: string, over: Partial<KnownItem> = {}): KnownItem => ({
  itemKey,
  path,
  hash,
  presence: 'live',
  dev: 1,
  ino: inode++,
  firstSeen: inode,
  deletedMs: null,
  ...over,
});
const aFile = (path: string, hash: string | null, over: Partial<SeenFile> = {}): SeenFile => ({ path, hash, dev: 1, ino: inode++, ...over });
const knowing = (items: readonly KnownItem[]): KnownItems => ({
  liveAt: (path) => items.find((item) => item.presence === 'live' && item.path === path),
  withHash: (hash) => items.filter((item) => item.hash === hash),
});
const sketch = (decisions: readonly Decision[]): string[] =>
  decisions
    .map((d) => `${d.kind} ${'item' in d ? d.item.itemKey : '-'} ${'file' in d ? d.file.path : '-'}`)
    .toSorted();

describe('each row of the identity table', () => {
  const a = anItem('A', 'a.jpg', 'ha');
  const b = anItem('B', 'b.jpg', 'hb');
  const c = anItem('C', 'c.jpg', 'hc');

  test.each<{ why: string; known: KnownItem[]; seen: SeenFile[]; gone?: KnownItem[]; want: string[] }>([
    { why: 'touched: same content', known: [a], seen: [aFile('a.jpg', 'ha')], want: ['same A a.jpg'] },
    { why: 'replaced', known: [a], seen: [aFile('a.jpg', 'hx')], want: ['replaced A a.jpg'] },
    { why: 'mv b over a', known: [a, b], seen: [aFile('a.jpg', 'hb')], gone: [b], want: ['missing A -', 'moved B a.jpg'] },
    {
      why: 'swap',
      known: [a, b],
      seen: [aFile('a.jpg', 'hb'), aFile('b.jpg', 'ha')],
      want: ['moved A b.jpg', 'moved B a.jpg'],
    },
    {
      why: 'rotation of three',
      known: [a, b, c],
      seen: [aFile('a.jpg', 'hc'), aFile('b.jpg', 'ha'), aFile('c.jpg', 'hb')],
      want: ['moved A b.jpg', 'moved B c.jpg', 'moved C a.jpg'],
    },
    {
      why: 'a shift onto a new name: a to n, b over a',
      known: [a, b],
      seen: [aFile('n.jpg', 'ha'), aFile('a.jpg', 'hb')],
      gone: [b],
      want: ['moved A n.jpg', 'moved B a.jpg'],
    },
    { why: 'cp b over a: b still there', known: [a, b], seen: [aFile('a.jpg', 'hb')], want: ['replaced A a.jpg'] },
    { why: 'moved', known: [a], seen: [aFile('d/a2.jpg', 'ha')], gone: [a], want: ['moved A d/a2.jpg'] },
    { why: 'copied', known: [a], seen: [aFile('copy.jpg', 'ha')], want: ['new - copy.jpg'] },
    { why: 'hard-linked', known: [a], seen: [aFile('link.jpg', 'ha', { ino: a.ino })], want: ['new - link.jpg'] },
    { why: 'deleted', known: [a], seen: [], gone: [a], want: ['missing A -'] },
    { why: 'new', known: [a], seen: [aFile('n.jpg', 'hn')], want: ['new - n.jpg'] },
    { why: 'unreadable at a known path', known: [a], seen: [aFile('a.jpg', null)], want: ['replaced A a.jpg'] },
    {
      why: 'missing since an earlier scan, found elsewhere',
      known: [{ ...a, presence: 'missing' }],
      seen: [aFile('later.jpg', 'ha')],
      want: ['moved A later.jpg'],
    },
  ])('$why', ({ known, seen, gone = [], want }) => {
    expect(sketch(resolveIdentity({ seen, gone, nowMs }, knowing(known)))).toEqual(want);
  });

  test('twins: same inode first, then same name, then first seen', () => {
    const one = anItem('one', 'x/1.jpg', 'h', { firstSeen: 1 });
    const two = anItem('two', 'x/2.jpg', 'h', { firstSeen: 2 });
    const three = anItem('three', 'x/3.jpg', 'h', { firstSeen: 3 });
    const known = knowing([one, two, three]);
    const seen = [aFile('y/0.jpg', 'h'), aFile('y/2.jpg', 'h'), aFile('y/9.jpg', 'h', { ino: three.ino })];
    expect(sketch(resolveIdentity({ seen, gone: [one, two, three], nowMs }, known))).toEqual([
      'moved one y/0.jpg',
      'moved three y/9.jpg',
      'moved two y/2.jpg',
    ]);
  });

  test.each([
    { why: 'back at its path', deletedMs: nowMs - 29 * day, path: 'a.jpg', want: 'undeleted A a.jpg' },
    { why: 'back elsewhere, the only candidate', deletedMs: nowMs - day, path: 'b.jpg', want: 'undeleted A b.jpg' },
    { why: 'back after 31 days', deletedMs: nowMs - 31 * day, path: 'a.jpg', want: 'new - a.jpg' },
  ])('a tombstone $why', ({ deletedMs, path, want }) => {
    const tombstone = anItem('A', 'a.jpg', 'ha', { presence: 'tombstone', deletedMs });
    expect(sketch(resolveIdentity({ seen: [aFile(path, 'ha')], gone: [], nowMs }, knowing([tombstone])))).toEqual([want]);
  });

  test('two tombstones of one content do not decide between themselves, except by path', () => {
    const stones = ['A', 'B'].map((key) => anItem(key, `${key}.jpg`, 'h', { presence: 'tombstone', deletedMs: nowMs - day }));
    const elsewhere = resolveIdentity({ seen: [aFile('n.jpg', 'h')], gone: [], nowMs }, knowing(stones));
    expect(sketch(elsewhere)).toEqual(['new - n.jpg']);
    const home = resolveIdentity({ seen: [aFile('B.jpg', 'h')], gone: [], nowMs }, knowing(stones));
    expect(sketch(home)).toEqual(['undeleted B B.jpg']);
  });

  test('other content at a tombstone’s path is a new item', () => {
    const tombstone = anItem('A', 'a.jpg', 'ha', { presence: 'tombstone', deletedMs: nowMs - day });
    expect(sketch(resolveIdentity({ seen: [aFile('a.jpg', 'hx')], gone: [], nowMs }, knowing([tombstone])))).toEqual(['new - a.jpg']);
  });
});

test('any permutation of paths keeps every item, and no file or item is decided twice', () => {
  const arrangement = fc.integer({ min: 1, max: 8 }).chain((count) =>
    fc.record({
      before: fc.constant(Array.from({ length: count }, (_, i) => `p${i}`)),
      after: fc.shuffledSubarray(['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'q0', 'q1', 'q2', 'q3'], { minLength: count, maxLength: count }),
    }),
  );
  fc.assert(
    fc.property(arrangement, ({ before, after }) => {
      const items = before.map((path, i) => anItem(`I${i}`, path, `h${i}`));
      const placed = new Map(after.map((path, i) => [path, `h${i}`]));
      const seen = [...placed].filter(([path, hash]) => before.indexOf(path) < 0 || hash !== `h${before.indexOf(path)}`);
      const decisions = resolveIdentity(
        {
          seen: seen.map(([path, hash]) => aFile(path, hash)),
          gone: items.filter((item) => !placed.has(item.path)),
          nowMs,
        },
        knowing(items),
      );
      const moved = decisions.filter((d) => d.kind === 'moved');
      expect(moved.length).toBe(decisions.length);
      for (const decision of moved) expect(decision.file.hash).toBe(decision.item.hash);
      expect(new Set(moved.map((d) => d.item.itemKey)).size).toBe(moved.length);
    }),
    { numRuns: 500 },
  );
});
