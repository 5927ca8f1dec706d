import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readMask } from './read-mask.ts';

const [width, height] = [37, 23];
const indexes = Uint8Array.from({ length: width * height }, (_, at) => (at * at + (at >> 3)) % 251);
const image = () => sharp(indexes, { raw: { width, height, channels: 1 } }).toColourspace('b-w');
const bytes = async (png: Promise<Buffer>) => Uint8Array.from(await png);

test.each([
  ['filtered line by line', true],
  ['as it is', false],
])('the bytes of a grey PNG come out as they were written: %s', async (_, adaptiveFiltering) => {
  const mask = await readMask(await bytes(image().png({ adaptiveFiltering }).toBuffer()));
  expect([mask.width, mask.height]).toEqual([width, height]);
  expect(Buffer.from(mask.indexes).equals(Buffer.from(indexes))).toBe(true);
});

test('a palette changes nothing of the indexes', async () => {
  const file = await bytes(image().png().toBuffer());
  const colourType = 25;
  file[colourType] = 3;
  expect(Buffer.from((await readMask(file)).indexes).equals(Buffer.from(indexes))).toBe(true);
});

test.each([
  ['a JPEG', () => image().jpeg().toBuffer(), 'PNG'],
  [
    'colours',
    () =>
      sharp({ create: { width: 3, height: 3, channels: 3, background: 'red' } })
        .png()
        .toBuffer(),
    'channel',
  ],
  ['an interlaced one', () => image().png({ progressive: true }).toBuffer(), 'interlacing'],
])('%s is refused', async (_, make, words) => {
  await expect(readMask(await bytes(make()))).rejects.toThrow(words);
});

test('one that is cut short is refused', async () => {
  const file = await bytes(image().png().toBuffer());
  await expect(readMask(file.slice(0, file.length - 40))).rejects.toThrow();
});
