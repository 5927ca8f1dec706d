import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { aBmp } from '../../../test/builders/a-bmp.ts';
import { aHeic } from '../../../test/builders/a-heic.ts';
import { aJpeg, aPng } from '../../../test/builders/a-picture.ts';
import { aCr3, aTiffWithExif, rawFiles, rawWithoutPreview } from '../../../test/builders/a-raw-file.ts';
import type { Facts } from '../record/facts.ts';
import { fileStat } from '../source/file-stat.ts';
import { prepareDecoder } from './decoder.ts';
import { describeFile, previewFile } from './describe-file.ts';

// each of these decodes or scans several times, and other tests run beside it
vi.setConfig({ testTimeout: 60_000 });

const limits = { maxPixels: 1e8, maxFileBytes: 1e9, timeoutMs: 10_000 };
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'describe-'));
  prepareDecoder();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function request(bytes: Buffer) {
  const path = 'file.bin'; // the name says nothing: the bytes do
  writeFileSync(join(root, path), bytes);
  return { root, path: Buffer.from(path), expected: fileStat(statSync(join(root, path))) };
}
async function factsOf(bytes: Buffer): Promise<Facts> {
  const described = await describeFile(request(bytes), limits, Buffer.alloc(32));
  if (described.kind !== 'facts') throw new Error(described.kind === 'exception' ? described.code : described.kind);
  return described.facts;
}

const exif = {
  IFD0: { Make: 'Canon', Model: 'EOS 40D' },
  IFD2: {
    DateTimeOriginal: '2024:05:06 07:08:09',
    OffsetTimeOriginal: '+02:00',
    ExposureTime: '1/250',
    FNumber: '28/10',
    ISOSpeedRatings: '400',
    FocalLength: '50/1',
  },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '60/1 30/1 0/1', GPSLongitudeRef: 'W', GPSLongitude: '24/1 15/1 0/1' },
};
const captured = {
  capture_local: '2024-05-06T07:08:09',
  capture_time: '2024-05-06T05:08:09Z',
  camera_make: 'canon',
  exposure_us: 4000,
  f_number: 2.8,
  iso: 400,
  focal_length_mm: 50,
};

describe.each(['jpeg', 'png', 'webp', 'avif'] as const)('a picture in %s', (format) => {
  test('has the dimensions that it is shown with, and its EXIF, in all eight orientations', async () => {
    const plain = await aPng({ widthPx: 150, heightPx: 90, seed: 4 });
    for (let orientation = 1; orientation <= 8; orientation += 1) {
      const picture = sharp(plain).withExif(exif).withMetadata({ orientation });
      const facts = await factsOf(await picture.toFormat(format, { lossless: true }).toBuffer());
      const [width, height] = orientation >= 5 ? [90, 150] : [150, 90];
      expect(facts, `orientation ${orientation}`).toMatchObject({ width, height });
      expect(facts.gps).toEqual({ lat: 60.5, lon: -24.25 });
      expect(facts.fields).toMatchObject({ format, status: 'ok', orientation, ...captured, camera_model: 'eos 40d' });
    }
  });
});

test('a TIFF has the dimensions that it is shown with, and its EXIF, in all eight orientations', async () => {
  for (let orientation = 1; orientation <= 8; orientation += 1) {
    const facts = await factsOf(aTiffWithExif(orientation));
    const [width, height] = orientation >= 5 ? [48, 64] : [64, 48];
    expect(facts).toMatchObject({ width, height, gps: { lat: 60.5, lon: -24.25 } });
    expect(facts.fields).toMatchObject({ format: 'tiff', status: 'ok', orientation, ...captured });
  }
});

