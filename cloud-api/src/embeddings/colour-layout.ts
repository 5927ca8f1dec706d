/**
 * A small image descriptor: the lowest cosines of luma and chroma, as the colour layout descriptor of MPEG-7 keeps them. It is read off
 * the 4x3 blurhash that intake or an agent made, so that no picture has to be opened for it.
 */

/** 12 cosines of three channels. */
export const layoutDimensions = 36;

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~';
const components = 12;
const blurhashLength = 4 + 2 * components;
/** Size flag of a 4x3 blurhash: (4 - 1) + (3 - 1) * 9. */
const sizeFlag = 21;

/**
 * The descriptor of a 4x3 blurhash; undefined for a text that is none. Luma counts twice as much as either chroma, and the mean is
 * taken from middle grey, so that unlike pictures point in unlike directions.
 */
export function colourLayout(blurhash: string): number[] | undefined {
  const values = Array.from(blurhash, (digit) => digits.indexOf(digit));
  if (values.length !== blurhashLength || values.includes(-1) || values[0] !== sizeFlag) return undefined;
  const maximum = ((values[1] as number) + 1) / 166;
  const mean = number(values, 2, 4);
  const vector = channels([mean >> 16, (mean >> 8) & 255, mean & 255].map((level) => level / 255 - 0.5));
  for (let i = 1; i < components; i++) {
    const packed = number(values, 4 + 2 * i, 2);
    const rgb = [Math.floor(packed / 361), Math.floor(packed / 19) % 19, packed % 19].map((step) => {
      const share = (step - 9) / 9;
      return Math.sign(share) * share * share * maximum;
    });
    vector.push(...channels(rgb));
  }
  return vector.map((value) => Math.fround(value));
}

function number(values: readonly number[], from: number, length: number): number {
  let sum = 0;
  for (let i = from; i < from + length; i++) sum = sum * digits.length + (values[i] as number);
  return sum;
}

/** Luma and two chroma differences of ITU-R BT.601. */
function channels([r = 0, g = 0, b = 0]: readonly number[]): number[] {
  const luma = 0.299 * r + 0.587 * g + 0.114 * b;
  return [2 * luma, (b - luma) * 0.564, (r - luma) * 0.713];
}
