/** Mean colour as `#rrggbb`. @param rgb three bytes a pixel, at least one pixel. */
export function meanColor(rgb: Uint8Array): string {
  let red = 0;
  let green = 0;
  let blue = 0;
  for (let at = 0; at + 2 < rgb.length; at += 3) {
    red += rgb[at] as number;
    green += rgb[at + 1] as number;
    blue += rgb[at + 2] as number;
  }
  const pixels = Math.max(1, Math.floor(rgb.length / 3));
  return `#${[red, green, blue]
    .map((sum) =>
      Math.round(sum / pixels)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}
