/**
 * Luma of 8-bit RGB, one byte a pixel: ITU-R BT.601 in 16-bit fixed point, rounded, bit for bit as Pillow's `convert('L')`.
 * @param rgb three bytes a pixel, row-major.
 */
export function lumaOf(rgb: Uint8Array): Uint8Array {
  const pixels = Math.floor(rgb.length / 3);
  const luma = new Uint8Array(pixels);
  for (let i = 0, at = 0; i < pixels; i++, at += 3) {
    luma[i] = ((rgb[at] ?? 0) * 19595 + (rgb[at + 1] ?? 0) * 38470 + (rgb[at + 2] ?? 0) * 7471 + 0x8000) >> 16;
  }
  return luma;
}
