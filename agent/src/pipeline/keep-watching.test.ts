import { appendFileSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  aDecoderPool,
  aScannedFolder,
  numberedJpeg,
  type ScannedFolder,
} from '../../../test/builders/a-scanned-folder.ts';
import { floodEvents } from '../../../test/builders/flood-events.ts';
import type { SourceConfig } from '../config.ts';
import type { DecoderPool } from '../extract/decoder-pool.ts';
import { resolveIdentity } from '../identity/resolve-identity.ts';
import { fileStat } from '../source/file-stat.ts';
import type { ScanSummary } from './scan-source.ts';

let pool: DecoderPool;
beforeAll(() => {
  pool = aDecoderPool();
});
afterAll(() => pool.close());

interface Place extends ScannedFolder {
  /** Scans; whatever there is, everything on disk must be accounted for. */
  summary: () => Promise<ScanSummary>;
}

function aPlace(over: Partial<SourceConfig> = {}, at?: ScannedFolder): Place {
  const place = aScannedFolder(pool, over, at);
  onTestFinished(place.close);
  const summary = async () => {
    const found = await place.scan();
    expect(found.on_disk).toBe(found.catalogued + found.excluded + found.exceptions);
    return found;
  };
  return { ...place, summary };
}

describe('policy', () => {
  test('a lower level owes every record anew, those of held deletions among them, and pseudonyms re-key first', async () => {
    const place = aPlace();
    for (const n of [1, 2, 3]) writeFileSync(join(place.folder, `${n}.jpg`), await numberedJpeg(n));
    await place.summary();
    rmSync(join(place.folder, '3.jpg'));
    const held = `where reference_id = '3.jpg'`;
    place.state.prepare(`update items set presence = 'missing', missing_since_ms = 1 ${held}`).run();
    place.state
      .prepare(
        `insert into held_deletions (source_no, item_key, since_ms) select source_no, item_key, 1 from items ${held}`,
      )
      .run();
    const later = aPlace({ level: 'minimal' }, place);
    await later.summary();
    expect(
      later
        .outbox()
        .filter(({ op }) => op === 'rekey')
        .map((row) => [row.reference_id, row.revision]),
    ).toEqual([
      ['1.jpg', 2],
      ['2.jpg', 2],
      ['3.jpg', 2],
    ]);
    expect(Object.keys(later.live()).every((id) => /^p_[0-9a-f]{32}$/.test(id))).toBe(true);
    const puts = later.outbox().filter(({ op }) => op === 'put');
    expect(puts.map(({ op, revision }) => [op, revision])).toEqual([
      ['put', 3],
      ['put', 3],
      ['put', 3],
    ]);
    later.state.prepare('delete from outbox').run(); // the cloud took them
    await later.summary();
    expect(later.outbox()).toEqual([]);
  });
});

