import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addFile, aProxy, ask, linkPath, type ProxyUnderTest, type Reply } from '../builders/a-proxy.ts';

const size = 300_000;
const content = randomBytes(size);
let running: ProxyUnderTest;
let path: string;
let emptyPath: string;
let etag: string;

beforeAll(async () => {
  running = await aProxy();
  addFile(running, 'big.jpg', content);
  addFile(running, 'empty.jpg', '');
  path = linkPath(running, 'big.jpg');
  emptyPath = linkPath(running, 'empty.jpg');
  etag = (await ask(running.port, path)).headers.etag as string;
});
afterAll(() => running.close());

/** [from, to] inclusive, or the whole, or unsatisfiable. */
type Want = [number, number] | 'whole' | 416;
const cases: { range: string; want: Want; headers?: Record<string, string>; why: string }[] = [
  { range: 'bytes=0-0', want: [0, 0], why: 'first byte' },
  { range: 'bytes=0-9', want: [0, 9], why: 'both ends are inclusive' },
  { range: 'bytes=100-199', want: [100, 199], why: 'inside' },
  { range: `bytes=${size - 1}-${size - 1}`, want: [size - 1, size - 1], why: 'last byte' },
  { range: 'bytes=299000-', want: [299_000, size - 1], why: 'open end' },
  { range: 'bytes=0-', want: [0, size - 1], why: 'open end from the start is a part' },
  { range: 'bytes=-1', want: [size - 1, size - 1], why: 'suffix of one' },
  { range: 'bytes=-500', want: [size - 500, size - 1], why: 'suffix' },
  { range: `bytes=-${size * 2}`, want: [0, size - 1], why: 'suffix longer than the file' },
  { range: 'bytes=-0', want: 416, why: 'suffix of nothing' },
  { range: `bytes=0-${size * 3}`, want: [0, size - 1], why: 'end behind the end' },
  { range: 'bytes=0-99999999999999999999999', want: [0, size - 1], why: 'end beyond all integers' },
  { range: `bytes=${size}-`, want: 416, why: 'start behind the end' },
  { range: `bytes=${size}-${size + 10}`, want: 416, why: 'all behind the end' },
  { range: 'bytes=9-0', want: 'whole', why: 'last before first is malformed' },
  { range: 'bytes=a-b', want: 'whole', why: 'no digits' },
  { range: 'bytes=-', want: 'whole', why: 'nothing named' },
  { range: 'bytes', want: 'whole', why: 'no equals sign' },
  { range: 'items=0-1', want: 'whole', why: 'unknown unit' },
  { range: 'bytes=0-1,5-6', want: 'whole', why: 'several ranges' },
  { range: 'BYTES=5-6', want: [5, 6], why: 'units ignore case' },
  { range: 'bytes= 5-6 ', want: [5, 6], why: 'blanks around the range' },
  { range: 'bytes=+5-6', want: 'whole', why: 'signs are malformed' },
  { range: 'bytes=5-6', want: 'whole', headers: { 'if-range': '"other"' }, why: 'If-Range of another content' },
  { range: 'bytes=5-6', want: 'whole', headers: { 'if-range': 'Mon, 23 Nov 2026 00:00:00 GMT' }, why: 'If-Range date' },
];

function expectReply(reply: Reply, want: Want): void {
  if (want === 416) {
    expect(reply.status).toBe(416);
    expect(reply.headers['content-range']).toBe(`bytes */${size}`);
    expect(reply.headers['x-error-code']).toBe('range-not-satisfiable');
    return;
  }
  const [from, to] = want === 'whole' ? [0, size - 1] : want;
  expect(reply.status).toBe(want === 'whole' ? 200 : 206);
  expect(reply.headers['content-range']).toBe(want === 'whole' ? undefined : `bytes ${from}-${to}/${size}`);
  expect(reply.headers['content-length']).toBe(String(to - from + 1));
  expect(reply.body.equals(content.subarray(from, to + 1))).toBe(true);
}

/** What a reader of the header alone makes of it: no units, no other header, no look at the size. */
function careless(range: string): Want {
  const [, first = '', last = ''] = /(\d*)-(\d*)/.exec(range) ?? [];
  if (first === '' && last === '') return 'whole';
  return first === '' ? [size - Number(last), size - 1] : [Number(first), last === '' ? size - 1 : Number(last)];
}

describe('a range is answered byte for byte', () => {
  test('the table has 25 rows, and most of the absurd ones catch a careless reader', () => {
    expect(cases).toHaveLength(25);
    const caught = cases.filter(({ range, want }) => JSON.stringify(careless(range)) !== JSON.stringify(want));
    expect(caught.length).toBeGreaterThanOrEqual(10);
  });

  test.each(cases)('$range $why', async ({ range, want, headers }) => {
    expectReply(await ask(running.port, path, { headers: { range, ...headers } }), want);
  });

  test('If-Range of this very content keeps the range', async () => {
    expectReply(await ask(running.port, path, { headers: { 'range': 'bytes=5-6', 'if-range': etag } }), [5, 6]);
  });

  test('a weak tag in If-Range does not', async () => {
    expectReply(await ask(running.port, path, { headers: { 'range': 'bytes=5-6', 'if-range': `W/${etag}` } }), 'whole');
  });

  test('HEAD ignores Range and states the whole length', async () => {
    const reply = await ask(running.port, path, { method: 'HEAD', headers: { range: 'bytes=0-9' } });
    expect([reply.status, reply.headers['content-length'], reply.body.length]).toEqual([200, String(size), 0]);
  });

  test.each(['bytes=0-', 'bytes=0-0'])('an empty file cannot satisfy %s', async (range) => {
    const reply = await ask(running.port, emptyPath, { headers: { range } });
    expect([reply.status, reply.headers['content-range']]).toEqual([416, 'bytes */0']);
  });

  test('an empty file is answered whole', async () => {
    const reply = await ask(running.port, emptyPath);
    expect([reply.status, reply.headers['content-length'], reply.body.length]).toEqual([200, '0', 0]);
  });
});

describe('a copy in the browser is revalidated', () => {
  test.each([() => etag, () => `W/${etag}`, () => `"x", ${etag}`, () => '*'])(
    '304 for a tag that matches',
    async (tag) => {
      const reply = await ask(running.port, path, { headers: { 'if-none-match': tag(), 'range': 'bytes=0-1' } });
      expect([reply.status, reply.body.length, reply.headers.etag]).toEqual([304, 0, etag]);
    },
  );

  test('200 for another tag', async () => {
    expect((await ask(running.port, path, { headers: { 'if-none-match': '"x"' } })).status).toBe(200);
  });
});
