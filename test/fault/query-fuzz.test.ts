/** Queries that nobody would write: each is answered or refused with its place, none takes long, and nothing else has to wait. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { aProgram, type RunningProgram } from '../builders/a-process.ts';
import { makeTempFolder, removeFolder } from '../builders/a-temp-folder.ts';
import { eventually } from '../builders/eventually.ts';
import { onEachDatabase, type TestDatabase } from '../contract/on-each-database.ts';
import { randomQuery, randomRow, seeded } from '../contract/random-query.ts';
import { send } from '../contract/send.ts';

const isLong = process.env.NUCLEUS_SOAK !== undefined;
const queryCount = isLong ? 100_000 : 800;
const rowCount = 5_000;
const connections = 4;
const mostStallMs = 200;
const watchLoop = new URL('../builders/watch-loop.mjs', import.meta.url).href;
const key = `live_${'k'.repeat(43)}`;

const scraps = [
  ...['(', ')', '((((', '))))', ',', '.', '..', '%', '+', '-', '--', '!=', '<>', '===', '=', '"', '\\', '\\"', "'"],
  ...['AND', 'OR', 'NOT', 'IN', 'IN (', 'CONTAINS', 'IS', 'MISSING', 'IS NOT', 'slice', 'slice = slc_x', 'metadata.'],
  ...['1e308', '1e309', '-1e308', '0', '9007199254740993', '0x10', '1.', '.5', 'NaN', 'Infinity', 'null', 'true'],
  ...['🙂', 'é', '\u0301', '\u202e', '\u00a0', '\t', '\n', ';', '--', '/*', "'; drop table items; --", '$1', '?', '{}'],
  ...[
    'iso',
    'metadata.iso',
    '"odd field"',
    'metadata."odd field"',
    'f0',
    'seq',
    'phash',
    'items',
    'width',
    '__proto__',
  ],
];

/** A good query, then cut, doubled, spliced and strewn with scraps; some are built to be large or deep. */
function brokenQuery(random: () => number): string {
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)] as string;
  const at = (text: string): number => Math.floor(random() * (text.length + 1));
  const kind = random();
  if (kind < 0.05)
    return Array.from({ length: 1 + Math.floor(random() * 120) }, () => 'iso = 1').join(pick([' AND ', ' OR ', ' ']));
  if (kind < 0.1) return `${'('.repeat(Math.floor(random() * 40))}iso = 1${')'.repeat(Math.floor(random() * 40))}`;
  if (kind < 0.15) return `${'NOT '.repeat(Math.floor(random() * 40))}iso = 1`;
  if (kind < 0.2) return `iso ${pick(['+', '-', '%'])} 1 `.repeat(Math.floor(random() * 60)) + pick(scraps);
  if (kind < 0.25)
    return `name CONTAINS "${pick(scraps)
      .repeat(Math.floor(random() * 900))
      .replaceAll('"', '')}"`;
  if (kind < 0.3) return `iso IN (${Array.from({ length: Math.floor(random() * 130) }, (_, i) => i).join(', ')})`;
  let query = randomQuery(random, 4);
  for (let cuts = Math.floor(random() * 4); cuts > 0; cuts--) {
    const [from, to] = [at(query), at(query)].toSorted((a, b) => a - b) as [number, number];
    const change = random();
    if (change < 0.35) query = query.slice(0, from) + query.slice(to);
    else if (change < 0.7) query = `${query.slice(0, from)} ${pick(scraps)} ${query.slice(from)}`;
    else query = query.slice(0, to) + query.slice(from);
  }
  return query;
}

test.each([
  {
    doing: 'working',
    script:
      'const end = performance.now() + 60_000; let n = 0; while (process.cpuUsage().user < 400_000 && performance.now() < end) n++;',
    isSeen: true,
  },
  { doing: 'waiting', script: 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);', isSeen: false },
])('a loop that stands still by $doing: seen is $isSeen', async ({ script, isSeen }) => {
  const file = join(await makeTempFolder('loop'), 'loop');
  onTestFinished(() => removeFolder(join(file, '..')));
  const env = { PATH: process.env.PATH ?? '', TEST_LOOP_FILE: file };
  const code = `setTimeout(() => { ${script} setTimeout(() => undefined, 20); }, 20);`;
  await promisify(execFile)(process.execPath, ['--import', watchLoop, '-e', code], { env });
  const longestMs = Number(await readFile(file, 'utf8'));
  expect(longestMs).toBeGreaterThan(0);
  expect(longestMs > 200).toBe(isSeen);
});

