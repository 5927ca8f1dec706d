/** What the segments of a JPEG say that has to be known to decode it: read strictly, for the common kind of JPEG alone. */
import { segmentsOf } from '../jpeg-segments.ts';

/** One Huffman table as it is stored. */
export interface HuffmanCodes {
  /** How many codes have each length, 1 to 16. */
  counts: Uint8Array;
  /** Symbols by rising code. */
  symbols: Uint8Array;
}

export interface JpegComponent {
  /** Sampling factors. */
  across: number;
  down: number;
  /** Divisors of the coefficients, in zigzag order. */
  divisors: Uint16Array;
  dc: HuffmanCodes;
  ac: HuffmanCodes;
}

/** A baseline picture in YCbCr, eight bits deep, in one scan of three components. */
export interface JpegFrame {
  width: number;
  height: number;
  components: readonly [JpegComponent, JpegComponent, JpegComponent];
  /** Units between two restart markers, 0 for none. */
  restartInterval: number;
  /** Of the first byte of the scan. */
  scanAt: number;
}

const startOfFrame = { baseline: 0xc0, extended: 0xc1 };
const huffmanTables = 0xc4;
const startOfScan = 0xda;
const quantisationTables = 0xdb;
const restartInterval = 0xdd;
const [jfif, profile, adobe] = [0xe0, 0xe2, 0xee];
const colourIds = [1, 2, 3];
const adobeYcc = 1;

interface Found {
  quantisation: Map<number, Uint16Array>;
  dc: Map<number, HuffmanCodes>;
  ac: Map<number, HuffmanCodes>;
  frame: Buffer | undefined;
  restartInterval: number;
  isJfif: boolean;
}

/**
 * Undefined for every JPEG of another kind: progressive, arithmetic, lossless, deeper, grey or CMYK ones, those with a colour profile,
 * and whatever is not as it should be.
 */
export function readJpegFrame(jpeg: Buffer): JpegFrame | undefined {
  const found: Found = {
    quantisation: new Map(),
    dc: new Map(),
    ac: new Map(),
    frame: undefined,
    restartInterval: 0,
    isJfif: false,
  };
  for (const { marker, at, body } of segmentsOf(jpeg)) {
    if (marker === startOfScan) return frameOf(found, body, at + 4 + body.length);
    if (!takeSegment(found, marker, body)) return undefined;
  }
  return undefined;
}

/** @returns whether it may be in a JPEG of the common kind. */
function takeSegment(found: Found, marker: number, body: Buffer): boolean {
  switch (marker) {
    case huffmanTables:
      return takeHuffman(found, body);
    case quantisationTables:
      return takeQuantisation(found, body);
    case restartInterval:
      if (body.length !== 2) return false;
      found.restartInterval = body.readUInt16BE(0);
      return true;
    case startOfFrame.baseline:
    case startOfFrame.extended:
      if (found.frame || body.length !== 15 || body[0] !== 8 || body[5] !== 3) return false;
      found.frame = body;
      return true;
    case jfif:
      found.isJfif ||= body.toString('latin1', 0, 5) === 'JFIF\0';
      return true;
    case profile:
      return body.toString('latin1', 0, 12) !== 'ICC_PROFILE\0';
    case adobe:
      return body.toString('latin1', 0, 5) !== 'Adobe' || body[11] === adobeYcc;
    default:
      // applications and comments; every other frame, table and marker is of another kind
      return (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe;
  }
}

function takeQuantisation(found: Found, body: Buffer): boolean {
  for (let at = 0; at < body.length; ) {
    const head = body[at] as number;
    const bytes = head >> 4 === 0 ? 1 : 2;
    if (head >> 4 > 1 || at + 1 + 64 * bytes > body.length) return false;
    const divisors = Uint16Array.from({ length: 64 }, (_, i) =>
      bytes === 1 ? (body[at + 1 + i] as number) : body.readUInt16BE(at + 1 + 2 * i),
    );
    found.quantisation.set(head & 15, divisors);
    at += 1 + 64 * bytes;
  }
  return true;
}

function takeHuffman(found: Found, body: Buffer): boolean {
  for (let at = 0; at < body.length; ) {
    if (at + 17 > body.length) return false;
    const head = body[at] as number;
    const counts = body.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const symbols = body.subarray(at + 17, at + 17 + total);
    if (head >> 4 > 1 || total > 256 || symbols.length < total || !isPrefixFree(counts)) return false;
    // the greatest difference of eight-bit samples has 11 bits, the greatest coefficient 10
    const isDc = head >> 4 === 0;
    if (symbols.some((symbol) => (isDc ? symbol > 11 : (symbol & 15) > 10))) return false;
    found[isDc ? 'dc' : 'ac'].set(head & 15, { counts, symbols });
    at += 17 + total;
  }
  return true;
}

function isPrefixFree(counts: Uint8Array): boolean {
  let open = 1;
  for (const count of counts) {
    open = open * 2 - count;
    if (open < 0) return false;
  }
  return true;
}

function frameOf(found: Found, scan: Buffer, scanAt: number): JpegFrame | undefined {
  const { frame, isJfif } = found;
  // all three components in their order, all coefficients at once, none refined later
  if (!frame || scan.length !== 10 || scan[0] !== 3 || scan[7] !== 0 || scan[8] !== 63 || scan[9] !== 0)
    return undefined;
  const components: JpegComponent[] = [];
  for (let i = 0; i < 3; i++) {
    const id = frame[6 + i * 3] as number;
    const sampling = frame[7 + i * 3] as number;
    const tables = scan[2 + i * 2] as number;
    const divisors = found.quantisation.get(frame[8 + i * 3] as number);
    const dc = found.dc.get(tables >> 4);
    const ac = found.ac.get(tables & 15);
    if (scan[1 + i * 2] !== id || !divisors || !dc || !ac) return undefined;
    if (!isJfif && id !== colourIds[i]) return undefined;
    components.push({ across: sampling >> 4, down: sampling & 15, divisors, dc, ac });
  }
  return {
    height: frame.readUInt16BE(1),
    width: frame.readUInt16BE(3),
    components: components as unknown as JpegFrame['components'],
    restartInterval: found.restartInterval,
    scanAt,
  };
}
