/** A HEIC as far as its metadata goes: dimensions, a turn, EXIF. Its pixels are none, and no decoder for them is shipped. */

import { jpegHead } from '../../agent/src/extract/jpeg-segments.ts';

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
  /** JPEG items beside it. */
  jpegs?: {
    bytes: Uint8Array;
    quarterTurns?: 0 | 1 | 2 | 3;
    mirror?: 'vertical' | 'horizontal';
    /** A thumbnail of the picture, or something that belongs to it and shows another thing. */
    kind?: 'thmb' | 'auxl';
    /** What it says of its place, instead of the truth. */
    claims?: { at?: number; length?: number };
  }[];
  /** Says that the item list has so many. */
  claimedItems?: number;
}

export function aHeic({
  widthPx,
  heightPx,
  quarterTurns,
  mirror,
  exif = Buffer.alloc(0),
  jpegs = [],
  claimedItems,
}: HeicOptions): Buffer {
  const ftyp = box('ftyp', Buffer.from('heic\0\0\0\0mif1heic', 'latin1'));
  const infe = (id: number, type: string): Buffer =>
    full('infe', 2, short(id, 0), Buffer.from(type, 'latin1'), text(''));
  const turning = (of: Pick<HeicOptions, 'quarterTurns' | 'mirror'>): Buffer[] => [
    ...(of.quarterTurns === undefined ? [] : [box('irot', Buffer.from([of.quarterTurns]))]),
    ...(of.mirror === undefined ? [] : [box('imir', Buffer.from([of.mirror === 'vertical' ? 0 : 1]))]),
  ];
  const properties: Buffer[] = [];
  /** Puts properties behind those before and answers the association of an item with them. */
  const associate = (id: number, mine: readonly Buffer[]): Buffer => {
    const from = properties.length;
    properties.push(...mine);
    return Buffer.concat([short(id), Buffer.from([mine.length, ...mine.map((_, i) => 0x81 + from + i)])]);
  };
  const sizeOf = (jpeg: Uint8Array): Buffer => {
    const { width = 1, height = 1 } = jpegHead(Buffer.from(jpeg)) ?? {};
    return full('ispe', 0, long(width, height));
  };
  const own = [box('hvcC', hevcConfig), full('ispe', 0, long(widthPx, heightPx))];
  const others = jpegs.map((jpeg, i) => ({ ...jpeg, id: i + 3 }));
  const associations = [
    associate(1, [
      ...own,
      ...turning({ ...(quarterTurns !== undefined && { quarterTurns }), ...(mirror && { mirror }) }),
    ]),
    ...others.map((jpeg) => associate(jpeg.id, [sizeOf(jpeg.bytes), ...turning(jpeg)])),
  ];
  const pixels = Buffer.alloc(64, 1);
  const exifItem = Buffer.concat([long(6), Buffer.from('Exif\0\0', 'latin1'), exif]);
  const placed = (dataAt: number) => {
    let at = dataAt;
    const items = [
      { id: 1, bytes: pixels.length },
      { id: 2, bytes: exifItem.length },
      ...others.map(({ id, bytes, claims }) => ({ id, bytes: bytes.length, claims })),
    ];
    return items.map((item) => {
      const place = { id: item.id, at, length: item.bytes, ...('claims' in item ? item.claims : {}) };
      at += item.bytes;
      return place;
    });
  };
  const metaOf = (dataAt: number): Buffer =>
    full(
      'meta',
      0,
      full('hdlr', 0, long(0), Buffer.from('pict', 'latin1'), Buffer.alloc(12), text('')),
      full('pitm', 0, short(1)),
      full(
        'iinf',
        0,
        short(claimedItems ?? 2 + others.length),
        ...[infe(1, 'hvc1'), infe(2, 'Exif'), ...others.map(({ id }) => infe(id, 'jpeg'))],
      ),
      full(
        'iref',
        0,
        box('cdsc', short(2, 1, 1)),
        ...others.map(({ id, kind = 'thmb' }) => box(kind, short(id, 1, 1))),
      ),
      box('iprp', box('ipco', ...properties), full('ipma', 0, long(associations.length), ...associations)),
      full(
        'iloc',
        0,
        Buffer.from([0x44, 0]),
        short(claimedItems ?? 2 + others.length),
        ...placed(dataAt).map(({ id, at, length }) => Buffer.concat([short(id, 0, 1), long(at, length)])),
      ),
    );
  const dataAt = ftyp.length + metaOf(0).length + 8;
  return Buffer.concat([
    ftyp,
    metaOf(dataAt),
    box('mdat', pixels, exifItem, ...others.map(({ bytes }) => Buffer.from(bytes))),
  ]);
}

/** An EXIF block whose second directory holds a JPEG, as cameras keep one. */
export function exifWithThumbnail(jpeg: Uint8Array): Buffer {
  const entry = (tag: number, value: number): Buffer => Buffer.concat([short(tag, 4), long(1, value)]);
  const second = Buffer.concat([short(2), entry(0x201, 44), entry(0x202, jpeg.length), long(0)]);
  return Buffer.concat([Buffer.from('MM\0*', 'latin1'), long(8), short(0), long(14), second, jpeg]);
}
