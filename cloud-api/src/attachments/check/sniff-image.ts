import { fileTypeFromBuffer } from 'file-type';

/** Formats that are kept, by what file-type calls them. SVG, PDF and every other kind of document are not pictures here. */
const imageFormats = {
  jpg: 'jpeg',
  png: 'png',
  apng: 'png',
  webp: 'webp',
  gif: 'gif',
  tif: 'tiff',
  avif: 'avif',
} as const;
export type ImageFormat = (typeof imageFormats)[keyof typeof imageFormats];

/** Bytes of the beginning that tell a format. */
export const sniffBytes = 64 * 1024;

/** Format by the first bytes alone; names and declared types say nothing. Undefined for all that is not kept. */
export async function sniffImage(head: Uint8Array): Promise<ImageFormat | undefined> {
  const found = await fileTypeFromBuffer(head).catch(() => undefined);
  const extension = found?.ext as string | undefined;
  return extension !== undefined && Object.hasOwn(imageFormats, extension)
    ? imageFormats[extension as keyof typeof imageFormats]
    : undefined;
}
