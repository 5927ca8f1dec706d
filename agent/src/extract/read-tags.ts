import { readHeader } from './decoder.ts';
import type { ExtractLimits, FileRequest, FileTags, PreviewFailure } from './described.ts';
import { readFile, withOpenFile } from './read-file.ts';

/**
 * Every tag that a file holds, as texts, for the local viewer alone: read on request in a decoder process, kept nowhere. What of
 * EXIF goes into a record is read elsewhere, by an allowlist.
 */

const maxTags = 2000;
const maxChars = 1024;
const maxDepth = 4;
const headBytes = 16 * 1024 * 1024;

const everything = {
  tiff: true,
  ifd0: true,
  ifd1: true,
  exif: true,
  gps: true,
  interop: true,
  xmp: true,
  icc: true,
  iptc: true,
  jfif: true,
  ihdr: true,
  makerNote: true,
  userComment: true,
  mergeOutput: false,
  translateKeys: true,
  translateValues: true,
  reviveValues: false,
};

/** Titles of the blocks, in the order in which they are told. */
const titles: Record<string, string> = {
  ifd0: 'Picture',
  exif: 'Exposure',
  gps: 'Position',
  makerNote: 'Maker note',
  userComment: 'Comment',
  iptc: 'IPTC',
  xmp: 'XMP',
  icc: 'Colour profile',
  ifd1: 'Embedded thumbnail',
  interop: 'Interoperability',
  jfif: 'JFIF',
  ihdr: 'PNG header',
};

type Tags = { kind: 'tags'; tags: FileTags } | PreviewFailure;

/** Reads the tags of one file. A block that is damaged is left out. */
export function readTags(request: FileRequest, limits: ExtractLimits): Promise<Tags> {
  return withOpenFile(request, limits, async (open): Promise<Tags> => {
    const read = readFile(open, undefined);
    if (read.kind === 'exception') return read;
    const blocks =
      (typeof read.picture === 'string' ? undefined : await parse(read.picture)) ??
      (await parse(await exifBlock(read.picture, limits.maxPixels))) ??
      {};
    return { kind: 'tags', tags: tellTags(blocks) };
  });
}

async function parse(bytes: Uint8Array | undefined): Promise<Record<string, unknown> | undefined> {
  if (!bytes) return undefined;
  try {
    // only a person who looks at a file asks for this
    const { default: exifr } = await import('exifr/dist/full.esm.mjs');
    const found: unknown = await exifr.parse(
      Buffer.from(bytes.subarray(0, headBytes)),
      everything as unknown as Parameters<typeof exifr.parse>[1],
    );
    return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** The EXIF block as the decoder finds it, for containers that the parser does not know. */
async function exifBlock(picture: Uint8Array | string, maxPixels: number): Promise<Uint8Array | undefined> {
  try {
    const { exif } = await readHeader(picture, maxPixels);
    return exif?.subarray(0, 6).toString('latin1') === 'Exif\0\0' ? exif.subarray(6) : exif;
  } catch {
    return undefined;
  }
}

/** Blocks as groups of name and text; at most {@link maxTags} of them. Pure. */
function tellTags(blocks: Record<string, unknown>): FileTags {
  const names = [...Object.keys(titles), ...Object.keys(blocks).filter((name) => !(name in titles))];
  const groups: FileTags['groups'] = [];
  let left = maxTags;
  for (const name of names) {
    const block = blocks[name];
    if (block === undefined || block === null) continue;
    const entries =
      typeof block === 'object' && !ArrayBuffer.isView(block) ? Object.entries(block) : [[name, block] as const];
    const tags = entries.slice(0, left).map(([tag, value]) => ({ name: tag.slice(0, 128), value: tell(value, 0) }));
    left -= tags.length;
    if (tags.length > 0) groups.push({ group: titles[name] ?? name.slice(0, 64), tags });
    if (left <= 0) return { groups, is_cut: true };
  }
  return { groups, is_cut: false };
}

function tell(value: unknown, depth: number): string {
  if (ArrayBuffer.isView(value)) return tellBytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  if (Array.isArray(value))
    return cut(
      value
        .slice(0, 64)
        .map((each) => tell(each, depth + 1))
        .join(', '),
    );
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  if (typeof value === 'object' && value !== null) {
    if (depth >= maxDepth) return '…';
    const parts = Object.entries(value).slice(0, 64);
    return cut(parts.map(([key, inner]) => `${key}: ${tell(inner, depth + 1)}`).join('; '));
  }
  // a text of blanks comes as nothing
  return value === undefined || value === null ? '' : cut(String(value));
}

function tellBytes(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 24)).toString('hex');
  return `${bytes.length} bytes: ${head}${bytes.length > 24 ? '…' : ''}`;
}

function cut(text: string): string {
  return text.length > maxChars ? `${text.slice(0, maxChars)}…` : text;
}
