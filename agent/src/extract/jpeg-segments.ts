/** What the segments before a JPEG's pixels say. */
export interface JpegHead {
  width: number;
  height: number;
  /** The EXIF block, from its byte order on. */
  exif: Uint8Array | undefined;
  orientation: number | undefined;
}

const maxSegments = 512;
/** Baseline, extended and progressive: what decoders of pictures take. Lossless frames (0xc3) hold sensor data. */
const frameMarkers = [0xc0, 0xc1, 0xc2];
const applicationOne = 0xe1;
const startOfScan = 0xda;
const exifName = 'Exif\0\0';

interface Segment {
  marker: number;
  /** Of the marker's first byte. */
  at: number;
  body: Buffer;
}

/** The segments up to the pixels, at most 512; empty for what is no JPEG. */
export function* segmentsOf(jpeg: Buffer): Generator<Segment> {
  if (jpeg.length < 4 || jpeg[0] !== 0xff || jpeg[1] !== 0xd8) return;
  let at = 2;
  for (let n = 0; n < maxSegments && at + 4 <= jpeg.length; n++) {
    if (jpeg[at] !== 0xff) return;
    const marker = jpeg[at + 1] as number;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = jpeg.readUInt16BE(at + 2);
    if (length < 2) return;
    yield { marker, at, body: jpeg.subarray(at + 4, at + 2 + length) };
    if (marker === startOfScan) return;
    at += 2 + length;
  }
}

/** Undefined for what is no JPEG that a decoder of pictures takes. */
export function jpegHead(jpeg: Buffer): JpegHead | undefined {
  let exif: Buffer | undefined;
  for (const { marker, body } of segmentsOf(jpeg)) {
    if (marker === applicationOne && body.toString('latin1', 0, 6) === exifName) exif ??= body.subarray(6);
    if (!frameMarkers.includes(marker)) continue;
    if (body.length < 6 || body[0] !== 8) return undefined;
    const [height, width] = [body.readUInt16BE(1), body.readUInt16BE(3)];
    if (width === 0 || height === 0) return undefined;
    return { width, height, exif, orientation: exif && orientationIn(exif) };
  }
  return undefined;
}

/** The same picture whose only EXIF is an orientation; maker notes and the preview's own EXIF stay behind. */
export function orientedJpeg(jpeg: Buffer, orientation: number | undefined): Uint8Array {
  const parts: Buffer[] = [jpeg.subarray(0, 2)];
  if (orientation !== undefined) parts.push(orientationSegment(orientation));
  let from = 2;
  for (const { marker, at, body } of segmentsOf(jpeg)) {
    if (marker !== applicationOne) continue;
    parts.push(jpeg.subarray(from, at));
    from = at + 4 + body.length;
  }
  parts.push(jpeg.subarray(from));
  return Buffer.concat(parts);
}

function orientationSegment(orientation: number): Buffer {
  const segment = Buffer.alloc(36);
  segment.writeUInt16BE(0xffe1, 0);
  segment.writeUInt16BE(34, 2);
  segment.write(`${exifName}MM\0*`, 4, 'latin1');
  segment.writeUInt32BE(8, 14);
  segment.writeUInt16BE(1, 18);
  segment.writeUInt16BE(0x112, 20);
  segment.writeUInt16BE(3, 22);
  segment.writeUInt32BE(1, 24);
  segment.writeUInt16BE(orientation, 28);
  return segment;
}

/** Orientation in the first directory of an EXIF block. */
function orientationIn(exif: Buffer): number | undefined {
  const isLittle = exif.toString('latin1', 0, 2) === 'II';
  const short = (at: number): number =>
    at + 2 > exif.length ? 0 : isLittle ? exif.readUInt16LE(at) : exif.readUInt16BE(at);
  const long = (at: number): number =>
    at + 4 > exif.length ? 0 : isLittle ? exif.readUInt32LE(at) : exif.readUInt32BE(at);
  const first = long(4);
  for (let i = 0; i < Math.min(short(first), 512); i++) {
    const entry = first + 2 + i * 12;
    if (short(entry) !== 0x112) continue;
    const value = short(entry + 8);
    return value >= 1 && value <= 8 ? value : undefined;
  }
  return undefined;
}
