import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { openDecoderPool } from './decoder-pool.ts';
import type { DescribeRequest } from './described.ts';

/** A child that does what the path of its task says; answers with its process id as content hash. */
const obedientChild = `
process.on('message', (task) => {
  if (task.kind === 'setup') return process.send({ kind: 'ready' });
  const path = Buffer.from(task.request.path).toString();
  if (path === 'hang') for (;;) {}
  if (path === 'crash') process.kill(process.pid, 'SIGSEGV');
  const contentHash = Buffer.from(String(process.pid));
  const common = { id: task.id, rssBytes: path === 'fat' ? 2 ** 40 : 1 };
  if (task.kind === 'preview') process.send({ kind: 'preview', ...common, bytes: contentHash });
  else process.send({ kind: 'described', ...common, described: { kind: 'known', contentHash } });
});
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
