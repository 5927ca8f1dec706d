import type { Stats } from 'node:fs';
import { displayPath } from '../record/display-path.ts';
import type { ServableFile } from '../state/lookups.ts';

/** What is said about a served file. Pure. */

/** Types by the format found in the bytes, never by the name. Nothing that a browser would run is in it. */
const contentTypes: Record<string, string> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  tiff: 'image/tiff',
  avif: 'image/avif',
  heic: 'image/heic',
  bmp: 'image/bmp',
  raw: 'image/x-dcraw',
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  webm: 'video/webm',
  mkv: 'video/x-matroska',
};

export function contentTypeOf(format: string | null): string {
  return contentTypes[format ?? ''] ?? 'application/octet-stream';
}

/** Guards that stand on every media answer. A sandboxed document cannot run anything even if a browser were to show it as one. */
export const mediaGuards = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'referrer-policy': 'no-referrer',
} as const;

/** `inline` with the file's own name, every byte outside the plainest set percent-encoded. */
export function dispositionOf(file: Pick<ServableFile, 'path' | 'format'>): string {
  const name = displayPath(file.path.subarray(file.path.lastIndexOf(0x2f) + 1))
    .slice(0, 180)
    .toWellFormed();
  const spelled = encodeURIComponent(name).replace(
    /['()*!]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const kind = contentTypes[file.format ?? ''] === undefined ? 'attachment' : 'inline';
  return `${kind}; filename*=UTF-8''${spelled}`;
}

/** Strong: one item, one generation of its content, one rendition. */
export function etagOf(file: Pick<ServableFile, 'itemKey' | 'generation'>, rendition: string): string {
  return `"${file.itemKey.toString('base64url')}.${file.generation}.${rendition}"`;
}

/** Whether an open file is, to the last digit of its times, the one that was catalogued. */
export function isCatalogued(
  stat: Stats,
  file: Pick<ServableFile, 'dev' | 'ino' | 'byteSize' | 'mtimeMs' | 'ctimeMs'>,
): boolean {
  return (
    stat.dev === file.dev &&
    stat.ino === file.ino &&
    stat.size === file.byteSize &&
    stat.mtimeMs === file.mtimeMs &&
    stat.ctimeMs === file.ctimeMs
  );
}
