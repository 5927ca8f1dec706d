/** Sets of JPEGs to measure with: from a folder of real photographs where there is one, else drawn. */
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { drawSample } from '../../agent/dist/samples/draw-sample.js';

const photos = fileURLToPath(new URL('../../../shared/photos/jpg', import.meta.url));
export const workFolder = fileURLToPath(new URL('./.work', import.meta.url));

/** Pictures that are drawn where there are no photographs. */
const drawings = 12;

/** Longest and shortest edge of each set, pixels. */
export const shapes = {
  camera: { widthPx: 4000, heightPx: 3000, quality: 90 },
  '1080p': { widthPx: 1920, heightPx: 1080, quality: 85 },
  '640x480': { widthPx: 640, heightPx: 480, quality: 85 },
};

/**
 * A folder with `count` different JPEGs of a shape, made once and kept.
 * @returns its path and what the pictures are made from.
 */
export async function aPictureSet(name, count) {
  const { widthPx, heightPx, quality } = shapes[name];
  const folder = join(workFolder, `pictures-${name}`);
  const sources = largePhotos();
  mkdirSync(folder, { recursive: true });
  const have = readdirSync(folder).length;
  const bases = sources.length > 0 ? sources : Array.from({ length: drawings }, (_, seed) => seed);
  for (const [which, base] of bases.entries()) {
    const mine = Array.from({ length: count }, (_, i) => i).filter((i) => i >= have && i % bases.length === which);
    if (mine.length === 0) continue;
    const raw = await (typeof base === 'string' ? sharp(base, { failOn: 'none' }) : aDrawing(base))
      .resize(widthPx, heightPx, { fit: 'cover' })
      .removeAlpha()
      .raw()
      .toBuffer();
    for (const i of mine) {
      await sharp(raw, { raw: { width: widthPx, height: heightPx, channels: 3 } })
        .linear(0.8 + (i % 400) / 1000)
        .withExif({ IFD0: { Make: 'Canon', Model: 'EOS R5' }, IFD2: { DateTimeOriginal: '2026:05:01 10:00:00' } })
        .jpeg({ quality })
        .toFile(join(folder, `${String(i).padStart(4, '0')}.jpg`));
    }
  }
  return { folder, madeFrom: sources.length > 0 ? `${sources.length} photographs` : 'drawings' };
}

function largePhotos() {
  if (!existsSync(photos)) return [];
  return readdirSync(photos, { recursive: true, encoding: 'utf8' })
    .map((name) => join(photos, name))
    .filter((path) => path.endsWith('.jpg') && !/invalid|corrupt/.test(path) && statSync(path).size > 400_000)
    .toSorted();
}

function aDrawing(seed) {
  const { rgb, widthPx, heightPx } = drawSample(seed, 1280, 960);
  return sharp(rgb, { raw: { width: widthPx, height: heightPx, channels: 3 } });
}
