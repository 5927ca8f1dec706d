/** Sets of JPEGs to measure with: from a folder of real photographs where there is one, else drawn. */
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { drawSample } from '../../agent/dist/samples/draw-sample.js';

/** A second checkout may lie one folder deeper than the first. */
const photos = ['../../../shared/photos/jpg', '../../../../shared/photos/jpg']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path));
export const workFolder = fileURLToPath(new URL('./.work', import.meta.url));

/** Photographs below this have been compressed beyond what a camera does. */
const leastBytesPerPixel = 0.09;
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
  const sources = await photosOf(widthPx * heightPx);
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

/** Photographs that are scaled down to so many pixels, or up by little: enlarged ones are smoother than what cameras write. */
async function photosOf(pixels) {
  if (photos === undefined) return [];
  const found = [];
  for (const name of readdirSync(photos, { recursive: true, encoding: 'utf8' }).toSorted()) {
    if (!name.endsWith('.jpg') || /invalid|corrupt/.test(name)) continue;
    const path = join(photos, name);
    const header = await sharp(path)
      .metadata()
      .catch(() => undefined);
    const isSmooth = header && statSync(path).size < header.width * header.height * leastBytesPerPixel;
    if (header && !isSmooth && header.width * header.height >= pixels * 0.6) found.push(path);
  }
  return found;
}

function aDrawing(seed) {
  const { rgb, widthPx, heightPx } = drawSample(seed, 1280, 960);
  return sharp(rgb, { raw: { width: widthPx, height: heightPx, channels: 3 } });
}
