import type { Mask } from './read-mask.ts';

export type Rgb = readonly [number, number, number];

/** A mask with more pixels is painted at every second, third … of them. */
const mostPainted = 12_000_000;

/** The pixels of a mask in the colours of its segments; the others stay clear. @param colours by index of the mask */
export function paintMask(mask: Mask, colours: ReadonlyMap<number, Rgb>): HTMLCanvasElement {
  const step = Math.ceil(Math.sqrt((mask.width * mask.height) / mostPainted));
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(mask.width / step);
  canvas.height = Math.ceil(mask.height / step);
  const context = canvas.getContext('2d');
  if (context === null) return canvas;
  const image = context.createImageData(canvas.width, canvas.height);
  const palette = new Uint32Array(256);
  const bytes = new DataView(palette.buffer);
  for (const [index, [red, green, blue]] of colours) {
    for (const [at, value] of [red, green, blue, 255].entries()) bytes.setUint8(index * 4 + at, value);
  }
  const pixels = new Uint32Array(image.data.buffer);
  for (let y = 0, to = 0; y < mask.height; y += step) {
    for (let x = 0; x < mask.width; x += step, to += 1) {
      pixels[to] = palette[mask.indexes[y * mask.width + x] ?? 0] ?? 0;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}
