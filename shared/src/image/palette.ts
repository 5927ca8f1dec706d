const colours = 5;
/** Every third pixel of a raster tells the same palette in a third of the time; small rasters are read whole. */
const stridePixels = 3;
const wholePixels = 4096;

/**
 * Up to five dominant colours as `#rrggbb`, most frequent first: the fullest cells of a 4x4x4 grid over RGB, each spoken
 * for by the mean of its pixels.
 * @param rgb three bytes a pixel.
 */
export function paletteOf(rgb: Uint8Array): string[] {
  const cells = new Uint32Array(64 * 4); // per cell: count and sums of red, green, blue
  const step = rgb.length / 3 > wholePixels ? stridePixels * 3 : 3;
  for (let at = 0; at + 2 < rgb.length; at += step) {
    const red = rgb[at] as number;
    const green = rgb[at + 1] as number;
    const blue = rgb[at + 2] as number;
    const cell = (((red >> 6) << 4) | ((green >> 6) << 2) | (blue >> 6)) * 4;
    cells[cell] = (cells[cell] as number) + 1;
    cells[cell + 1] = (cells[cell + 1] as number) + red;
    cells[cell + 2] = (cells[cell + 2] as number) + green;
    cells[cell + 3] = (cells[cell + 3] as number) + blue;
  }
  const count = (cell: number): number => cells[cell * 4] as number;
  return Array.from({ length: 64 }, (_, cell) => cell)
    .filter((cell) => count(cell) > 0)
    .toSorted((a, b) => count(b) - count(a) || a - b)
    .slice(0, colours)
    .map((cell) => {
      const mean = (channel: number) => Math.round((cells[cell * 4 + channel] as number) / count(cell));
      return `#${[mean(1), mean(2), mean(3)].map((value) => value.toString(16).padStart(2, '0')).join('')}`;
    });
}
