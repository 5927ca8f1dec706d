/** A bitmap with its pixels as RGB: blocks of colour, some of which the palette of few bits holds as well. */
export function aBmp({
  width,
  height,
  bits,
  isTopDown = false,
}: {
  width: number;
  height: number;
  bits: 1 | 4 | 8 | 24 | 32;
  isTopDown?: boolean;
}): { bmp: Buffer; rgb: Buffer } {
  const colours = bits <= 8 ? 2 ** bits : 0;
  const palette = Array.from({ length: colours }, (_, i) => [
    (i * 91) % 256,
    (i * 57 + 30) % 256,
    255 - ((i * 33) % 256),
  ]);
  const stride = Math.ceil((bits * width) / 32) * 4;
  const head = Buffer.alloc(54 + colours * 4);
  head.write('BM', 'latin1');
  head.writeUInt32LE(head.length + stride * height, 2);
  head.writeUInt32LE(head.length, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(width, 18);
  head.writeInt32LE(isTopDown ? -height : height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(bits, 28);
  for (const [i, [red = 0, green = 0, blue = 0]] of palette.entries()) {
    head.set([blue, green, red, 0], 54 + i * 4);
  }
  const rgb = Buffer.alloc(width * height * 3);
  const rows = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const index = colours > 0 ? (Math.floor(x / 5) + Math.floor(y / 7)) % colours : 0;
      const colour = palette[index] ?? [(x * 7) % 256, (y * 11) % 256, ((x + y) * 3) % 256];
      rgb.set(colour, (y * width + x) * 3);
      const row = (isTopDown ? y : height - 1 - y) * stride;
      if (bits === 24 || bits === 32) rows.set(colour.toReversed(), row + x * (bits / 8));
      else {
        const at = row + Math.floor((x * bits) / 8);
        rows[at] = (rows[at] as number) | (index << (8 - bits - ((x * bits) % 8)));
      }
    }
  }
  return { bmp: Buffer.concat([head, rows]), rgb };
}
