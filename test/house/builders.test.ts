import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { aJpeg, aPng, aWebp } from '../builders/a-picture.ts';
import { aTempFolder } from '../builders/a-temp-folder.ts';

test.each([
  { format: 'jpeg', make: aJpeg },
  { format: 'png', make: aPng },
  { format: 'webp', make: aWebp },
])('a $format has the asked size, orientation and EXIF', async ({ format, make }) => {
  const picture = await make({ widthPx: 120, heightPx: 80, orientation: 6, exif: { IFD0: { Make: 'Acme' } } });
  const facts = await sharp(picture).metadata();
  expect(facts).toMatchObject({ format, width: 120, height: 80, orientation: 6 });
  expect(facts.exif?.includes('Acme')).toBe(true);
});

test('a picture without options has no EXIF', async () => {
  const facts = await sharp(await aJpeg()).metadata();
  expect(facts).toMatchObject({ width: 64, height: 48 });
  expect(facts.exif).toBeUndefined();
});

test('the seed alone decides the pixels', async () => {
  const [first, again, other] = await Promise.all([aJpeg({ seed: 7 }), aJpeg({ seed: 7 }), aJpeg({ seed: 8 })]);
  expect(first.equals(again)).toBe(true);
  expect(first.equals(other)).toBe(false);
});

let lastFolder = '';
test('a temp folder can be written to', async () => {
  lastFolder = await aTempFolder();
  await writeFile(join(lastFolder, 'a.txt'), 'a');
  expect(existsSync(join(lastFolder, 'a.txt'))).toBe(true);
});

test('a temp folder is gone when its test is over', () => {
  expect(lastFolder).not.toBe('');
  expect(existsSync(lastFolder)).toBe(false);
});
