/** RGBA, four bytes a pixel, as blurhash encoders take it. */
export interface BlurhashRaster {
  width: number;
  height: number;
  rgba: Uint8ClampedArray;
}

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~';
const componentsX = 4;
const componentsY = 3;

/** sRGB byte to linear light. */
const linear = Float64Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/** Cosines by raster size: rasters have few sizes, and a cosine costs more than all else. */
const bases = new Map<number, Float64Array>();

/**
 * The 4x3 blurhash of a raster, 28 characters: to the character what the package `blurhash` encodes (same products, same order of
 * summing), without computing every cosine and every power anew for each picture.
 * Source: the algorithm of github.com/woltapp/blurhash, Algorithm.md.
 */
export function encodeBlurhash({ width, height, rgba }: BlurhashRaster): string {
  if (rgba.length !== width * height * 4) throw new RangeError(`${rgba.length} bytes are not ${width} x ${height}`);
  const basis = basisOf(width, height);
  const pixels = width * height;
  const light = columnsOfLight(rgba, width, height);
  const factors = new Float64Array(componentsX * componentsY * 3);
  const scale = 1 / pixels;
  for (let component = 0; component < componentsX * componentsY; component++) {
    let red = 0;
    let green = 0;
    let blue = 0;
    for (let i = 0, at = component * pixels; i < pixels; i++, at++) {
      const share = basis[at] as number;
      red += share * (light[i * 3] as number);
      green += share * (light[i * 3 + 1] as number);
      blue += share * (light[i * 3 + 2] as number);
    }
    factors.set([red * scale, green * scale, blue * scale], component * 3);
  }
  const greatest = factors.subarray(3).reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const quantised = Math.max(0, Math.min(82, Math.floor(greatest * 166 - 0.5)));
  const unit = (quantised + 1) / 166;
  let text = base83(componentsX - 1 + (componentsY - 1) * 9, 1) + base83(quantised, 1) + base83(meanOf(factors), 4);
  for (let at = 3; at < factors.length; at += 3) {
    const [red, green, blue] = [0, 1, 2].map((c) => step((factors[at + c] as number) / unit));
    text += base83((red as number) * 361 + (green as number) * 19 + (blue as number), 2);
  }
  return text;
}

/** Linear light, three values a pixel, column after column. */
function columnsOfLight(rgba: Uint8ClampedArray, width: number, height: number): Float64Array {
  const light = new Float64Array(width * height * 3);
  for (let x = 0, to = 0; x < width; x++) {
    for (let y = 0; y < height; y++, to += 3) {
      const at = (y * width + x) * 4;
      light[to] = linear[rgba[at] as number] as number;
      light[to + 1] = linear[rgba[at + 1] as number] as number;
      light[to + 2] = linear[rgba[at + 2] as number] as number;
    }
  }
  return light;
}

/** Weight of each pixel for each component, column after column. */
function basisOf(width: number, height: number): Float64Array {
  const key = width * 65_536 + height;
  const kept = bases.get(key);
  if (kept) return kept;
  const basis = new Float64Array(componentsX * componentsY * width * height);
  let to = 0;
  for (let v = 0; v < componentsY; v++) {
    for (let u = 0; u < componentsX; u++) {
      const norm = u === 0 && v === 0 ? 1 : 2;
      for (let x = 0; x < width; x++) {
        for (let y = 0; y < height; y++) {
          basis[to++] = norm * Math.cos((Math.PI * u * x) / width) * Math.cos((Math.PI * v * y) / height);
        }
      }
    }
  }
  if (bases.size < 512) bases.set(key, basis);
  return basis;
}

function meanOf(factors: Float64Array): number {
  const [red, green, blue] = [0, 1, 2].map((c) => byteOf(factors[c] as number));
  return ((red as number) << 16) + ((green as number) << 8) + (blue as number);
}

function byteOf(light: number): number {
  const value = Math.max(0, Math.min(1, light));
  return value <= 0.0031308
    ? Math.trunc(value * 12.92 * 255 + 0.5)
    : Math.trunc((1.055 * value ** 0.4166666666666667 - 0.055) * 255 + 0.5);
}

/** 0 to 18, on a square-root scale around 9. */
function step(share: number): number {
  const root = Math.sign(share) * Math.abs(share) ** 0.5;
  return Math.floor(Math.max(0, Math.min(18, Math.floor(root * 9 + 9.5))));
}

function base83(value: number, length: number): string {
  let text = '';
  for (let place = length - 1; place >= 0; place--) text += digits[Math.floor(value / 83 ** place) % 83];
  return text;
}