describe('a HEIC', () => {
  // as its boxes turn it, applied in their order: quarter turns against the clock, then a mirror
  test.each([
    { quarterTurns: 0, shown: [150, 90] },
    { quarterTurns: 1, shown: [90, 150] },
    { quarterTurns: 2, shown: [150, 90] },
    { quarterTurns: 3, shown: [90, 150] },
  ] as const)('turned $quarterTurns times is $shown, mirrored or not', async ({ quarterTurns, shown }) => {
    for (const mirror of [undefined, 'vertical', 'horizontal'] as const) {
      const heic = aHeic({ widthPx: 150, heightPx: 90, quarterTurns, ...(mirror && { mirror }) });
      const facts = await factsOf(heic);
      expect([facts.width, facts.height]).toEqual(shown);
      expect(facts).toMatchObject({ noPixels: 'hevc', fields: { format: 'heic', status: 'no-pixels' } });
      expect([facts.phash, facts.fields.blurhash]).toEqual([undefined, undefined]);
    }
  });

  test('has its EXIF, whose orientation is kept and not applied a second time', async () => {
    const jpeg = await sharp(await aPng({}))
      .withExif(exif)
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const block = (await sharp(jpeg).metadata()).exif?.subarray(6);
    const facts = await factsOf(aHeic({ widthPx: 150, heightPx: 90, quarterTurns: 3, ...(block && { exif: block }) }));
    expect(facts).toMatchObject({ width: 90, height: 150, gps: { lat: 60.5, lon: -24.25 } });
    expect(facts.fields).toMatchObject({ ...captured, orientation: 6 });
  });
});

test('the eight orientations of one picture have the descriptors of what is shown', async () => {
  const shown = await factsOf(await aPng({ widthPx: 150, heightPx: 90, seed: 4 }));
  const turned = await sharp(await aPng({ widthPx: 150, heightPx: 90, seed: 4 }))
    .rotate(270)
    .png()
    .toBuffer();
  const facts = await factsOf(await sharp(turned).withMetadata({ orientation: 6 }).png().toBuffer());
  expect([facts.width, facts.height, facts.phash, facts.fields.blurhash]).toEqual([
    ...[150, 90],
    ...[shown.phash, shown.fields.blurhash],
  ]);
});

