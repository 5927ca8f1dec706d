import { type DecodedFormat, decodedFormats } from './decoder.ts';
import { fileBytes } from './file-bytes.ts';
import type { OpenFile } from './read-file.ts';
import { isRawTiff } from './read-raw.ts';
import type { VideoFormat } from './read-video.ts';

/** Formats that no loader of the decoder takes: read by parsers of our own, by what file-type calls them. */
const otherFormats = {
  bmp: 'bmp',
  cr2: 'raw',
  cr3: 'raw',
  nef: 'raw',
  arw: 'raw',
  dng: 'raw',
  rw2: 'raw',
  orf: 'raw',
  raf: 'raw',
  mp4: 'mp4',
  m4v: 'mp4',
  f4v: 'mp4',
  '3gp': 'mp4',
  '3g2': 'mp4',
  mov: 'mov',
  webm: 'webm',
  mkv: 'mkv',
} as const satisfies Record<string, 'bmp' | 'raw' | VideoFormat>;
export type OtherFormat = (typeof otherFormats)[keyof typeof otherFormats];

export function isOtherFormat(format: DecodedFormat | OtherFormat): format is OtherFormat {
  return Object.values<string>(otherFormats).includes(format);
}

export function isVideoFormat(format: DecodedFormat | OtherFormat): format is VideoFormat {
  return isOtherFormat(format) && format !== 'bmp' && format !== 'raw';
}

/** Format by the bytes, never by the name. @param head first bytes, or all of them. */
export async function sniff(head: Uint8Array, open: OpenFile): Promise<DecodedFormat | OtherFormat | undefined> {
  if (isJpeg(head)) return 'jpeg';
  // what most folders never need costs every new process a tenth of its start
  const { fileTypeFromBuffer } = await import('file-type');
  const found = await fileTypeFromBuffer(head).catch(() => undefined);
  const extension = (found?.ext as string | undefined) ?? looseName(head);
  if (extension === undefined) return undefined;
  if (extension in otherFormats) return otherFormats[extension as keyof typeof otherFormats];
  if (!(extension in decodedFormats)) return undefined;
  const format = decodedFormats[extension as keyof typeof decodedFormats];
  return format === 'tiff' && isRawTiff(fileBytes(open.fd, open.size)) ? 'raw' : format;
}

/** As file-type tells it: JPEG-LS begins with the same three bytes and goes on with its own frame. */
function isJpeg(head: Uint8Array): boolean {
  return head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff && head[3] !== 0xf7;
}

/** Raw files and TIFFs that vary in the first bytes, or whose directory lies beyond them. */
function looseName(head: Uint8Array): string | undefined {
  const four = Buffer.from(head.subarray(0, 4)).toString('latin1');
  if (four === 'IIRO' || four === 'IIRS' || four === 'MMOR') return 'orf';
  if (four === 'IIU\0') return 'rw2';
  return four === 'II*\0' || four === 'MM\0*' ? 'tif' : undefined;
}
