import { openTiff } from '@nucleus/shared/exif/tiff-directories';
import type { FileBytes } from './file-bytes.ts';
import { type Heif, type HeifItem, readHeif } from './heif-items.ts';
import { jpegHead, orientedJpeg } from './jpeg-segments.ts';

const maxPreviewBytes = 64 * 1024 * 1024;
const headBytes = 1024 * 1024;
const maxCandidates = 16;
/** Sides of a small picture are whole pixels; beyond this it shows another section, or has bars. */
const shapeSlack = 0.03;
const thumbnailOffset = 0x201;
const thumbnailLength = 0x202;

/** What a picture is turned by: where the axes of what is stored point when it is shown, y downwards. */
type Turn = readonly [number, number, number, number];
/** By EXIF's numbers, from one on. */
const turns: readonly [Turn, Turn, Turn, Turn, Turn, Turn, Turn, Turn] = [
  [1, 0, 0, 1],
  [-1, 0, 0, 1],
  [-1, 0, 0, -1],
  [1, 0, 0, -1],
  [0, 1, 1, 0],
  [0, -1, 1, 0],
  [0, -1, -1, 0],
  [0, 1, -1, 0],
];
const [unturned, leftForRight, , upsideDown, , , , quarterAgainstClock] = turns;

interface Candidate {
  /** Its first bytes, or all of it. */
  read: (most: number) => Buffer;
  turn: Turn;
}

/**
 * The largest JPEG that a HEIF container holds of the picture itself: a thumbnail or preview item, or the one in its EXIF, the right
 * way up. Undefined when there is none, or only such as have another shape than the picture: those show something else, such as what
 * was cut away.
 * @param shown width and height of the picture as displayed.
 * @throws RangeError over the budget of one file.
 */
export function heifPreview(
  bytes: FileBytes,
  shown: { width: number; height: number },
  maxPixels: number,
): Uint8Array | undefined {
  const heif = readHeif(bytes);
  let best: { candidate: Candidate; pixels: number } | undefined;
  for (const candidate of heif ? candidatesOf(heif, bytes) : []) {
    const head = jpegHead(candidate.read(headBytes));
    const pixels = head ? head.width * head.height : 0;
    if (!head || pixels > maxPixels || pixels <= (best?.pixels ?? 0)) continue;
    const isTurned = candidate.turn[0] === 0;
    const [width, height] = isTurned ? [head.height, head.width] : [head.width, head.height];
    if (Math.abs((width * shown.height) / (height * shown.width) - 1) <= shapeSlack) best = { candidate, pixels };
  }
  return best && orientedJpeg(best.candidate.read(maxPreviewBytes), orientationOf(best.candidate.turn));
}

function candidatesOf(heif: Heif, file: FileBytes): Candidate[] {
  const parts = heif.references.filter(({ kind }) => kind === 'dimg').flatMap(({ to }) => to);
  const others = heif.references.filter(({ kind }) => kind === 'auxl').map(({ from }) => from);
  const notThePicture = new Set([...parts, ...others]);
  const found: Candidate[] = [];
  for (const item of heif.items.values()) {
    if (found.length >= maxCandidates) break;
    if (notThePicture.has(item.id)) continue;
    if (item.type === 'jpeg') {
      const prefix = prefixOf(heif, item);
      found.push({
        read: (most) => Buffer.concat([prefix, bytesOf(file, heif, item, most)]),
        turn: turnOf(heif, item),
      });
    } else if (item.type === 'Exif') {
      // what an EXIF block holds lies as the sensor saw it, and is turned like the picture
      const jpeg = exifThumbnail(bytesOf(file, heif, item, headBytes));
      if (jpeg)
        found.push({ read: (most) => jpeg.subarray(0, most), turn: turnOf(heif, heif.items.get(heif.primary)) });
    }
  }
  return found;
}

/** The first bytes of an item, as far as the file has them. */
function bytesOf(file: FileBytes, heif: Heif, item: HeifItem, most: number): Buffer {
  const pieces: Buffer[] = [];
  let left = most;
  for (const { at, bytes, isInside } of item.extents) {
    if (left <= 0) break;
    // a length of zero is all that follows
    const wanted = Math.min(left, bytes === 0 ? left : bytes);
    const piece = isInside ? heif.store.subarray(at, at + wanted) : file.slice(at, wanted);
    pieces.push(piece);
    left -= piece.length;
  }
  return Buffer.concat(pieces);
}

/** Head that several JPEG items of one container share. */
function prefixOf(heif: Heif, item: HeifItem): Buffer {
  const prefix = item.properties.map((at) => heif.properties[at]).find((property) => property?.type === 'jpgC');
  return prefix?.body ?? Buffer.alloc(0);
}

/** Quarter turns and mirrors of an item, in their order. */
function turnOf(heif: Heif, item: HeifItem | undefined): Turn {
  let turn = unturned;
  for (const at of item?.properties ?? []) {
    const { type = '', body = undefined } = heif.properties[at] ?? {};
    const value = body?.[0] ?? 0;
    if (type === 'imir') turn = after((value & 1) === 0 ? upsideDown : leftForRight, turn);
    if (type === 'irot') for (let n = 0; n < (value & 3); n++) turn = after(quarterAgainstClock, turn);
  }
  return turn;
}

/** First `b`, then `a`. */
function after(a: Turn, b: Turn): Turn {
  return [a[0] * b[0] + a[1] * b[2], a[0] * b[1] + a[1] * b[3], a[2] * b[0] + a[3] * b[2], a[2] * b[1] + a[3] * b[3]];
}

function orientationOf(turn: Turn): number {
  return turns.findIndex((each) => each.every((value, at) => value === turn[at])) + 1;
}

/** The JPEG in the second directory of an EXIF item, whose first four bytes say how much stands before it. */
function exifThumbnail(item: Buffer): Buffer | undefined {
  if (item.length < 8) return undefined;
  const block = item.subarray(4 + item.readUInt32BE(0));
  const tiff = openTiff({ size: block.length, slice: (at, length) => block.subarray(at, at + length) });
  if (!tiff) return undefined;
  const { directory } = tiff.directoryAt(tiff.directoryAt(tiff.first).next);
  const [at] = directory.get(thumbnailOffset)?.values ?? [];
  const [length] = directory.get(thumbnailLength)?.values ?? [];
  return at === undefined || length === undefined ? undefined : block.subarray(at, at + length);
}
