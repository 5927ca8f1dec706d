import { appendFileSync, chmodSync, linkSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { explainFile } from './catalogue/explain-file.ts';
import { SourceConfig } from './config.ts';
import { type DecoderPool, openDecoderPool } from './extract/decoder-pool.ts';
import { openKeys } from './keys/open-keys.ts';
import { startPipeline } from './pipeline.ts';
import { confirmHeldDeletions } from './state/missing.ts';
import { openState, type State } from './state/open-state.ts';
import type { ItemRow, OutboxRow } from './state/rows.ts';
import { recordPolicy } from './state/sources.ts';

const built = (path: string) => new URL(`../dist/${path}`, import.meta.url);
let pool: DecoderPool;
beforeAll(() => {
  pool = openDecoderPool({
    childUrl: built('extract/describe-child.js'),
    processes: 2,
    contentKey: Buffer.alloc(32, 1),
    limits: { maxPixels: 1e8, maxFileBytes: 1e9, timeoutMs: 10_000 },
  });
});
afterAll(() => pool.close());

/** A small JPEG; another number is another picture. */
async function picture(number: number): Promise<Buffer> {
  return sharp({ create: { width: 80 + number, height: 60, channels: 3, background: { r: number % 256, g: 90, b: 200 } } })
    .jpeg()
    .toBuffer();
}

interface Place {
  folder: string;
  dataDir: string;
  state: State;
  scan: () => ReturnType<ReturnType<typeof startPipeline>['scanOnce']>;
  summary: () => Promise<Awaited<ReturnType<ReturnType<typeof startPipeline>['scanOnce']>>[string]>;
  pipeline: ReturnType<typeof startPipeline>;
  items: () => ItemRow[];
  /** Reference id and path of live items. */
  live: () => Record<string, string>;
  outbox: () => OutboxRow[];
}

function aPlace(over: Partial<SourceConfig> = {}, at?: { folder: string; dataDir: string }): Place {
  const root = mkdtempSync(join(tmpdir(), 'catalogue-'));
  const folder = at?.folder ?? join(root, 'pictures');
  const dataDir = at?.dataDir ?? join(root, 'data');
  mkdirSync(folder, { recursive: true });
  const state = openState(dataDir);
  const stop = new AbortController();
  const pipeline = startPipeline({
    state,
    dataDir,
    sources: [SourceConfig.parse({ folder, dataset: 'tests', ...over })],
    pool,
    keys: openKeys(dataDir),
    policyOf: (source) => recordPolicy(source, 'http://127.0.0.1:8787'),
    scan: { interval_s: 60, settle_ms: 0, delete_grace_ms: 50, watch: true },
    walkThreadUrl: built('source/walk-thread.js'),
    signal: stop.signal,
    log: { info: () => undefined, warn: () => undefined },
  });
  onTestFinished(() => {
    stop.abort();
    state.close();
    rmSync(root, { recursive: true, force: true });
  });
  const items = () => state.prepare<[], ItemRow>('select * from items order by path').all();
  return {
    folder,
    dataDir,
    state,
    pipeline,
    scan: () => pipeline.scanOnce(),
    summary: async () => {
      const main = (await pipeline.scanOnce())['main'];
      if (!main) throw new Error('no summary');
      expect(main.on_disk).toBe(main.catalogued + main.excluded + main.exceptions);
      return main;
    },
    items,
    live: () =>
      Object.fromEntries(items().filter((row) => row.presence === 'live').map((row) => [row.reference_id, row.path.toString('latin1')])),
    outbox: () => state.prepare<[], OutboxRow>('select * from outbox order by reference_id').all(),
  };
}

describe('accounting', () => {
  test('every file on disk is catalogued, excluded or an exception with a reason', async () => {
    const place = aPlace({ exclude: ['skip/**'] });
    mkdirSync(join(place.folder, 'skip'));
    mkdirSync(join(place.folder, '.hidden'));
    const one = await picture(1);
    writeFileSync(join(place.folder, 'good.jpg'), one);
    writeFileSync(join(place.folder, 'twin.jpg'), one);
    writeFileSync(Buffer.concat([Buffer.from(`${place.folder}/n`), Buffer.from([0xff]), Buffer.from('.jpg')]), await picture(2));
    writeFileSync(join(place.folder, 'cut.jpg'), one.subarray(0, one.length - 40));
    writeFileSync(join(place.folder, 'empty.jpg'), '');
    writeFileSync(join(place.folder, 'words.txt'), 'words');
    writeFileSync(join(place.folder, 'skip/a.jpg'), one);
    writeFileSync(join(place.folder, '.hidden/a.jpg'), one);
    writeFileSync(join(place.folder, '.dot.jpg'), one);
    symlinkSync('good.jpg', join(place.folder, 'link.jpg'));
    linkSync(join(place.folder, 'good.jpg'), join(place.folder, 'hard.jpg'));

    expect(await place.summary()).toMatchObject({ on_disk: 10, catalogued: 4, excluded: 3, exceptions: 3, not_regular: 1 });
    const reasons = place.items().filter((row) => row.status === 'exception').map((row) => [row.path.toString(), row.exception_code]);
    expect(reasons).toEqual([
      ['cut.jpg', 'truncated'],
      ['empty.jpg', 'empty'],
      ['words.txt', 'unsupported-format'],
    ]);
    expect(Object.keys(place.live())).toContain('~b/n%FF.jpg');
    expect(place.outbox().map(({ op, revision }) => [op, revision])).toEqual(Array(4).fill(['put', 1]));

    expect(await place.summary()).toMatchObject({ on_disk: 10, catalogued: 4, described: 0, unchanged: 7 });
    expect(place.outbox().every(({ revision }) => revision === 1)).toBe(true);
  });

  test('a record holds what the file says, as displayed', async () => {
    const place = aPlace();
    const turned = await sharp({ create: { width: 100, height: 70, channels: 3, background: '#204080' } })
      .jpeg()
      .withExif({ IFD0: { Make: 'NIKON CORPORATION', Model: 'D850' }, IFD2: { DateTimeOriginal: '2024:05:06 07:08:09', OffsetTimeOriginal: '+02:00' } })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    writeFileSync(join(place.folder, 'turned.jpg'), turned);
    await place.summary();
    const explained = await explainFile(place.pipeline.source('main'), join(place.folder, 'turned.jpg'));
    expect(explained).toMatchObject({
      kind: 'record',
      isSame: true,
      record: {
        reference_id: 'turned.jpg',
        width: 70,
        height: 100,
        metadata: {
          orientation: 6,
          format: 'jpeg',
          camera_make: 'nikon',
          camera_model: 'd850',
          capture_local: '2024-05-06T07:08:09',
          capture_time: '2024-05-06T05:08:09Z',
          name: 'turned.jpg',
          byte_size: turned.length,
        },
      },
    });
  });
});

describe('identity over scans', () => {
  test('moves, swaps and replacements keep ids; a copy is a new item', async () => {
    const place = aPlace();
    for (const n of [1, 2, 3]) writeFileSync(join(place.folder, `${n}.jpg`), await picture(n));
    await place.summary();
    mkdirSync(join(place.folder, 'sub'));
    renameSync(join(place.folder, '1.jpg'), join(place.folder, 'sub/one.jpg'));
    const [two, three] = [readFileSync(join(place.folder, '2.jpg')), readFileSync(join(place.folder, '3.jpg'))];
    writeFileSync(join(place.folder, '2.jpg'), three);
    writeFileSync(join(place.folder, '3.jpg'), two);
    writeFileSync(join(place.folder, 'copy.jpg'), three);
    await place.summary();
    expect(place.live()).toEqual({ '1.jpg': 'sub/one.jpg', '2.jpg': '3.jpg', '3.jpg': '2.jpg', 'copy.jpg': 'copy.jpg' });
    writeFileSync(join(place.folder, '2.jpg'), await picture(9));
    await place.summary();
    expect(place.live()).toMatchObject({ '3.jpg': '2.jpg' });
    expect(place.items().find((row) => row.reference_id === '3.jpg')).toMatchObject({ generation: 2, revision: 3 });
  });

  test('a touched file owes nothing', async () => {
    const place = aPlace();
    writeFileSync(join(place.folder, 'a.jpg'), await picture(1));
    await place.summary();
    utimesSync(join(place.folder, 'a.jpg'), 5, 5);
    expect(await place.summary()).toMatchObject({ described: 1 });
    expect(place.items()[0]).toMatchObject({ revision: 1, generation: 1, mtime_ms: 5000 });
  });

  test('a deleted file is told as deleted, and its return brings its item back', async () => {
    const place = aPlace();
    const bytes = await picture(1);
    writeFileSync(join(place.folder, 'a.jpg'), bytes);
    writeFileSync(join(place.folder, 'b.jpg'), await picture(2));
    await place.summary();
    rmSync(join(place.folder, 'a.jpg'));
    expect(await place.summary()).toMatchObject({ on_disk: 1, catalogued: 1 });
    expect(place.outbox()[0]).toMatchObject({ reference_id: 'a.jpg', op: 'delete', revision: 2 });
    writeFileSync(join(place.folder, 'back.jpg'), bytes);
    await place.summary();
    expect(place.live()).toMatchObject({ 'a.jpg': 'back.jpg' });
    expect(place.outbox()[0]).toMatchObject({ reference_id: 'a.jpg', op: 'put', revision: 3 });
  });

  test('a picture that becomes unreadable as one leaves the cloud and comes back with its id', async () => {
    const place = aPlace();
    const bytes = await picture(1);
    writeFileSync(join(place.folder, 'a.jpg'), bytes);
    await place.summary();
    writeFileSync(join(place.folder, 'a.jpg'), 'not a picture');
    expect(await place.summary()).toMatchObject({ catalogued: 0, exceptions: 1 });
    expect(place.outbox()[0]).toMatchObject({ op: 'delete', revision: 2 });
    writeFileSync(join(place.folder, 'a.jpg'), bytes);
    await place.summary();
    expect(place.outbox()[0]).toMatchObject({ reference_id: 'a.jpg', op: 'put', revision: 3 });
  });
});

describe('absence is never inferred from failure', () => {
  async function aFullPlace(count: number): Promise<Place> {
    const place = aPlace();
    mkdirSync(join(place.folder, 'in'));
    for (let n = 0; n < count; n++) writeFileSync(join(place.folder, `in/${n}.jpg`), await picture(n));
    await place.summary();
    return place;
  }

  test.each([
    { name: 'missing', reason: 'root-missing', make: () => undefined },
    { name: 'empty and another folder', reason: 'root-empty', make: (folder: string) => mkdirSync(folder) },
    {
      name: 'another folder with other files',
      reason: 'root-swapped',
      make: (folder: string) => {
        mkdirSync(folder);
        writeFileSync(join(folder, 'other'), 'x');
      },
    },
  ])('a root that is $name suspends the source and deletes nothing, until it is back', async ({ reason, make }) => {
    const place = await aFullPlace(3);
    renameSync(place.folder, `${place.folder}-away`);
    make(place.folder);
    expect((await place.scan())['main']).toMatchObject({ suspended: true, reason });
    expect(place.items().map((row) => row.presence)).toEqual(['live', 'live', 'live']);
    rmSync(place.folder, { recursive: true, force: true });
    renameSync(`${place.folder}-away`, place.folder);
    expect(await place.summary()).toMatchObject({ suspended: false, reason: 'none', catalogued: 3 });
  });

  test('a remounted root is recognised by its files', async () => {
    const place = await aFullPlace(3);
    place.state.prepare('update sources set root_ino = root_ino + 1').run();
    expect(await place.summary()).toMatchObject({ suspended: false, catalogued: 3 });
  });

  test('many deletions at once are held until confirmed', async () => {
    const place = await aFullPlace(60);
    rmSync(join(place.folder, 'in'), { recursive: true });
    expect(await place.summary()).toMatchObject({ on_disk: 0, held_deletions: 60 });
    expect(place.outbox().every(({ op }) => op === 'put')).toBe(true);
    expect(await place.summary()).toMatchObject({ held_deletions: 60 });
    expect(confirmHeldDeletions(place.state, 'main')).toBe(60);
    expect(place.outbox().every(({ op }) => op === 'delete')).toBe(true);
    expect(await place.summary()).toMatchObject({ held_deletions: 0 });
  });

  test('held files that come back are not deleted by a confirmation', async () => {
    const place = await aFullPlace(60);
    renameSync(join(place.folder, 'in'), `${place.folder}-in`);
    expect(await place.summary()).toMatchObject({ held_deletions: 60 });
    renameSync(`${place.folder}-in`, join(place.folder, 'in'));
    expect(await place.summary()).toMatchObject({ held_deletions: 0, catalogued: 60 });
    expect(confirmHeldDeletions(place.state, 'main')).toBe(0);
  });

  test('a large move is no deletion', async () => {
    const place = await aFullPlace(60);
    renameSync(join(place.folder, 'in'), join(place.folder, 'out'));
    expect(await place.summary()).toMatchObject({ held_deletions: 0, catalogued: 60 });
    expect(place.live()['in/7.jpg']).toBe('out/7.jpg');
  });

  test.skipIf(process.getuid?.() === 0)('a folder that cannot be listed keeps its records', async () => {
    const place = await aFullPlace(3);
    chmodSync(join(place.folder, 'in'), 0);
    onTestFinished(() => chmodSync(join(place.folder, 'in'), 0o700));
    expect(await place.summary()).toMatchObject({ catalogued: 3, unverified: 3 });
  });
});

describe('policy', () => {
  test('a lower level owes every record anew, and pseudonyms re-key first', async () => {
    const place = aPlace();
    for (const n of [1, 2]) writeFileSync(join(place.folder, `${n}.jpg`), await picture(n));
    await place.summary();
    const later = aPlace({ level: 'minimal' }, place);
    await later.summary();
    expect(later.outbox().filter(({ op }) => op === 'rekey').map((row) => [row.reference_id, row.revision])).toEqual([
      ['1.jpg', 2],
      ['2.jpg', 2],
    ]);
    expect(Object.keys(later.live()).every((id) => /^p_[0-9a-f]{32}$/.test(id))).toBe(true);
    later.state.prepare('delete from outbox').run(); // the cloud took them
    await later.summary();
    expect(later.outbox().map(({ op, revision }) => [op, revision])).toEqual([
      ['put', 3],
      ['put', 3],
    ]);
  });
});

describe('watching', () => {
  test('hints bring new, changed, moved and deleted files into the catalogue without a scan', async () => {
    const stop = new AbortController();
    const place = aPlace();
    const seen = place.pipeline.watch();
    onTestFinished(() => stop.abort());
    const until = async (isSo: () => boolean) => {
      while (!isSo()) await new Promise(setImmediate);
    };
    await until(() => place.state.prepare('select scan_no from sources').pluck().get() === 1);
    writeFileSync(join(place.folder, 'a.jpg'), await picture(1));
    await until(() => place.live()['a.jpg'] === 'a.jpg');
    mkdirSync(join(place.folder, 'deep/er'), { recursive: true });
    renameSync(join(place.folder, 'a.jpg'), join(place.folder, 'deep/er/b.jpg'));
    await until(() => place.live()['a.jpg'] === 'deep/er/b.jpg');
    appendFileSync(join(place.folder, 'deep/er/b.jpg'), 'x');
    await until(() => place.items()[0]?.generation === 2);
    rmSync(join(place.folder, 'deep'), { recursive: true });
    await until(() => place.outbox()[0]?.op === 'delete');
    expect(place.state.prepare('select scan_no from sources').pluck().get()).toBe(1);
    void seen;
  });
});
