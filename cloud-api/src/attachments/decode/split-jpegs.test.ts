import { expect, test } from 'vitest';
import { aJpeg } from '../../../../test/builders/a-picture.ts';
import { splitJpegs } from './split-jpegs.ts';

async function* inParts(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const split = async (bytes: Buffer, size: number): Promise<Buffer[]> => {
  const found: Buffer[] = [];
  for await (const picture of splitJpegs(inParts(bytes, size))) found.push(picture);
  return found;
};

test.each([1, 7, 1_000, 1_000_000])('pictures come out as they went in, in chunks of %d bytes', async (size) => {
  // an end marker within a comment is none
  const comment = Buffer.from([0xff, 0xfe, 0, 4, 0xff, 0xd9]);
  const plain = await aJpeg({ widthPx: 30, heightPx: 20 });
  const commented = Buffer.concat([plain.subarray(0, 2), comment, plain.subarray(2)]);
  const pictures = [plain, commented, await aJpeg({ seed: 3, widthPx: 9, heightPx: 40 })];
  expect(await split(Buffer.concat(pictures), size)).toEqual(pictures);
});

test('what is no JPEG, or only the beginning of one, is refused', async () => {
  const picture = await aJpeg({ widthPx: 30, heightPx: 20 });
  await expect(split(Buffer.from('hello there'), 4)).rejects.toThrow('no JPEG');
  await expect(split(picture.subarray(0, -2), 100)).rejects.toThrow('cut off');
});
