import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { drawSample } from './draw-sample.ts';

const count = 24;
const folders = ['coast', 'hills/north', 'hills/south', 'plains'];
const shapes = [
  { widthPx: 960, heightPx: 640 },
  { widthPx: 640, heightPx: 960 },
  { widthPx: 960, heightPx: 540 },
  { widthPx: 720, heightPx: 720 },
] as const;

/** Fills a folder with two dozen generated pictures: JPEG, PNG and WebP, with capture data and some stored turned. */
export async function makeSamples(folder: string): Promise<void> {
  for (let seed = 0; seed < count; seed++) {
    const shape = shapes[seed % shapes.length] ?? shapes[0];
    const into = join(folder, folders[seed % folders.length] ?? '');
    await mkdir(into, { recursive: true });
    const name = `view-${String(seed + 1).padStart(2, '0')}`;
    const drawing = drawSample(seed, shape.widthPx, shape.heightPx);
    const picture = sharp(drawing.rgb, { raw: { width: drawing.widthPx, height: drawing.heightPx, channels: 3 } });
    if (seed % 8 === 6) await writeFile(join(into, `${name}.png`), await picture.png().toBuffer());
    else if (seed % 8 === 7)
      await writeFile(join(into, `${name}.webp`), await picture.webp({ quality: 84 }).toBuffer());
    else await writeFile(join(into, `${name}.jpg`), await asPhoto(picture, seed));
  }
}

/** A JPEG with the capture data of a camera; every fifth is stored on its side and turned upright by its orientation. */
async function asPhoto(picture: Sharp, seed: number): Promise<Buffer> {
  const isTurned = seed % 5 === 4;
  const stored = isTurned ? picture.rotate(-90) : picture;
  const day = String(1 + (seed % 28)).padStart(2, '0');
  return stored
    .jpeg({ quality: 88 })
    .withExif({
      IFD0: { Make: 'Canon', Model: 'EOS R5' },
      IFD2: {
        DateTimeOriginal: `2026:0${1 + (seed % 9)}:${day} ${String(7 + (seed % 12)).padStart(2, '0')}:30:00`,
        OffsetTimeOriginal: '+02:00',
        ExposureTime: '1/250',
        FNumber: `${28 + (seed % 5) * 7}/10`,
        ISOSpeedRatings: String(100 * 2 ** (seed % 5)),
        FocalLength: `${24 + (seed % 6) * 10}/1`,
      },
    })
    .withMetadata({ orientation: isTurned ? 6 : 1 })
    .toBuffer();
}
