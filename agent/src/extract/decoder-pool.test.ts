import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { openDecoderPool } from './decoder-pool.ts';
import type { DescribeRequest } from './described.ts';

/**
 * A child that does what the path of its task says; answers with its process id as content hash. It works off one task a turn
 * of its event loop, previews first, as the real one does.
 */
const obedientChild = `
let queue = [];
let isAtWork = false;
process.on('message', (message) => {
  if (message.kind === 'setup') return process.send({ kind: 'ready' });
  if (message.kind === 'forget') queue = queue.filter(({ id }) => !message.ids.includes(id));
  else queue.push(...message.tasks);
  if (isAtWork) return;
  isAtWork = true;
  begin(takeNext());
});
function takeNext() {
  const urgent = queue.findIndex(({ kind }) => kind !== 'describe');
  return urgent > 0 ? queue.splice(urgent, 1)[0] : queue.shift();
}
function begin(task) {
  if (!task) isAtWork = false;
  else setTimeout(work, 5, task);
}
function work(task) {
  const path = Buffer.from(task.request.path).toString();
  if (path === 'hang') for (;;) {}
  if (path === 'crash') process.kill(process.pid, 'SIGSEGV');
  if (path === 'slow') return setTimeout(answer, 1000, task, path);
  answer(task, path);
}
function answer(task, path) {
  const contentHash = Buffer.from(String(process.pid));
  const next = takeNext();
  const common = { id: task.id, next: next?.id, rssBytes: path === 'fat' ? 2 ** 40 : 1 };
  if (task.kind === 'preview') process.send({ kind: 'preview', ...common, bytes: contentHash });
  else process.send({ kind: 'described', ...common, described: { kind: 'known', contentHash } });
  begin(next);
}
process.on('disconnect', () => process.exit(0));
`;

/** Children that may not decode, or never come up. */
const unableChildren = {
  refusing: `process.on('message', () => process.send({ kind: 'refused', sentence: 'Too old.' }));`,
  failing: 'process.exit(1);',
};

function aPool(over: { child?: string; processes?: number; filesPerChild?: number; timeoutMs?: number } = {}) {
  const file = join(mkdtempSync(join(tmpdir(), 'child-')), 'child.mjs');
  writeFileSync(file, over.child ?? obedientChild);
  const pool = openDecoderPool({
    childUrl: pathToFileURL(file),
    processes: over.processes ?? 1,
    contentKey: new Uint8Array(32),
    limits: { maxPixels: 1, maxFileBytes: 1, timeoutMs: over.timeoutMs ?? 10_000 },
    ...(over.filesPerChild !== undefined && { filesPerChild: over.filesPerChild }),
  });
  onTestFinished(() => pool.close());
  const asked = (path: string): DescribeRequest => ({
    root: '/',
    path: Buffer.from(path),
    expected: { dev: 0, ino: 0, size: 0, mtimeMs: 0, ctimeMs: 0 },
  });
  const pidOf = async (path: string) => {
    const described = await pool.describe(asked(path));
    return described.contentHash && Number(Buffer.from(described.contentHash).toString());
  };
  return { pool, asked, pidOf };
}

test('a file that hangs its decoder is killed, and the next one is described', async () => {
  const { pool, asked, pidOf } = aPool({ timeoutMs: 100 });
  await pidOf('good');
  const [hung, next] = await Promise.all([pool.describe(asked('hang')), pool.describe(asked('good'))]);
  expect(hung).toEqual({ kind: 'exception', code: 'timed-out' });
  expect(next.kind).toBe('known');
});

test('a file that crashes its decoder is an exception, and the next one is described', async () => {
  const { pool, asked } = aPool();
  const [crashed, next] = await Promise.all([pool.describe(asked('crash')), pool.describe(asked('good'))]);
  expect(crashed).toEqual({ kind: 'exception', code: 'crashed' });
  expect(next.kind).toBe('known');
});

test('a hanging file does not hold up the other process', async () => {
  const { pool, asked } = aPool({ processes: 2, timeoutMs: 5000 });
  await Promise.all([pool.describe(asked('a')), pool.describe(asked('b'))]);
  const hung = pool.describe(asked('hang'));
  const first = await Promise.race([hung, pool.describe(asked('good'))]);
  expect(first.kind).toBe('known');
});

