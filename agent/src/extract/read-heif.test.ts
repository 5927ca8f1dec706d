import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aHeic, exifWithThumbnail } from '../../../test/builders/a-heic.ts';
import { aJpeg } from '../../../test/builders/a-picture.ts';
import type { Facts } from '../record/facts.ts';
import { fileStat } from '../source/file-stat.ts';
import { prepareDecoder } from './decoder.ts';
import { describeFile, previewFile } from './describe-file.ts';
import { jpegHead } from './jpeg-segments.ts';
import { heifPreview } from './read-heif.ts';

const bytesOf = (file: Buffer) => ({
  size: file.length,
  slice: (at: number, length: number) => file.subarray(at, at + length),
});
const shown = { width: 4000, height: 3000 };
const find = (file: Buffer, most = 1e8) => {
  const jpeg = heifPreview(bytesOf(file), shown, most);
  const head = jpeg && jpegHead(Buffer.from(jpeg));
  return head && { widthPx: head.width, orientation: head.orientation };
};
const picture = { widthPx: 4000, heightPx: 3000 };
const small = await aJpeg({ widthPx: 80, heightPx: 60 });
const large = await aJpeg({ widthPx: 320, heightPx: 240 });
const bars = await aJpeg({ widthPx: 640, heightPx: 640 });

test('the largest JPEG of the picture is taken, from items or from its EXIF', () => {
  expect(find(aHeic({ ...picture, jpegs: [{ bytes: small }, { bytes: large }] }))?.widthPx).toBe(320);
  expect(find(aHeic({ ...picture, jpegs: [{ bytes: small }], exif: exifWithThumbnail(large) }))?.widthPx).toBe(320);
  expect(find(aHeic({ ...picture, exif: exifWithThumbnail(small) }))?.widthPx).toBe(80);
  expect(find(aHeic(picture))).toBeUndefined();
});

test('none that shows something else, or more than may be decoded', () => {
  expect(find(aHeic({ ...picture, jpegs: [{ bytes: bars }, { bytes: small }] }))?.widthPx).toBe(80);
  expect(find(aHeic({ ...picture, jpegs: [{ bytes: large, kind: 'auxl' }] }))).toBeUndefined();
  expect(find(aHeic({ ...picture, jpegs: [{ bytes: large, quarterTurns: 1 }] }))).toBeUndefined();
  expect(find(aHeic({ ...picture, jpegs: [{ bytes: large }, { bytes: small }] }), 10_000)?.widthPx).toBe(80);
});

// as EXIF numbers them: quarter turns against the clock, then the mirror
test.each([
  [{}, 1],
  [{ mirror: 'horizontal' }, 2],
  [{ quarterTurns: 2 }, 3],
  [{ mirror: 'vertical' }, 4],
] as const)('an item that is turned %j is shown by orientation %i', (turned, orientation) => {
  expect(find(aHeic({ ...picture, jpegs: [{ bytes: large, ...turned }] }))?.orientation).toBe(orientation);
});
test.each([
  [{ quarterTurns: 1, mirror: 'vertical' }, 5],
  [{ quarterTurns: 3 }, 6],
  [{ quarterTurns: 1, mirror: 'horizontal' }, 7],
  [{ quarterTurns: 1 }, 8],
] as const)('and upright %j by %i', async (turned, orientation) => {
  const upright = await aJpeg({ widthPx: 240, heightPx: 320 });
  expect(find(aHeic({ ...picture, jpegs: [{ bytes: upright, ...turned }] }))?.orientation).toBe(orientation);
});

test('a directory that lies about places, lengths and numbers opens nothing outside of the file and ends', () => {
  const lies = [{ at: 0xfffffff0 }, { at: 0 }, { length: 3 }, { at: 0xffffffff, length: 0xffffffff }];
  for (const claims of lies) expect(find(aHeic({ ...picture, jpegs: [{ bytes: large, claims }] }))).toBeUndefined();
  expect(find(aHeic({ ...picture, jpegs: [{ bytes: large }], claimedItems: 65_535 }))?.widthPx).toBe(320);
  const file = aHeic({ ...picture, jpegs: [{ bytes: small }], exif: exifWithThumbnail(small) });
  const directory = file.indexOf('mdat', 0, 'latin1');
  for (let at = 0; at < directory; at++) {
    for (const value of [0, 1, 0x7f, 0xff]) {
      const changed = Buffer.from(file);
      changed[at] = value;
      expect([undefined, 80]).toContain(find(changed)?.widthPx);
    }
  }
  for (let end = 0; end < file.length; end += 7) find(file.subarray(0, end));
});

describe('a HEIC that no decoder takes', () => {
  const limits = { maxPixels: 1e8, maxFileBytes: 1e9, timeoutMs: 10_000 };
  const root = mkdtempSync(join(tmpdir(), 'heif-'));
  beforeAll(() => void prepareDecoder());
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  function request(bytes: Buffer) {
    writeFileSync(join(root, 'file'), bytes);
    return { root, path: Buffer.from('file'), expected: fileStat(statSync(join(root, 'file'))) };
  }
  async function factsOf(bytes: Buffer): Promise<Facts> {
    const described = await describeFile(request(bytes), limits, Buffer.alloc(32));
    if (described.kind !== 'facts') throw new Error(JSON.stringify(described));
    return described.facts;
  }

  test('that holds a JPEG of itself is described and drawn by it, the right way up', async () => {
    const stored = { widthPx: 301, heightPx: 203, seed: 12 };
    const bytes = await aJpeg(stored);
    for (const [quarterTurns, orientation] of [
      [0, 1],
      [1, 8],
      [3, 6],
    ] as const) {
      const shown = await factsOf(await aJpeg({ ...stored, orientation }));
      const heic = aHeic({ widthPx: 3010, heightPx: 2030, quarterTurns, jpegs: [{ bytes, quarterTurns }] });
      const facts = await factsOf(heic);
      const [width, height] = quarterTurns === 0 ? [3010, 2030] : [2030, 3010];
      expect(facts).toMatchObject({ width, height, phash: shown.phash });
      expect(facts.noPixels).toBeUndefined();
      expect(facts.fields).toMatchObject({ format: 'heic', status: 'ok', blurhash: shown.fields.blurhash as string });
      const made = await previewFile({ ...request(heic), widthPx: 160, format: 'jpeg' }, limits);
      if (made.kind !== 'preview') throw new Error(made.code);
      const { width: widthPx, height: heightPx } = await sharp(Buffer.from(made.bytes)).metadata();
      expect([widthPx, heightPx]).toEqual(quarterTurns === 0 ? [160, 108] : [108, 160]);
    }
  });

  test('that holds a damaged one, one of another shape or none stays known by its metadata, and has no preview', async () => {
    const bytes = await aJpeg({ widthPx: 320, heightPx: 240 });
    const broken = Buffer.from(bytes.subarray(0, 700));
    const bomb = Buffer.from(bytes);
    bomb.writeUInt32BE(0xfa00fa00, bomb.indexOf('\xff\xc0', 0, 'latin1') + 5);
    for (const jpegs of [
      [],
      [{ bytes: broken }],
      [{ bytes: bomb }],
      [{ bytes: await aJpeg({ widthPx: 240, heightPx: 240 }) }],
    ]) {
      const heic = aHeic({ widthPx: 4000, heightPx: 3000, jpegs });
      expect(await factsOf(heic)).toMatchObject({ noPixels: 'hevc', fields: { format: 'heic', status: 'no-pixels' } });
      expect((await previewFile({ ...request(heic), widthPx: 160, format: 'jpeg' }, limits)).kind).toBe('exception');
    }
  });
});
