/** Canon's CR3: boxes as in a movie, with EXIF as TIFF blocks in one of them and JPEGs as samples of tracks and in boxes of their own. */
import { openTiff, type TiffDirectory } from '@nucleus/shared/exif/tiff-directories';
import { parseExif, tiffExif, tiffPlace } from '@nucleus/shared/exif/tiff-exif';
import type { FileBytes } from './file-bytes.ts';
import { jpegHead, orientedJpeg } from './jpeg-segments.ts';
import { isOrientation, isSize, largestJpeg, type Place, type RawPicture } from './raw-previews.ts';

/** Boxes that are looked at in one file; a camera writes about sixty. */
const maxBoxes = 1000;
/** Small boxes are read whole, to find the JPEG in them. */
const maxHeadBytes = 64;
const metadataId = '85c0b687820f11e08111f4ce462b6a48';
const previewId = 'eaf42b5e1c984b88b9fbb7dc406e4d16';
/** Before the boxes of the second one stand eight bytes. */
const bytesBeforePreview = 8;

const tag = { width: 0x100, height: 0x101, orientation: 0x112, exifWidth: 0xa002, exifHeight: 0xa003 } as const;

interface Box {
  type: string;
  /** Of the content, without the head. */
  at: number;
  end: number;
}

/** Whether a file says of itself that it is one. */
export function isCr3(bytes: FileBytes): boolean {
  return bytes.slice(4, 8).toString('latin1') === 'ftypcrx ';
}

/** Finds preview, dimensions and EXIF, bounded in count and bytes. What is damaged is absent. */
export function readCr3(bytes: FileBytes): RawPicture {
  const reader = new BoxReader(bytes);
  const top = reader.boxes(0, bytes.size);
  const inMovie = top.filter(({ type }) => type === 'moov').flatMap(({ at, end }) => reader.boxes(at, end));
  const own = inMovie.filter((box) => reader.isUuid(box, metadataId)).flatMap((it) => reader.boxes(it.at + 16, it.end));
  const block = (type: string): FileBytes => {
    const box = own.find((it) => it.type === type);
    return within(bytes, box?.at ?? 0, box?.end ?? 0);
  };
  const preview = top
    .filter((box) => reader.isUuid(box, previewId))
    .flatMap((it) => reader.boxes(it.at + 16 + bytesBeforePreview, it.end));
  const places = [
    ...inMovie.filter(({ type }) => type === 'trak').flatMap((track) => reader.firstSample(track)),
    ...[...preview, ...own]
      .filter(({ type }) => type === 'PRVW' || type === 'THMB')
      .flatMap((box) => reader.jpegIn(box)),
  ];
  const jpeg = largestJpeg(bytes, places);
  const head = jpeg && jpegHead(jpeg);
  const [main, shot] = [firstDirectory(block('CMT1')), firstDirectory(block('CMT2'))];
  const stored = one(main, tag.orientation);
  const orientation = isOrientation(stored) ? stored : head?.orientation;
  return {
    jpeg: jpeg && orientedJpeg(jpeg, orientation),
    size:
      sizeOf(one(shot, tag.exifWidth), one(shot, tag.exifHeight)) ??
      sizeOf(one(main, tag.width), one(main, tag.height)) ??
      (head && { width: head.width, height: head.height }),
    orientation,
    exif: [
      tiffExif(block('CMT1')),
      { exif: tiffExif(block('CMT2')).exif ?? {}, gps: tiffPlace(block('CMT4')) },
      parseExif(head?.exif),
    ],
  };
}

class BoxReader {
  readonly #bytes: FileBytes;
  #left = maxBoxes;

  constructor(bytes: FileBytes) {
    this.#bytes = bytes;
  }

  /** The boxes that follow each other in a part of the file. */
  boxes(from: number, to: number): Box[] {
    const found: Box[] = [];
    for (let at = from; at + 8 <= to && this.#left > 0; this.#left--) {
      const head = this.#bytes.slice(at, 16);
      if (head.length < 8) break;
      const short = head.readUInt32BE(0);
      const isLong = short === 1 && head.length === 16;
      const length = short === 0 ? to - at : isLong ? Number(head.readBigUInt64BE(8)) : short;
      const headBytes = isLong ? 16 : 8;
      const end = Math.min(at + length, to);
      if (length < headBytes || end <= at) break;
      found.push({ type: head.toString('latin1', 4, 8), at: at + headBytes, end });
      at = end;
    }
    return found;
  }

  isUuid({ type, at }: Box, id: string): boolean {
    return type === 'uuid' && this.#bytes.slice(at, 16).toString('hex') === id;
  }

  /** Where the first sample of a track lies: each of Canon's has one. */
  firstSample(track: Box): Place[] {
    let inside: Box[] = [track];
    for (const type of ['mdia', 'minf', 'stbl'])
      inside = inside.flatMap(({ at, end }) => this.boxes(at, end)).filter((it) => it.type === type);
    const tables = inside.flatMap(({ at, end }) => this.boxes(at, end));
    const table = (type: string): Buffer => {
      const box = tables.find((it) => it.type === type);
      return box ? this.#bytes.slice(box.at, Math.min(box.end - box.at, maxHeadBytes)) : Buffer.alloc(0);
    };
    const [sizes, far, near] = [table('stsz'), table('co64'), table('stco')];
    if (sizes.length < 12) return [];
    // one size for all samples, or a list of them
    const same = sizes.readUInt32BE(4);
    const bytes = same > 0 ? same : sizes.length >= 16 ? sizes.readUInt32BE(12) : 0;
    if (far.length >= 16) return [{ at: Number(far.readBigUInt64BE(8)), bytes }];
    return near.length >= 12 ? [{ at: near.readUInt32BE(8), bytes }] : [];
  }

  /** The JPEG behind the few numbers with which a box of a preview begins. */
  jpegIn({ at, end }: Box): Place[] {
    const start = this.#bytes.slice(at, Math.min(end - at, maxHeadBytes)).indexOf('\xff\xd8\xff', 0, 'latin1');
    return start < 0 ? [] : [{ at: at + start, bytes: end - at - start }];
  }
}

/** A part of a file as a file of its own. */
function within(bytes: FileBytes, from: number, to: number): FileBytes {
  const size = Math.max(0, to - from);
  return { size, slice: (at, length) => bytes.slice(from + at, Math.max(0, Math.min(length, size - at))) };
}

function firstDirectory(block: FileBytes): TiffDirectory {
  const tiff = openTiff(block);
  return tiff ? tiff.directoryAt(tiff.first).directory : new Map();
}

function one(directory: TiffDirectory, wanted: number): number | undefined {
  return directory.get(wanted)?.values[0];
}

function sizeOf(width: number | undefined, height: number | undefined): RawPicture['size'] {
  return isSize(width) && isSize(height) ? { width, height } : undefined;
}
