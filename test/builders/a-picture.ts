/** Pictures for tests, made from a seed: the same call gives the same pixels, another seed other ones. */
import sharp, { type Sharp } from 'sharp';

export interface PictureOptions {
  widthPx?: number;
  heightPx?: number;
  seed?: number;
  /** EXIF orientation, 1 to 8; the stored pixels are `widthPx` × `heightPx` before it is applied. */
  orientation?: number;
  /** More EXIF by directory, e.g. `{ IFD0: { Make: 'Acme' }, IFD2: { DateTimeOriginal: '2024:05:01 10:00:00' } }`. */
  exif?: { IFD0?: Record<string, string>; IFD2?: Record<string, string>; IFD3?: Record<string, string> };
  /** JPEG and WebP, 1 to 100. */
  quality?: number;
}

/** A JPEG: a gradient and some noise, so that it has structure, colour and a size like a photograph's. */
export const aJpeg = (options: PictureOptions = {}): Promise<Buffer> =>
  withExif(aPicture(options), options)
    .jpeg({ quality: options.quality ?? 85 })
    .toBuffer();

/** So many JPEGs of different content, cheap to make and to decode: equal pixels, and bytes of their own after the end of the picture. */
export async function distinctJpegs(count: number): Promise<Buffer[]> {
  const image = await aJpeg({ widthPx: 16, heightPx: 12 });
  return Array.from({ length: count }, (_, i) => Buffer.concat([image, Buffer.from(`content ${i}`)]));
}

export const aPng = (options: PictureOptions = {}): Promise<Buffer> =>
  withExif(aPicture(options), options).png().toBuffer();

export const aWebp = (options: PictureOptions = {}): Promise<Buffer> =>
  withExif(aPicture(options), options)
    .webp({ quality: options.quality ?? 85 })
    .toBuffer();

function aPicture({ widthPx = 64, heightPx = 48, seed = 1 }: PictureOptions): Sharp {
  const random = aRandom(seed);
  const [red, green, blue] = [random() * 255, random() * 255, random() * 255];
  const pixels = Buffer.alloc(widthPx * heightPx * 3);
  for (let y = 0, at = 0; y < heightPx; y += 1) {
    for (let x = 0; x < widthPx; x += 1, at += 3) {
      const noise = (random() - 0.5) * 24;
      pixels[at] = clamp(red + (x / widthPx - 0.5) * 160 + noise);
      pixels[at + 1] = clamp(green + (y / heightPx - 0.5) * 160 + noise);
      pixels[at + 2] = clamp(blue + ((x + y) / (widthPx + heightPx) - 0.5) * 160 + noise);
    }
  }
  return sharp(pixels, { raw: { width: widthPx, height: heightPx, channels: 3 } });
}

function withExif(picture: Sharp, { exif, orientation }: PictureOptions): Sharp {
  const tagged = exif === undefined ? picture : picture.withExif(exif);
  return orientation === undefined ? tagged : tagged.withMetadata({ orientation });
}

const clamp = (value: number): number => Math.max(0, Math.min(255, Math.round(value)));

/** Numbers in 0..1 from a seed (mulberry32), for tests alone. */
function aRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
