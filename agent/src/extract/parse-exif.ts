import exifr from 'exifr/dist/full.esm.mjs';
import { type ExifBlocks, exifTags } from './exif-facts.ts';

const maxExifBytes = 1024 * 1024;

/**
 * The allowlisted tags of an EXIF block as a decoder hands it over, with or without its `Exif\0\0` header. The library may
 * hang on hostile input, so this runs in a process that can be killed. Damage gives an empty answer.
 */
export async function parseExif(block: Uint8Array | undefined): Promise<ExifBlocks> {
  if (!block) return {};
  const hasHeader = Buffer.from(block.subarray(0, 6)).toString('latin1') === 'Exif\0\0';
  const tiff = block.subarray(hasHeader ? 6 : 0, maxExifBytes);
  const order = Buffer.from(tiff.subarray(0, 4)).toString('latin1');
  if (order !== 'II*\0' && order !== 'MM\0*') return {};
  try {
    const parsed: unknown = await exifr.parse(Buffer.from(tiff), {
      tiff: true,
      ifd0: { pick: exifTags.ifd0 },
      exif: { pick: exifTags.exif },
      gps: { pick: exifTags.gps },
      ifd1: false,
      interop: false,
      xmp: false,
      icc: false,
      iptc: false,
      jfif: false,
      makerNote: false,
      userComment: false,
      mergeOutput: false,
      translateValues: false,
      reviveValues: false,
    } as unknown as Parameters<typeof exifr.parse>[1]);
    return typeof parsed === 'object' && parsed !== null ? (parsed as ExifBlocks) : {};
  } catch {
    return {};
  }
}