describe('watching', () => {
  test('hints bring new, changed, moved and deleted files into the catalogue without a scan', {
    timeout: 60_000,
  }, async () => {
    const place = aPlace();
    void place.pipeline.watch();
    const until = async (isSo: () => boolean) => {
      while (!isSo()) await new Promise(setImmediate);
    };
    await until(() => place.state.prepare('select scan_no from sources').pluck().get() === 1);
    writeFileSync(join(place.folder, 'a.jpg'), await numberedJpeg(1));
    await until(() => place.live()['a.jpg'] === 'a.jpg');
    mkdirSync(join(place.folder, 'deep/er'), { recursive: true });
    renameSync(join(place.folder, 'a.jpg'), join(place.folder, 'deep/er/b.jpg'));
    await until(() => place.live()['a.jpg'] === 'deep/er/b.jpg');
    appendFileSync(join(place.folder, 'deep/er/b.jpg'), 'x');
    await until(() => place.items()[0]?.generation === 2);
    rmSync(join(place.folder, 'deep'), { recursive: true });
    await until(() => place.outbox()[0]?.op === 'delete');
    expect(place.state.prepare('select scan_no from sources').pluck().get()).toBe(1);
  });

  test('after lost events a scan finds at once what they would have told', { timeout: 60_000 }, async () => {
    const place = aPlace({ exclude: ['*.tmp'] });
    mkdirSync(join(place.folder, 'quiet'));
    writeFileSync(join(place.folder, 'quiet/known.jpg'), await numberedJpeg(3));
    void place.pipeline.watch();
    const read = (sql: string) => place.state.prepare(sql).pluck().get();
    while (
      read(`select value from meta where key = 'watch:main'`) !== 'watching' ||
      place.live()['quiet/known.jpg'] === undefined
    )
      await new Promise(setImmediate);
    const bytes = await numberedJpeg(1);
    floodEvents(place.folder);
    writeFileSync(join(place.folder, 'quiet/lost.jpg'), bytes);
    while (place.live()['quiet/lost.jpg'] === undefined) await new Promise(setImmediate);
    expect(read('select scan_no from sources')).toBe(2);
  });

  test('a file that moved over another is found there, however long it takes to look at a folder that is never quiet', async () => {
    const place = aPlace();
    mkdirSync(join(place.folder, 'quiet'));
    mkdirSync(join(place.folder, 'busy'));
    writeFileSync(join(place.folder, 'quiet/a.jpg'), await numberedJpeg(1));
    writeFileSync(join(place.folder, 'busy/b.jpg'), await numberedJpeg(2));
    void place.pipeline.watch();
    const read = (sql: string) => place.state.prepare(sql).pluck().get();
    while (read('select state from sources') !== 'live' || Object.keys(place.live()).length < 2)
      await new Promise(setImmediate);
    while (read("select value from meta where key = 'watch:main'") !== 'watching') await new Promise(setImmediate);
    const keepBusy = setInterval(() => appendFileSync(join(place.folder, 'busy/notes.txt'), '.'), 20);
    onTestFinished(() => clearInterval(keepBusy));
    renameSync(join(place.folder, 'quiet/a.jpg'), join(place.folder, 'busy/b.jpg'));
    while (place.items().length < 2 || place.live()['quiet/a.jpg'] !== 'busy/b.jpg') await new Promise(setImmediate);
    clearInterval(keepBusy);
    while (place.items().some(({ presence }) => presence === 'missing')) await new Promise(setImmediate);
    const pictures = place.items().filter(({ reference_id }) => reference_id.endsWith('.jpg'));
    const stands = pictures.map(
      ({ reference_id, presence, generation }) => `${reference_id} ${presence} ${generation}`,
    );
    expect(stands.toSorted()).toEqual(['busy/b.jpg tombstone 1', 'quiet/a.jpg live 1']);
  });

  test('a replacement that left no trace in the file’s status is found by reading a sample again', async () => {
    const place = aPlace();
    const file = join(place.folder, 'a.jpg');
    writeFileSync(file, await numberedJpeg(1));
    await place.summary();
    writeFileSync(file, await numberedJpeg(2));
    // as if the file system had told the old status
    const { dev, ino, size, mtimeMs, ctimeMs } = fileStat(statSync(file));
    place.state
      .prepare('update items set dev = ?, ino = ?, byte_size = ?, mtime_ms = ?, ctime_ms = ?')
      .run(dev, ino, size, mtimeMs, ctimeMs);
    await place.summary();
    expect(place.items()[0]?.generation).toBe(1); // the control: an ordinary scan has nothing to go by
    await place.pipeline.verify();
    expect(place.items()[0]).toMatchObject({ generation: 2, reference_id: 'a.jpg', revision: 2 });
  });
});

