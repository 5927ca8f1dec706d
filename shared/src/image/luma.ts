/**
 * Luma of 8-bit RGB, one byte a pixel: ITU-R BT.601 in 16-bit fixed point, rounded, bit for bit as Pillow's `convert('L')`.
 * @param rgb three bytes a pixel, row-major.
 */
export function lumaOf(rgb: Uint8Array): Uint8Array {
  const pixels = Math.floor(rgb.length / 3);
  const luma = new Uint8Array(pixels);
  for (let i = 0, at = 0; i < pixels; i++, at += 3) {
    const red = rgb[at] as number;
    const green = rgb[at + 1] as number;
    const blue = rgb[at + 2] as number;
    luma[i] = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  }
  return luma;
}
