/** A JPEG of flat blocks with restart markers, which encoders at hand do not write. */

const lengthsOfDc = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];

/** Baseline, 4:4:4, a grey of its own in each block: of `columns` by `rows` blocks, restarted after every `interval` of them. */
export function aRestartedJpeg(columns: number, rows: number, interval: number): Buffer {
  const segment = (marker: number, ...body: number[]): number[] => [0xff, marker, 0, body.length + 2, ...body];
  const [width, height] = [columns * 8, rows * 8];
  const head = [
    ...[0xff, 0xd8],
    ...segment(0xe0, ...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0),
    ...segment(0xdb, 0, ...Array<number>(64).fill(8)),
    ...segment(0xc0, 8, height >> 8, height & 255, width >> 8, width & 255, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0),
    ...segment(0xc4, 0, ...lengthsOfDc, ...Array.from({ length: 12 }, (_, size) => size)),
    // one code of one bit: the end of a block
    ...segment(0xc4, 0x10, 1, ...Array<number>(15).fill(0), 0),
    ...segment(0xdd, interval >> 8, interval & 255),
    ...segment(0xda, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0),
  ];
  const scan: number[] = [];
  let bits = '';
  let before = [0, 0, 0];
  for (let n = 0; n < columns * rows; n++) {
    if (n > 0 && n % interval === 0) {
      scan.push(...bytesOf(bits), 0xff, 0xd0 + ((n / interval - 1) % 8));
      bits = '';
      before = [0, 0, 0];
    }
    for (let c = 0; c < 3; c++) {
      const mean = ((n * 37 + c * 91) % 255) - 127;
      bits += `${dcBits(mean - (before[c] as number))}0`;
      before[c] = mean;
    }
  }
  return Buffer.from([...head, ...scan, ...bytesOf(bits), 0xff, 0xd9]);
}

function dcBits(difference: number): string {
  const size = 32 - Math.clz32(Math.abs(difference));
  const value = difference < 0 ? difference + (1 << size) - 1 : difference;
  return codeOf(size) + (size === 0 ? '' : value.toString(2).padStart(size, '0'));
}

function codeOf(size: number): string {
  let code = 0;
  let place = 0;
  for (const [i, count] of lengthsOfDc.entries()) {
    if (size < place + count) return (code + size - place).toString(2).padStart(i + 1, '0');
    place += count;
    code = (code + count) << 1;
  }
  throw new RangeError(`no code for ${size} bits`);
}

function bytesOf(bits: string): number[] {
  const filled = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1');
  const bytes = (filled.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
  return bytes.flatMap((byte) => (byte === 0xff ? [byte, 0] : [byte]));
}
