/** A HEIC as far as its metadata goes: dimensions, a turn, EXIF. Its pixels are none, and no decoder for them is shipped. */

const box = (type: string, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
};
const full = (type: string, version: number, ...parts: Buffer[]): Buffer =>
  box(type, Buffer.from([version, 0, 0, 0]), ...parts);
const short = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [i, value] of values.entries()) bytes.writeUInt16BE(value, i * 2);
  return bytes;
};
const long = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, i * 4);
  return bytes;
};
const text = (value: string): Buffer => Buffer.from(`${value}\0`, 'latin1');

/** HEVCDecoderConfigurationRecord of the main profile, 8 bit 4:2:0, without parameter sets. */
const hevcConfig = Buffer.from([
  1, 1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93, 0xf0, 0, 0xfc, 0xfd, 0xf8, 0xf8, 0, 0, 0x0f, 0,
]);

export interface HeicOptions {
  widthPx: number;
  heightPx: number;
  /** Quarter turns against the clock, as `irot` has them. */
  quarterTurns?: 0 | 1 | 2 | 3;
  /** `imir`: upside down, or left for right. */
  mirror?: 'vertical' | 'horizontal';
  /** An EXIF block, from its byte order on. */
  exif?: Uint8Array;
}

export function aHeic({ widthPx, heightPx, quarterTurns, mirror, exif = Buffer.alloc(0) }: HeicOptions): Buffer {
  const ftyp = box('ftyp', Buffer.from('heic\0\0\0\0mif1heic', 'latin1'));
  const infe = (id: number, type: string): Buffer =>
    full('infe', 2, short(id, 0), Buffer.from(type, 'latin1'), text(''));
  const properties = [
    box('hvcC', hevcConfig),
    full('ispe', 0, long(widthPx, heightPx)),
    ...(quarterTurns === undefined ? [] : [box('irot', Buffer.from([quarterTurns]))]),
    ...(mirror === undefined ? [] : [box('imir', Buffer.from([mirror === 'vertical' ? 0 : 1]))]),
  ];
  const pixels = Buffer.alloc(64, 1);
  const exifItem = Buffer.concat([long(6), Buffer.from('Exif\0\0', 'latin1'), exif]);
  const metaOf = (dataAt: number): Buffer =>
    full(
      'meta',
      0,
      full('hdlr', 0, long(0), Buffer.from('pict', 'latin1'), Buffer.alloc(12), text('')),
      full('pitm', 0, short(1)),
      full('iinf', 0, short(2), infe(1, 'hvc1'), infe(2, 'Exif')),
      full('iref', 0, box('cdsc', short(2, 1, 1))),
      box(
        'iprp',
        box('ipco', ...properties),
        full('ipma', 0, long(1), short(1), Buffer.from([properties.length, ...properties.map((_, i) => 0x81 + i)])),
      ),
      full(
        'iloc',
        0,
        Buffer.from([0x44, 0]),
        short(2),
        ...[
          { id: 1, at: dataAt, length: pixels.length },
          { id: 2, at: dataAt + pixels.length, length: exifItem.length },
        ].map(({ id, at, length }) => Buffer.concat([short(id, 0, 1), long(at, length)])),
      ),
    );
  const dataAt = ftyp.length + metaOf(0).length + 8;
  return Buffer.concat([ftyp, metaOf(dataAt), box('mdat', pixels, exifItem)]);
}
