/** Mean colour as `#rrggbb`. @param rgb three bytes a pixel, at least one pixel. */
export function meanColor(rgb: Uint8Array): string {
  const sums = [0, 0, 0];
  for (let at = 0; at + 2 < rgb.length; at += 3) {
    sums[0] = (sums[0] as number) + (rgb[at] as number);
    sums[1] = (sums[1] as number) + (rgb[at + 1] as number);
    sums[2] = (sums[2] as number) + (rgb[at + 2] as number);
  }
  const pixels = Math.max(1, Math.floor(rgb.length / 3));
  return `#${sums
    .map((sum) =>
      Math.round(sum / pixels)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}