describe('a raw file', () => {
  const makes: Record<string, string | undefined> = {
    'canon.cr2': 'canon',
    'nikon.nef': 'nikon',
    'sony.arw': 'sony',
    'any.dng': 'google',
    'panasonic.rw2': 'panasonic',
    'olympus.orf': 'olympus',
  };
  test('is described by its largest preview under its own orientation, with the dimensions of the developed picture', async () => {
    const plain = { widthPx: 301, heightPx: 203, seed: 9 };
    const thumbnail = await aJpeg({ widthPx: 60, heightPx: 40, seed: 10 });
    // what a preview says about itself gives way to the raw file, as cameras mean it
    const preview = await aJpeg({ ...plain, orientation: 3 });
    for (const orientation of [1, 3, 6, 8]) {
      const shown = await factsOf(await aJpeg({ ...plain, orientation }));
      for (const [name, bytes] of rawFiles(preview, thumbnail, orientation)) {
        if (name === 'fuji.raf') continue;
        const facts = await factsOf(bytes);
        const [width, height] = orientation >= 5 ? [400, 600] : [600, 400];
        expect(facts, `${name}, ${orientation}`).toMatchObject({ width, height, phash: shown.phash });
        expect(facts.fields, name).toMatchObject({
          ...{ format: 'raw', media_kind: 'image', status: 'ok', orientation },
          ...{ ...captured, camera_make: makes[name], camera_model: 'model 1' },
          blurhash: shown.fields.blurhash as string,
        });
      }
    }
  });

  test('of Canon’s newer layout is described by the largest of its previews, with its position', async () => {
    const picture = (widthPx: number, heightPx: number) => aJpeg({ widthPx, heightPx, seed: widthPx });
    const inside = {
      preview: await picture(301, 203),
      middle: await picture(150, 100),
      thumbnail: await picture(60, 40),
    };
    for (const orientation of [1, 6]) {
      const shown = await factsOf(await aJpeg({ widthPx: 301, heightPx: 203, seed: 301, orientation }));
      const bytes = aCr3(inside, orientation);
      const facts = await factsOf(bytes);
      const [width, height] = orientation >= 5 ? [400, 600] : [600, 400];
      expect(facts).toMatchObject({ width, height, phash: shown.phash, gps: { lat: 60.5, lon: -24.25 } });
      expect(facts.fields).toMatchObject({
        ...{ format: 'raw', media_kind: 'image', status: 'ok', orientation },
        ...{ ...captured, camera_make: 'canon', camera_model: 'model 1', blurhash: shown.fields.blurhash as string },
      });
      // the control: without the track the next smaller one is taken, and without any nothing is made from pixels
      const without = (...parts: string[]): Promise<Facts> => {
        const text = parts.reduce((left, part) => left.replaceAll(part, 'free'), bytes.toString('latin1'));
        return factsOf(Buffer.from(text, 'latin1'));
      };
      expect((await without('trak')).fields.blurhash).not.toBe(facts.fields.blurhash);
      expect(await without('trak', 'PRVW', 'THMB')).toMatchObject({ width, height, noPixels: 'no-preview' });
      for (let cut = 40; cut < 1500; cut += 97) {
        const torn = await describeFile(request(bytes.subarray(0, cut)), limits, Buffer.alloc(32));
        expect(['facts', 'exception'], `cut at ${cut}`).toContain(torn.kind);
      }
    }
  });

  test('of Fujifilm has the EXIF, orientation and dimensions of its preview', async () => {
    const preview = await aJpeg({ widthPx: 301, heightPx: 203, seed: 9, orientation: 6, exif });
    const raf = rawFiles(preview, preview, 1).get('fuji.raf') as Buffer;
    const shown = await factsOf(preview);
    expect(await factsOf(raf)).toEqual({ ...shown, fields: { ...shown.fields, format: 'raw' } });
  });

  test('without a preview is known by its metadata, and says why nothing was made from pixels', async () => {
    const facts = await factsOf(rawWithoutPreview());
    expect(facts).toMatchObject({ width: 600, height: 400, noPixels: 'no-preview' });
    expect([facts.fields.status, facts.phash, facts.fields.blurhash]).toEqual(['no-pixels', undefined, undefined]);
  });

  test('with a preview that breaks off keeps its metadata', async () => {
    const preview = await aJpeg({ widthPx: 300, heightPx: 200 });
    const cut = rawFiles(preview.subarray(0, 700), preview.subarray(0, 650), 1).get('nikon.nef') as Buffer;
    expect(await factsOf(cut)).toMatchObject({ width: 600, height: 400, noPixels: 'no-preview' });
  });

  test('has a local preview the right way up', async () => {
    const preview = await aJpeg({ widthPx: 301, heightPx: 203, seed: 9 });
    const nef = rawFiles(preview, preview, 6).get('nikon.nef') as Buffer;
    const made = await previewFile({ ...request(nef), widthPx: 150, format: 'jpeg' }, limits);
    if (made.kind !== 'preview') throw new Error(made.code);
    const { width, height } = await sharp(Buffer.from(made.bytes)).metadata();
    expect([width, height]).toEqual([101, 150]);
  });
});