test('while a file holds every process, others are described by one more', async () => {
  const { pool, asked } = aPool({ timeoutMs: 20_000 });
  await pool.describe(asked('warm'));
  const hung = pool.describe(asked('hang'));
  // without another process it would come after the limit, and second
  expect(await Promise.race([hung, pool.describe(asked('good'))])).toMatchObject({ kind: 'known' });
});

test('what was sent in a long turn of the event loop does not go back to the file that holds its process', async () => {
  const { pool, asked } = aPool({ timeoutMs: 5000 });
  await Promise.all(Array.from({ length: 20 }, (_, i) => pool.describe(asked(`warm-${i}`))));
  await new Promise((resolve) => setImmediate(resolve));
  // timers count from the start of their turn, so these fire this much before the clock says so
  for (const startMs = performance.now(); performance.now() - startMs < 50; );
  const hung = pool.describe(asked('hang'));
  expect(await Promise.race([hung, pool.describe(asked('good'))])).toMatchObject({ kind: 'known' });
});

test('what was sent after a slow file goes to the other process meanwhile', async () => {
  const { pool, asked } = aPool({ processes: 2 });
  await Promise.all(Array.from({ length: 20 }, (_, i) => pool.describe(asked(`warm-${i}`))));
  let isSlowDone = false;
  const slow = pool.describe(asked('slow')).then(() => {
    isSlowDone = true;
  });
  const others = await Promise.all(Array.from({ length: 40 }, (_, i) => pool.describe(asked(`file-${i}`))));
  expect(isSlowDone).toBe(false);
  expect(new Set(others.map(({ kind }) => kind))).toEqual(new Set(['known']));
  await slow;
});

test('of what was sent together, only the file that crashes its decoder fails', async () => {
  const { pool, asked } = aPool();
  await Promise.all(Array.from({ length: 20 }, (_, i) => pool.describe(asked(`warm-${i}`))));
  const paths = ['a', 'b', 'crash', 'c', 'd', 'crash', 'e'];
  const found = await Promise.all(paths.map((path) => pool.describe(asked(path))));
  expect(found.map(({ kind }) => kind)).toEqual(paths.map((path) => (path === 'crash' ? 'exception' : 'known')));
});

test('a process is replaced after its share of files, or when it has grown too large', async () => {
  const { pidOf } = aPool({ filesPerChild: 2 });
  const pids = [await pidOf('a'), await pidOf('b'), await pidOf('fat'), await pidOf('d')];
  expect(pids[0]).toBe(pids[1]);
  expect(new Set(pids).size).toBe(3);
});

test('previews go before descriptions', async () => {
  const { pool, asked } = aPool();
  const order: string[] = [];
  await Promise.all([
    pool.describe(asked('a')).then(() => order.push('a')),
    pool.describe(asked('b')).then(() => order.push('b')),
    pool.preview({ ...asked('p'), widthPx: 256, format: 'webp' }).then(() => order.push('preview')),
  ]);
  expect(order.indexOf('preview')).toBeLessThan(order.indexOf('b'));
});

test('closing ends what waits', async () => {
  const { pool, asked } = aPool();
  const waiting = [pool.describe(asked('hang')), pool.describe(asked('a'))];
  await pool.close();
  expect(await Promise.all(waiting)).toEqual(Array(2).fill({ kind: 'exception', code: 'crashed' }));
  expect(await pool.describe(asked('a'))).toEqual({ kind: 'exception', code: 'crashed' });
});

test('a start waits for the first process, and is told when none may decode or none comes up', async () => {
  await expect(aPool().pool.started()).resolves.toBeUndefined();
  const { refusing, failing } = unableChildren;
  await expect(aPool({ child: refusing }).pool.started()).rejects.toMatchObject({
    ...{ code: 'decoder-refused', message: 'Too old.' },
  });
  await expect(aPool({ child: failing, processes: 4 }).pool.started()).rejects.toMatchObject({
    code: 'decoder-refused',
  });
});
