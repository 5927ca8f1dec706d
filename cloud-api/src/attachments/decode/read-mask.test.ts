import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readMask } from './read-mask.ts';

const [width, height] = [7, 5];
const values = Uint8Array.from({ length: width * height }, (_, i) => [0, 1, 1, 7, 255][(i * i) % 5] as number);
/** The same values column by column, spelled out. */
const byColumn = Array.from({ length: width }, (_, x) =>
  Array.from({ length: height }, (_unused, y) => values[y * width + x]),
).flat();
const spelled = ({ values: of, lengths }: ReturnType<typeof readMask>) =>
  Array.from(of).flatMap((value, at) => Array.from({ length: lengths[at] ?? 0 }, () => value));

function chunk(type: string, data: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, data, Buffer.alloc(4)]);
}

/** A PNG whose rows are filtered in turn by every filter; written from the definition of each. */
function aPng({ colour = 3, depth = 8, interlace = 0, rows = height } = {}): Buffer {
  const at = (x: number, y: number) => (x < 0 || y < 0 ? 0 : (values[y * width + x] as number));
  const filters = [
    () => 0,
    (x: number, y: number) => at(x - 1, y),
    (x: number, y: number) => at(x, y - 1),
    (x: number, y: number) => Math.floor((at(x - 1, y) + at(x, y - 1)) / 2),
    (x: number, y: number) => {
      const [a, b, c] = [at(x - 1, y), at(x, y - 1), at(x - 1, y - 1)];
      const near = [a, b, c].map((each) => Math.abs(a + b - c - each));
      return [a, b, c][near.indexOf(Math.min(...near))] as number;
    },
  ];
  const filtered = Array.from({ length: rows }, (_, y) => [
    y % 5,
    ...Array.from({ length: width }, (_unused, x) => (at(x, y) - (filters[y % 5]?.(x, y) ?? 0)) & 255),
  ]).flat();
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([depth, colour, 0, 0, interlace], 8);
  const packed = deflateSync(Uint8Array.from(filtered));
  const half = packed.length >> 1;
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    chunk('PLTE', new Uint8Array(768)),
    chunk('IDAT', packed.subarray(0, half)),
    chunk('IDAT', packed.subarray(half)),
    chunk('IEND', new Uint8Array()),
  ]);
}

test('indexes of a palette, through every filter, column by column', () => {
  const read = readMask(aPng());
  expect([read.width, read.height]).toEqual([width, height]);
  expect(spelled(read)).toEqual(byColumn);
});

test('a grey PNG as another library writes it', async () => {
  const png = await sharp(values, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
  expect(spelled(readMask(png))).toEqual(byColumn);
});

test.each([
  ['colour', aPng({ colour: 2 })],
  ['16 bits', aPng({ depth: 16 })],
  ['interlaced', aPng({ interlace: 1 })],
  ['cut off', aPng({ rows: 3 })],
  ['no PNG', Buffer.from('GIF89a and no more than that, for sure')],
])('what is no such mask is refused: %s', (_why, png) => {
  expect(() => readMask(png)).toThrow(RangeError);
});