describe('a bitmap', () => {
  const pixels = { width: 37, height: 23 };
  test.each([24, 32] as const)('of %i bits has the descriptors of the same picture as PNG', async (bits) => {
    const { bmp, rgb } = aBmp({ ...pixels, bits });
    const png = await factsOf(
      await sharp(rgb, { raw: { ...pixels, channels: 3 } })
        .png()
        .toBuffer(),
    );
    for (const isTopDown of [false, true]) {
      const facts = await factsOf(isTopDown ? aBmp({ ...pixels, bits, isTopDown }).bmp : bmp);
      expect(facts).toEqual({ ...png, fields: { ...png.fields, format: 'bmp' } });
    }
  });

  test.each([1, 4, 8] as const)('of %i bits is drawn with its palette', async (bits) => {
    const { bmp, rgb } = aBmp({ ...pixels, bits });
    const png = await factsOf(
      await sharp(rgb, { raw: { ...pixels, channels: 3 } })
        .png()
        .toBuffer(),
    );
    expect((await factsOf(bmp)).phash).toBe(png.phash);
    expect((await factsOf(bmp)).fields.mean_color).toBe(png.fields.mean_color);
  });

  test('that breaks off is truncated; one with more pixels than allowed is not read', async () => {
    const { bmp } = aBmp({ ...pixels, bits: 24 });
    await expect(factsOf(bmp.subarray(0, bmp.length - 500))).rejects.toThrow('truncated');
    const huge = Buffer.from(bmp);
    huge.writeInt32LE(30_000, 18);
    huge.writeInt32LE(30_000, 22);
    await expect(factsOf(huge)).rejects.toThrow('too-many-pixels');
  });

  test('that wraps another format is known by its metadata', async () => {
    const { bmp } = aBmp({ ...pixels, bits: 24 });
    bmp.writeUInt32LE(4, 30);
    expect(await factsOf(bmp)).toMatchObject({ ...pixels, noPixels: 'bitmap-kind', fields: { status: 'no-pixels' } });
  });

  test('of more pixels than are held at once is averaged down', async () => {
    const { bmp } = aBmp({ width: 5000, height: 3300, bits: 1 });
    const facts = await factsOf(bmp);
    expect([facts.width, facts.height, facts.fields.status]).toEqual([5000, 3300, 'ok']);
  });
});

describe('a JPEG that its loader shrinks by itself', () => {
  const bitsApart = (a = '', b = ''): number => [...a].filter((bit, i) => bit !== b[i]).length;

  test.each([
    [1280, 720],
    [640, 480],
    [1024, 1536],
  ])('is described as the same picture without loss, in all eight orientations: %i x %i', async (widthPx, heightPx) => {
    // soft shapes, as photographs have: noise has no low frequencies to speak of
    const seedling = await aPng({ widthPx: 9, heightPx: 7, seed: 7 });
    const plain = await sharp(seedling).resize(widthPx, heightPx, { fit: 'fill', kernel: 'cubic' }).png().toBuffer();
    for (let orientation = 1; orientation <= 8; orientation += 1) {
      const picture = sharp(plain).withExif(exif).withMetadata({ orientation });
      const shrunk = await factsOf(await picture.clone().jpeg({ quality: 98, chromaSubsampling: '4:4:4' }).toBuffer());
      const whole = await factsOf(await picture.clone().png().toBuffer());
      const { fields } = shrunk;
      const same = { width: whole.width, height: whole.height, gps: whole.gps };
      expect(shrunk, `orientation ${orientation}`).toMatchObject(same);
      expect(fields).toMatchObject({ orientation, status: 'ok', ...captured });
      // drawn shapes leave many frequencies near nothing; another turn would be some thirty bits apart
      expect(bitsApart(shrunk.phash, whole.phash), `orientation ${orientation}`).toBeLessThanOrEqual(6);
      for (const field of ['brightness', 'contrast', 'entropy'] as const)
        expect(Math.abs(Number(fields[field]) - Number(whole.fields[field])), field).toBeLessThanOrEqual(1);
    }
  });

  test('has no more pixels than the limit allows, whatever is left of them', async () => {
    const large = await aJpeg({ widthPx: 1280, heightPx: 720 });
    const described = await describeFile(request(large), { ...limits, maxPixels: 100_000 }, Buffer.alloc(32));
    expect(described).toMatchObject({ kind: 'exception', code: 'too-many-pixels' });
  });

  test('is not described when its pixels end too early', async () => {
    const whole = await aJpeg({ widthPx: 1280, heightPx: 720 });
    const described = await describeFile(request(whole.subarray(0, whole.length / 2)), limits, Buffer.alloc(32));
    expect(described).toMatchObject({ kind: 'exception', code: 'truncated' });
  });
});
