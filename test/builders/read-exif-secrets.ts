/** A reader of TIFF directories of its own, so that what is searched for does not come from the library that is tested. */

/** ASCII tags that must stay inside: caption, software, host, artist, copyright, owner, serials, XP texts. */
const textTags = new Set([
  0x10e, 0x131, 0x13b, 0x13c, 0x8298, 0xa430, 0xa431, 0xa435, 0xa420, 0x9c9b, 0x9c9c, 0x9c9d, 0xea1c,
]);
const [exifPointer, gpsPointer] = [0x8769, 0x8825];

/** Texts of those tags, and coordinates as decimal degrees with three places, out of an EXIF block. Damage gives what was read before. */
export function readExifSecrets(block: Buffer): string[] {
  const tiff = block.subarray(block.toString('latin1', 0, 6) === 'Exif\0\0' ? 6 : 0);
  const isLittle = tiff.toString('latin1', 0, 2) === 'II';
  const u16 = (at: number): number => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const u32 = (at: number): number => (isLittle ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  const secrets: string[] = [];
  const seen = new Set<number>();
  const visit = (at: number, isGps: boolean): void => {
    if (at === 0 || seen.has(at)) return;
    seen.add(at);
    for (let i = 0; i < u16(at); i += 1) {
      const entry = at + 2 + i * 12;
      const [tag, type, count] = [u16(entry), u16(entry + 2), u32(entry + 4)];
      if (tag === exifPointer || tag === gpsPointer) visit(u32(entry + 8), tag === gpsPointer);
      else if (isGps && (tag === 2 || tag === 4) && type === 5 && count === 3) secrets.push(degrees(u32(entry + 8)));
      else if (!isGps && textTags.has(tag)) {
        const start = count > 4 ? u32(entry + 8) : entry + 8;
        secrets.push(
          tiff
            .toString('latin1', start, start + count)
            .replace(/\0.*$/s, '')
            .trim(),
        );
      }
    }
  };
  const degrees = (at: number): string => {
    const [whole = 0, minutes = 0, seconds = 0] = [0, 8, 16].map((skip) => u32(at + skip) / u32(at + skip + 4));
    return (whole + minutes / 60 + seconds / 3600).toFixed(3);
  };
  try {
    visit(u32(4), false);
  } catch {
    // a directory beyond the end
  }
  // shorter ones and plain numbers stand everywhere
  return secrets.filter((text) => text.length >= 6 && !/^(NaN|0\.000|[\d ]+)$/.test(text));
}
