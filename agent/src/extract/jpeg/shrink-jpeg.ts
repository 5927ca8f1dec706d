/**
 * The analysis raster of a common JPEG, straight from its bytes. Most of such a picture is coefficients that do not show at an eighth of its
 * size: here they are passed over several at a time, where a general decoder reads each. The samples are those of libjpeg, bit for bit.
 */
import type { AnalysisSize } from '@nucleus/shared/image/analysis-size';
import { type JpegComponent, type JpegFrame, readJpegFrame } from './frame.ts';
import { blockAt, blockBytes, firstFree, placesAt, tableAt, tableBytes } from './layout.ts';
import { fillSkips, fillSymbols, lookBits } from './lookup.ts';
import { makeJpegMachine } from './machine.ts';

/** One component: blocks of `side` by `side` samples in a plane. */
interface Channel {
  across: number;
  down: number;
  side: number;
  plane: Uint8Array;
  stride: number;
  rows: number;
  /** Address of its plane in the machine. */
  at: number;
}

/** Longer scans are left to the general decoder: the memory of a machine stays as large as it once had to be. */
const mostScanBytes = 32 * 1024 * 1024;
/** More than one unit of blocks can take, so that the end is looked for after each unit alone. */
const spareBytes = 4096;
const pageBytes = 65_536;
/** Two tables a component, then the DC coefficients before, then divisors, then descriptions of blocks. */
const beforeAt = firstFree + 6 * tableBytes;
const divisorsAt = beforeAt + 16;
const blocksAt = divisorsAt + 3 * 128;
const mostBlocks = 12;
const layoutAt = blocksAt + mostBlocks * blockBytes;
/** Place in a block, row by row, of each coefficient as they are stored. */
const places = [
  ...[0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48],
  ...[41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23],
  ...[30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63],
];

const machine = makeJpegMachine();
let bytes = new Uint8Array(machine.memory.buffer);
let words = new Int32Array(machine.memory.buffer);
bytes.set(
  places.map((place) => place * 2),
  placesAt,
);

function growTo(needed: number): void {
  if (needed <= bytes.length) return;
  machine.memory.grow(Math.ceil((needed - bytes.length) / pageBytes));
  bytes = new Uint8Array(machine.memory.buffer);
  words = new Int32Array(machine.memory.buffer);
}

/**
 * @param size of the picture as stored, exactly its size by the factor.
 * @returns three bytes a pixel; undefined for a JPEG of another kind and for one with any irregularity, which a general decoder has to judge.
 */
export function shrinkJpeg(jpeg: Buffer, size: AnalysisSize): Uint8Array | undefined {
  if (size.factor !== 8 && size.factor !== 4) return undefined;
  const frame = readJpegFrame(jpeg);
  if (!frame || frame.width !== size.width * size.factor || frame.height !== size.height * size.factor)
    return undefined;
  if (jpeg.length - frame.scanAt > mostScanBytes) return undefined;
  const channels = channelsOf(frame, 8 / size.factor);
  return channels && decode(jpeg, frame, channels) ? toRgb(channels, size) : undefined;
}

/** Undefined for samplings that would leave colours to be scaled up. */
function channelsOf(frame: JpegFrame, side: number): Channel[] | undefined {
  const most = (factor: 'across' | 'down') => Math.max(...frame.components.map((component) => component[factor]));
  const [across, down] = [most('across'), most('down')];
  if (across > 2 || down > 2) return undefined;
  const channels: Channel[] = [];
  for (const component of frame.components) {
    // what is sampled half as often is shrunk half as much
    const own = (side * across) / component.across;
    if (component.across < 1 || (side * down) / component.down !== own) return undefined;
    const stride = Math.ceil(frame.width / (8 * across)) * component.across * own;
    const rows = Math.ceil(frame.height / (8 * down)) * component.down * own;
    channels.push({ ...component, side: own, stride, rows, plane: new Uint8Array(), at: 0 });
  }
  return channels;
}

/** Fills the planes. @returns whether every bit of the scan was as an encoder writes it. */
function decode(jpeg: Buffer, frame: JpegFrame, channels: readonly Channel[]): boolean {
  const [first] = channels as [Channel];
  const unitsAcross = first.stride / (first.across * first.side);
  const unitsDown = first.rows / (first.down * first.side);
  const interval = frame.restartInterval === 0 ? unitsAcross * unitsDown : frame.restartInterval;
  const mostParts = Math.ceil((unitsAcross * unitsDown) / interval);
  const endsAt = layOut(channels);
  const scanAt = endsAt + mostParts * 4;
  const scanBytes = jpeg.length - frame.scanAt;
  growTo(scanAt + scanBytes + spareBytes);
  bytes.set(jpeg.subarray(frame.scanAt), scanAt);
  if (machine.unstuff(scanAt, scanAt + scanBytes, scanAt, endsAt, mostParts) !== mostParts) return false;
  for (const [i, component] of frame.components.entries())
    prepareComponent(component, i, (channels[i] as Channel).side === 1);
  for (const channel of channels)
    channel.plane = bytes.subarray(channel.at, channel.at + channel.stride * channel.rows);
  const blocksEnd = describeBlocks(channels);
  let at = scanAt * 8;
  let left = interval;
  for (let row = 0, part = 0; row < unitsDown; row++) {
    aimBlocks(channels, row);
    for (let column = 0; column < unitsAcross; ) {
      if (left === 0) {
        // the last byte of a part is filled up with bits that mean nothing
        if (Math.ceil(at / 8) !== words[endsAt / 4 + part]) return false;
        at = Math.ceil(at / 8) * 8;
        words.fill(0, beforeAt / 4, beforeAt / 4 + 3);
        left = interval;
        part++;
      }
      const units = Math.min(left, unitsAcross - column);
      at = machine.readUnits(at, (words[endsAt / 4 + part] as number) * 8, units, blocksAt, blocksEnd);
      if (at < 0) return false;
      column += units;
      left -= units;
    }
  }
  return Math.ceil(at / 8) === words[endsAt / 4 + mostParts - 1];
}

