import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { analysisSize } from '@nucleus/shared/image/analysis-size';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aJpeg } from '../../../../test/builders/a-picture.ts';
import { aRestartedJpeg } from '../../../../test/builders/a-restarted-jpeg.ts';
import { describeWithShared } from '../../../../test/builders/shared-files.ts';
import { prepareDecoder, readShrunkJpeg } from '../decoder.ts';
import { jpegHead } from '../jpeg-segments.ts';
import { shrinkJpeg } from './shrink-jpeg.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shrink-'));
  prepareDecoder();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function shrink(jpeg: Buffer): Uint8Array | undefined {
  const head = jpegHead(jpeg);
  return head && shrinkJpeg(jpeg, analysisSize(head.width, head.height));
}

/** What the general decoder makes of the same bytes. */
function general(jpeg: Buffer): Promise<Uint8Array | undefined> {
  const head = jpegHead(jpeg);
  if (!head) throw new Error('no JPEG');
  const path = join(folder, 'picture.jpg');
  writeFileSync(path, jpeg);
  return readShrunkJpeg(path, analysisSize(head.width, head.height), 1e9);
}

async function expectEqual(jpeg: Buffer, what: string): Promise<void> {
  const mine = shrink(jpeg);
  expect(mine, `${what} is read`).toBeDefined();
  expect(Buffer.compare(mine as Uint8Array, (await general(jpeg)) as Uint8Array), what).toBe(0);
}

/** Values that need the longest codes, among flat places. */
async function noise(widthPx: number, heightPx: number): Promise<Buffer> {
  const pixels = Buffer.alloc(widthPx * heightPx * 3);
  for (let i = 0, state = 7; i < pixels.length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    pixels[i] = i % 3000 < 1500 ? state >>> 24 : 255 * ((i >> 9) & 1);
  }
  return sharp(pixels, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toBuffer();
}

describe('a common JPEG has the samples that libjpeg makes of it, bit for bit', () => {
  test('of any quality and sampling, at an eighth and at a quarter', async () => {
    for (const [width, height] of [
      [640, 480],
      [560, 520],
      [328, 260],
    ] as const) {
      const picture = await noise(width, height);
      for (const quality of [10, 60, 85, 100]) {
        for (const chromaSubsampling of ['4:2:0', '4:4:4']) {
          for (const optimiseCoding of [true, false]) {
            const jpeg = await sharp(picture).jpeg({ quality, chromaSubsampling, optimiseCoding }).toBuffer();
            await expectEqual(jpeg, `${width} x ${height}, ${quality}, ${chromaSubsampling}, ${optimiseCoding}`);
          }
        }
      }
    }
  });

  test('with restart markers, in the middle of a row and more than eight of them', async () => {
    for (const interval of [1, 7, 64, 100, 5000]) await expectEqual(aRestartedJpeg(72, 66, interval), `${interval}`);
  });

  test('and one divisor that differs is seen', async () => {
    const jpeg = await aJpeg({ widthPx: 640, heightPx: 520 });
    const other = Buffer.from(jpeg);
    const divisors = other.indexOf(Buffer.from([0xff, 0xdb])) + 5;
    other[divisors] = (other[divisors] as number) + 1;
    expect(Buffer.compare(shrink(other) as Uint8Array, (await general(jpeg)) as Uint8Array)).not.toBe(0);
  });
});

describe('what is not as an encoder writes it is left to the general decoder', () => {
  const broken: [name: string, break_: (jpeg: Buffer) => Buffer][] = [
    ['cut in the middle', (jpeg) => jpeg.subarray(0, jpeg.length / 2)],
    ['without its end', (jpeg) => jpeg.subarray(0, jpeg.length - 2)],
    ['with bytes before its end', (jpeg) => Buffer.concat([jpeg.subarray(0, -2), Buffer.from([0, 0, 0xff, 0xd9])])],
    ['with a marker inside', (jpeg) => replaced(jpeg, jpeg.length - 500, [0xff, 0xc4])],
    [
      'with a restart marker out of turn',
      (jpeg) => replaced(jpeg, jpeg.lastIndexOf(Buffer.from([0xff, 0xd1])), [0xff, 0xd2]),
    ],
    ['of another height', (jpeg) => replaced(jpeg, jpeg.indexOf(Buffer.from([0xff, 0xc0])) + 5, [2, 24])],
    ['whose lengths of codes are too many', (jpeg) => replaced(jpeg, jpeg.indexOf(Buffer.from([0xff, 0xc4])) + 5, [3])],
  ];
  test.each(broken)('%s', (_, change) => {
    const jpeg = aRestartedJpeg(72, 66, 100);
    expect(shrink(jpeg)).toBeDefined();
    expect(shrink(change(jpeg))).toBeUndefined();
  });

  test.each(['progressive', 'grey', 'with a colour profile', 'of four colours', 'of an odd size'])(
    '%s',
    async (kind) => {
      const picture = sharp(await noise(kind === 'of an odd size' ? 641 : 640, 520));
      const changed = {
        'progressive': () => picture.jpeg({ progressive: true }),
        'grey': () => picture.toColourspace('b-w').jpeg(),
        'with a colour profile': () => picture.withIccProfile('p3').jpeg(),
        'of four colours': () => picture.toColourspace('cmyk').jpeg(),
        'of an odd size': () => picture.jpeg(),
      }[kind];
      expect(shrink(await (changed as () => Sharp)().toBuffer())).toBeUndefined();
    },
  );
});

test('bytes that are changed at random are refused, or give a picture of the same size', async () => {
  const jpeg = await aJpeg({ widthPx: 640, heightPx: 520, quality: 70 });
  const size = (shrink(jpeg) as Uint8Array).length;
  for (let n = 0, state = 3; n < 400; n++) {
    const changed = Buffer.from(jpeg);
    for (let i = 0; i < 3; i++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      changed[2 + (state % (changed.length - 2))] = state >>> 24;
    }
    const head = jpegHead(changed);
    const found = head && shrinkJpeg(changed, { width: 80, height: 65, factor: 8, isExact: true });
    expect([undefined, size]).toContain(found?.length);
  }
});

describeWithShared('photos', 'photographs', (photos) => {
  test('of cameras have the same samples wherever they are read', async () => {
    let read = 0;
    for (const name of readdirSync(photos, { recursive: true, encoding: 'utf8' })) {
      if (!/\.jpe?g$/i.test(name)) continue;
      const jpeg = readFileSync(join(photos, name));
      const head = jpegHead(jpeg);
      const size = head && analysisSize(head.width, head.height);
      if (!size?.isExact || !shrinkJpeg(jpeg, size) || (head?.orientation ?? 1) !== 1) continue;
      await expectEqual(jpeg, name);
      read++;
    }
    expect(read).toBeGreaterThan(5);
  });
});

function replaced(jpeg: Buffer, at: number, bytes: number[]): Buffer {
  const changed = Buffer.from(jpeg);
  changed.set(bytes, at);
  return changed;
}