describe('a file that keeps its decoder busy', () => {
  /** Pictures are described by real decoders; once it is held, `slow.jpg` only when it is let go. */
  function aHeldPlace({ isHeld = true } = {}) {
    let letGo: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (letGo = resolve));
    let asked = 0;
    let holds = isHeld;
    const held: DecoderPool = {
      ...pool,
      describe: async (request) => {
        if (holds && Buffer.from(request.path).toString() === 'slow.jpg') {
          asked += 1;
          await released;
        }
        return pool.describe(request);
      },
    };
    const place = aScannedFolder(held);
    onTestFinished(async () => {
      letGo();
      await place.close();
    });
    const add = async (name: string, number: number) =>
      writeFileSync(join(place.folder, name), await numberedJpeg(number));
    const hold = (): void => {
      holds = true;
    };
    return { place, add, hold, letGo, asked: () => asked };
  }
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await new Promise(setImmediate);
  };

  test('holds up no file that comes after it, and is taken in when it is done', { timeout: 30_000 }, async () => {
    const { place, add, letGo, asked } = aHeldPlace();
    await add('first.jpg', 1);
    void place.pipeline.watch();
    await until(() => place.live()['first.jpg'] !== undefined);
    await until(() => place.state.prepare('select state from sources').pluck().get() === 'live');
    await add('slow.jpg', 2);
    await until(() => asked() === 1);
    await add('second.jpg', 3);
    await until(() => place.live()['second.jpg'] !== undefined);
    // it is seen again and not described again, and what is missing meanwhile may be this file that moved
    rmSync(join(place.folder, 'first.jpg'));
    await until(() => place.items().some(({ presence }) => presence === 'missing'));
    await add('third.jpg', 4);
    await until(() => place.live()['third.jpg'] !== undefined);
    expect([place.live()['slow.jpg'], asked()]).toEqual([undefined, 1]);
    letGo();
    await until(() => place.live()['slow.jpg'] !== undefined);
    await until(() => place.items().some(({ presence }) => presence === 'tombstone'));
    expect(Object.keys(place.live()).toSorted()).toEqual(['second.jpg', 'slow.jpg', 'third.jpg']);
    expect(place.state.prepare('select on_disk from sources').pluck().get()).toBe(3);
  });

  test('holds up nobody when it is a known one, except the file that it may have changed places with', {
    timeout: 30_000,
  }, async () => {
    const { place, add, hold, letGo, asked } = aHeldPlace({ isHeld: false });
    for (const [i, name] of ['slow.jpg', 'twin.jpg', 'third.jpg'].entries()) await add(name, i + 1);
    void place.pipeline.watch();
    await until(() => Object.keys(place.live()).length === 3);
    await until(() => place.state.prepare('select state from sources').pluck().get() === 'live');
    hold();
    const at = (name: string): string => join(place.folder, name);
    renameSync(at('slow.jpg'), join(place.dataDir, 'aside'));
    renameSync(at('twin.jpg'), at('slow.jpg'));
    renameSync(join(place.dataDir, 'aside'), at('twin.jpg'));
    await until(() => asked() === 1);
    await add('third.jpg', 5);
    await add('fourth.jpg', 6);
    const row = (ref: string) => place.items().find(({ reference_id }) => reference_id === ref);
    await until(() => row('third.jpg')?.generation === 2 && place.live()['fourth.jpg'] !== undefined);
    // nobody can say yet whether the other one was replaced or moved here
    expect([row('twin.jpg')?.revision, row('slow.jpg')?.revision, asked()]).toEqual([1, 1, 1]);
    letGo();
    await until(() => row('twin.jpg')?.revision === 2 && row('slow.jpg')?.revision === 2);
    expect(place.live()).toEqual({
      'slow.jpg': 'twin.jpg',
      'twin.jpg': 'slow.jpg',
      'third.jpg': 'third.jpg',
      'fourth.jpg': 'fourth.jpg',
    });
    expect(
      place
        .items()
        .map(({ generation }) => generation)
        .toSorted(),
    ).toEqual([1, 1, 1, 2]);
    expect(place.state.prepare('select on_disk from sources').pluck().get()).toBe(4);
    // the control: looked at alone, the other one is taken for a replacement
    const known = ['a', 'b'].map((key, i) => ({
      ...{ itemKey: key, key, dev: 1, ino: i, hash: key, presence: 'live' as const },
      ...{ deletedMs: undefined, firstSeen: i },
    }));
    expect(resolveIdentity([{ key: 'a', dev: 1, ino: 1, hash: 'b' }], known.slice(0, 1), 0).decisions).toMatchObject([
      { kind: 'replaced' },
    ]);
  });

  test.each([
    { what: 'a new one', isHeld: true },
    { what: 'a known one', isHeld: false },
  ])(
    'the control: one scan that was asked for waits to the end for $what, and takes in the others',
    async ({ isHeld }) => {
      const { place, add, hold, letGo, asked } = aHeldPlace({ isHeld });
      if (!isHeld) {
        await add('slow.jpg', 1);
        await place.scan();
        hold();
      }
      await add('slow.jpg', 2);
      await add('second.jpg', 3);
      let isOver = false;
      const scan = place.scan().finally(() => (isOver = true));
      await until(() => asked() === 1 && place.live()['second.jpg'] !== undefined);
      expect([isOver, place.items().length]).toEqual([false, isHeld ? 1 : 2]);
      letGo();
      expect(await scan).toMatchObject({ on_disk: 2, catalogued: 2, exceptions: 0 });
    },
  );
});
