import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLedger } from './ledger.ts';
import { listSegments } from './ledger-files.ts';
import { showLedger } from './read-ledger.ts';
import { matchesIn, type SearchLimits, searchLedger, spellingsOf } from './search-ledger.ts';

const attempts = 40;
const unlimited: SearchLimits = { found: 1e9, bytes: 1e9, ms: 60_000 };
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'search-'));
  const ledger = await openLedger(folder, { maxSegmentBytes: 2000 });
  for (let i = 1; i <= attempts; i++) {
    const kind = i % 4 === 0 ? 'heartbeat' : 'changes';
    const body = `{"source":"main"}\n{"ref":"${i % 3 === 0 ? 'needle' : 'hay'} ${i}"}\n`;
    const { n } = await ledger.append({ kind, urlPath: '/v1/agents/x', body: Buffer.from(body) });
    await ledger.appendResult(n, 200);
  }
  await ledger.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a search of the whole ledger', () => {
  /** Part after part, as a page asks for them. */
  async function inParts(limits: SearchLimits, kind?: 'changes') {
    const found: number[] = [];
    let searched = 0;
    let parts = 0;
    for (let before: number | undefined; ; parts += 1) {
      const part = await searchLedger(folder, { text: 'needle', before, kind }, limits);
      found.push(...part.found.map(({ n }) => n));
      searched += part.searched;
      before = part.next;
      if (before === undefined) return { found, searched, parts: parts + 1 };
    }
  }

  test('over several segments, compressed ones too, finds what a look at every line finds', async () => {
    expect((await listSegments(folder)).filter(({ compressed }) => compressed).length).toBeGreaterThan(1);
    const naive: number[] = [];
    for await (const { n, body } of showLedger(folder)) if (body?.includes('needle')) naive.push(n);
    expect(naive).toHaveLength(Math.floor(attempts / 3));
    expect(await inParts(unlimited)).toEqual({ found: naive.toReversed(), searched: attempts, parts: 1 });
  });

  test.each<[string, Partial<SearchLimits>, number]>([
    ['found', { found: 2 }, 7],
    ['bytes', { bytes: 1 }, attempts],
    ['ms', { ms: -1 }, attempts],
  ])('that stops at its limit of %s goes on where it stopped and misses nothing', async (_, limit, parts) => {
    const whole = await inParts(unlimited);
    const cut = await inParts({ ...unlimited, ...limit });
    expect([cut.found, cut.searched]).toEqual([whole.found, whole.searched]);
    expect(cut.parts).toBeGreaterThanOrEqual(parts);
  });

  test('of one kind looks at no other', async () => {
    const { found, searched } = await inParts(unlimited, 'changes');
    expect([found.length, searched]).toEqual([10, 30]);
  });
});

describe('places of a body', () => {
  test.each([
    ['aXbX', ['X'], [1, 3]],
    ['aaaa', ['aa'], [0, 2]],
    ['say \\"x\\" and "x"', spellingsOf('"x"'), [4, 14]],
    ['', ['X'], []],
    ['anything', [''], []],
  ])('%j holds %j at %j', (body, spellings, columns) => {
    const { count, matches } = matchesIn(body, spellings);
    expect([count, matches.map(({ column }) => column)]).toEqual([columns.length, columns]);
  });

  test('are told with what stands around them, cut at whole characters, three at most', () => {
    const { count, matches } = matchesIn(`${'😀'.repeat(60)}X${'é'.repeat(60)}\n\nXXXX`, ['X']);
    expect([count, matches.map(({ line }) => line)]).toEqual([5, [1, 3, 3]]);
    const { excerpt = '', start, end } = matches[0] ?? {};
    expect(excerpt.slice(start, end)).toBe('X');
    expect([excerpt.startsWith('…'), excerpt.endsWith('…'), excerpt.length <= 100, excerpt.isWellFormed()]).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });
});