onEachDatabase('broken queries', (open) => {
  let database: TestDatabase;
  let program: RunningProgram;
  let url: string;
  let data: string;
  let datasetId: string;

  beforeAll(async () => {
    database = await open();
    data = await makeTempFolder('query-fuzz');
    const flags = database.url === undefined ? [] : ['--database', database.url];
    program = aProgram('cloud', ['serve', '--data', data, '--listen', '127.0.0.1:0', ...flags], {
      env: { NUCLEUS_CLOUD_KEY: key, TEST_LOOP_FILE: join(data, 'loop') },
      nodeArgs: ['--import', watchLoop],
    });
    [, url = ''] = await program.printed(/ready at (http:\S+)/);
    const random = seeded(3);
    datasetId = (await call('nucleus/dataset/create', { name: 'fuzz', use_privacy_mode: true })).body.dataset_id;
    const items = Array.from({ length: rowCount }, (_, i) => {
      const { reference_id, width, ...metadata } = randomRow(random, i);
      return { reference_id, image_url: 'https://pictures.example/a.jpg', width, height: 1, metadata };
    });
    expect((await call(`nucleus/dataset/${datasetId}/append`, { items })).body.new_items).toBe(rowCount);
  });
  afterAll(async () => {
    await program.stop('SIGKILL');
    await database.drop();
    await removeFolder(data);
  });

  const call = (path: string, body: unknown) => send(`${url}/v1/${path}`, { key, body });
  const tiles = (query: string) => call(`insights/${datasetId}/tiles`, { offset: 0, limit: 5, query });
  const longestStallMs = async (): Promise<number> => Number(await readFile(join(data, 'loop'), 'utf8'));

  test(`${queryCount} of them crash nothing, and nothing else has to wait`, { timeout: 3_600_000 }, async () => {
    const random = seeded(Number(process.env.NUCLEUS_SEED ?? 20_261_124));
    await tiles('iso = 1');
    // starting and taking the items may take longer
    program.child.kill('SIGUSR2');
    await eventually('a new count', 5_000, async () => (await longestStallMs()) < mostStallMs || undefined);
    let answered = 0;
    let refused = 0;
    const ask = async (query: string): Promise<void> => {
      const { status, body } = await tiles(query);
      if (status === 200) {
        answered += 1;
        return;
      }
      refused += 1;
      const { start, end } = body.at ?? {};
      const isPlace = 0 <= start && start <= end && end <= query.length;
      const told = { query, status, code: body.code, error: body.error, isPlace };
      expect(told).toEqual({ query, status: 400, code: 'invalid-request', error: expect.any(String), isPlace: true });
    };
    let left = queryCount;
    await Promise.all(
      Array.from({ length: connections }, async () => {
        while (left > 0) {
          left -= 1;
          // half a surrogate pair is refused before it is a query
          await ask(brokenQuery(random).slice(0, 8_000).toWellFormed());
        }
      }),
    );
    expect(answered).toBeGreaterThan(queryCount / 10);
    expect(refused).toBeGreaterThan(queryCount / 10);
    expect(answered + refused).toBe(queryCount);
    const stallMs = await longestStallMs();
    expect(stallMs).toBeGreaterThan(0);
    // processor time of the loop's own thread, whatever else the machine does
    expect(stallMs).toBeLessThan(mostStallMs);
    expect((await tiles('')).body.total).toBe(rowCount);
  });

  test.each([
    { limit: '4 KiB', query: `make = "${'x'.repeat(4_100)}"`, at: { start: 0, end: 4_109 }, says: '4096 bytes' },
    {
      limit: '20 brackets',
      query: `${'('.repeat(21)}iso = 1${')'.repeat(21)}`,
      at: { start: 21, end: 24 },
      says: '20 deep',
    },
    {
      limit: '100 terms',
      query: Array.from({ length: 101 }, () => 'iso=1').join(' OR '),
      at: { start: 900, end: 903 },
      says: '100 conditions',
    },
  ])('a query beyond $limit is refused with what and where', async ({ query, at, says }) => {
    const { status, body } = await tiles(query);
    expect([status, body.code, body.at]).toEqual([400, 'invalid-request', at]);
    expect(body.error).toContain(says);
  });

  test('numbers beyond every integer are compared as the numbers that they are', async () => {
    const { status, body } = await tiles('width < 1e40 AND width - 1e308 < 0 AND width > -9223372036854775809');
    expect([status, body.total]).toEqual([200, rowCount]);
  });
});