/** Gives every channel its place. @returns the first address behind them. */
function layOut(channels: readonly Channel[]): number {
  let free = layoutAt;
  for (const channel of channels) {
    channel.at = free;
    free = Math.ceil((free + channel.stride * channel.rows) / 8) * 8;
  }
  return free;
}

function prepareComponent(component: JpegComponent, i: number, isSkipped: boolean): void {
  for (const [which, codes] of [component.dc, component.ac].entries()) {
    const table = tableOf(i, which);
    const view = (at: number, length: number): Int32Array =>
      words.subarray((table + at) / 4, (table + at) / 4 + length);
    const values = view(tableAt.values, 1 << lookBits);
    fillSymbols(codes, {
      values,
      codeEnd: view(tableAt.codeEnd, 18),
      offset: view(tableAt.offset, 18),
      symbols: bytes.subarray(table + tableAt.symbols, table + tableAt.symbols + 256),
    });
    if (which === 1 && isSkipped) fillSkips(values, view(tableAt.skips, 1 << lookBits));
  }
  new Uint16Array(machine.memory.buffer, divisorsAt + i * 128, 64).set(component.divisors);
  words[beforeAt / 4 + i] = 0;
}

function tableOf(component: number, which: number): number {
  return firstFree + (component * 2 + which) * tableBytes;
}

/** @returns the address behind the last description. */
function describeBlocks(channels: readonly Channel[]): number {
  let at = blocksAt / 4;
  for (const [i, { across, down, side, stride }] of channels.entries()) {
    for (let n = 0; n < across * down; n++, at += blockBytes / 4) {
      words[at + blockAt.side / 4] = side;
      words[at + blockAt.dc / 4] = tableOf(i, 0);
      words[at + blockAt.ac / 4] = tableOf(i, 1);
      words[at + blockAt.prediction / 4] = beforeAt + i * 4;
      words[at + blockAt.divisors / 4] = divisorsAt + i * 128;
      words[at + blockAt.step / 4] = across * side;
      words[at + blockAt.stride / 4] = stride;
    }
  }
  return at * 4;
}

/** Aims every block at where those of a row of units go. */
function aimBlocks(channels: readonly Channel[], row: number): void {
  let to = (blocksAt + blockAt.to) / 4;
  for (const { across, down, side, at, stride } of channels) {
    for (let n = 0; n < across * down; n++, to += blockBytes / 4) {
      const y = Math.floor(n / across);
      words[to] = at + ((row * down + y) * stride + (n - y * across)) * side;
    }
  }
}

const redOfCr = Int32Array.from({ length: 256 }, (_, cr) => (91_881 * (cr - 128) + 32_768) >> 16);
const blueOfCb = Int32Array.from({ length: 256 }, (_, cb) => (116_130 * (cb - 128) + 32_768) >> 16);
const greenOfCr = Int32Array.from({ length: 256 }, (_, cr) => -46_802 * (cr - 128));
const greenOfCb = Int32Array.from({ length: 256 }, (_, cb) => -22_554 * (cb - 128) + 32_768);

/** YCbCr to RGB with the 16-bit fixed point of libjpeg's `jdcolor.c`. */
function toRgb(channels: readonly Channel[], { width, height }: AnalysisSize): Uint8Array {
  const [luma, cb, cr] = channels as [Channel, Channel, Channel];
  const rgb = new Uint8ClampedArray(width * height * 3);
  for (let y = 0; y < height; y++) rowToRgb(rgb, y * width * 3, width, row(luma, y), row(cb, y), row(cr, y));
  return new Uint8Array(rgb.buffer);
}

function row({ plane, stride }: Channel, y: number): Uint8Array {
  return new Uint8Array(plane.buffer, plane.byteOffset + y * stride, stride);
}

function rowToRgb(
  rgb: Uint8ClampedArray,
  start: number,
  width: number,
  luma: Uint8Array,
  cb: Uint8Array,
  cr: Uint8Array,
): void {
  for (let x = 0, to = start; x < width; x++, to += 3) {
    const light = luma[x] as number;
    const blue = cb[x] as number;
    const red = cr[x] as number;
    rgb[to] = light + (redOfCr[red] as number);
    rgb[to + 1] = light + (((greenOfCb[blue] as number) + (greenOfCr[red] as number)) >> 16);
    rgb[to + 2] = light + (blueOfCb[blue] as number);
  }
}
