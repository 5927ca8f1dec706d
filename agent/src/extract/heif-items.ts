import type { FileBytes } from './file-bytes.ts';

/** One item of a HEIF container. */
export interface HeifItem {
  id: number;
  /** `hvc1`, `jpeg`, `Exif`, … */
  type: string;
  /** Indexes into the properties, in the order in which they are applied. */
  properties: number[];
  /** Where its bytes are; `isInside` counts from the container's own small store. */
  extents: { at: number; bytes: number; isInside: boolean }[];
}

/** What the directory of a HEIF container says (ISO/IEC 23008-12 and 14496-12, 8.11). Nothing of it is to be believed. */
export interface Heif {
  primary: number;
  items: ReadonlyMap<number, HeifItem>;
  /** Kinds of references: `thmb`, `dimg`, `auxl`, `cdsc`, … */
  references: { kind: string; from: number; to: number[] }[];
  properties: Box[];
  /** The container's own small store. */
  store: Buffer;
}

export interface Box {
  type: string;
  body: Buffer;
}

const maxDirectoryBytes = 4 * 1024 * 1024;
const maxTopBoxes = 64;
/** Of boxes, items, references and properties alike; a picture of 300 megapixels has some 1,200 tiles. */
const maxEach = 8192;
const maxExtents = 64;

/** The directory of a container; undefined for what has none that can be read. @throws RangeError over the budget of one file. */
export function readHeif(bytes: FileBytes): Heif | undefined {
  const directory = findDirectory(bytes);
  if (directory === undefined) return undefined;
  const heif: Heif = { primary: 0, items: new Map(), references: [], properties: [], store: Buffer.alloc(0) };
  const items = new Map<number, HeifItem>();
  const boxes = [...boxesIn(directory, 4)];
  const reader = (type: string): Reader => new Reader(boxes.find((box) => box.type === type)?.body ?? Buffer.alloc(0));
  readItems(reader('iinf'), items);
  readPlaces(reader('iloc'), items);
  const properties = boxes.find(({ type }) => type === 'iprp')?.body ?? Buffer.alloc(0);
  for (const box of boxesIn(properties, 0)) {
    if (box.type === 'ipco') heif.properties.push(...boxesIn(box.body, 0));
    if (box.type === 'ipma') readAssociations(new Reader(box.body), items);
  }
  const primary = reader('pitm');
  return {
    ...heif,
    items,
    primary: primary.number(primary.version() === 0 ? 2 : 4),
    references: readReferences(reader('iref')),
    store: boxes.find(({ type }) => type === 'idat')?.body ?? Buffer.alloc(0),
  };
}

/** Body of the first `meta` box. */
function findDirectory(bytes: FileBytes): Buffer | undefined {
  for (let at = 0, n = 0; n < maxTopBoxes; n++) {
    const head = bytes.slice(at, 16);
    if (head.length < 8) return undefined;
    const short = head.readUInt32BE(0);
    const isLong = short === 1 && head.length === 16;
    const length = isLong ? Number(head.readBigUInt64BE(8)) : short;
    const headBytes = isLong ? 16 : 8;
    // one that reaches to the end of the file, or nowhere, is no directory and has none behind it
    if (length < headBytes) return undefined;
    if (head.toString('latin1', 4, 8) === 'meta') {
      return length > maxDirectoryBytes ? undefined : bytes.slice(at + headBytes, length - headBytes);
    }
    at += length;
  }
  return undefined;
}

/** Boxes of a box, each whole; reading ends at the first that does not fit. */
function* boxesIn(body: Buffer, from: number): Generator<Box> {
  for (let at = from, n = 0; n < maxEach && at + 8 <= body.length; n++) {
    const length = body.readUInt32BE(at);
    if (length < 8 || at + length > body.length) return;
    yield { type: body.toString('latin1', at + 4, at + 8), body: body.subarray(at + 8, at + length) };
    at += length;
  }
}

/** Numbers one after the other, as boxes with a version have them. Past the end everything is 0 and {@link isOver}. */
class Reader {
  readonly #bytes: Buffer;
  #at = 4;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isOver(): boolean {
    return this.#at >= this.#bytes.length;
  }

  version(): number {
    return this.#bytes[0] ?? 0;
  }

  flags(): number {
    return this.#bytes[3] ?? 0;
  }

  /** @param width bytes: 0 to 8 */
  number(width: number): number {
    let value = 0;
    for (let i = 0; i < width; i++) value = value * 256 + (this.#bytes[this.#at + i] ?? 0);
    this.#at += width;
    return value;
  }

  text(width: number): string {
    const text = this.#bytes.toString('latin1', this.#at, this.#at + width);
    this.#at += width;
    return text;
  }

  /** The box that stands here, or undefined. */
  box(): Box | undefined {
    const [box] = boxesIn(this.#bytes.subarray(this.#at), 0);
    if (box) this.#at += box.body.length + 8;
    return box;
  }
}

function readItems(info: Reader, items: Map<number, HeifItem>): void {
  info.number(info.version() === 0 ? 2 : 4);
  for (let box = info.box(); box !== undefined && items.size < maxEach; box = info.box()) {
    const entry = new Reader(box.body);
    if (box.type !== 'infe' || entry.version() < 2) continue;
    const id = entry.number(entry.version() === 2 ? 2 : 4);
    entry.number(2);
    if (!items.has(id)) items.set(id, { id, type: entry.text(4), properties: [], extents: [] });
  }
}

function readPlaces(places: Reader, items: ReadonlyMap<number, HeifItem>): void {
  const version = places.version();
  if (version > 2) return;
  const widths = [places.number(1), places.number(1)].flatMap((pair) => [pair >> 4, pair & 15]);
  const [offsetBytes = 0, lengthBytes = 0, baseBytes = 0, indexBytes = 0] = widths;
  if (widths.some((width) => width > 8)) return;
  const count = places.number(version < 2 ? 2 : 4);
  for (let n = 0; n < Math.min(count, maxEach) && !places.isOver; n++) {
    const item = items.get(places.number(version < 2 ? 2 : 4));
    const method = version === 0 ? 0 : places.number(2) & 15;
    const reference = places.number(2);
    const base = places.number(baseBytes);
    const extents = places.number(2);
    for (let i = 0; i < extents && !places.isOver; i++) {
      if (version > 0) places.number(indexBytes);
      const at = base + places.number(offsetBytes);
      const bytes = places.number(lengthBytes);
      // bytes of another file, or of another item, are not followed
      if (item === undefined || reference !== 0 || method > 1 || item.extents.length >= maxExtents) continue;
      item.extents.push({ at, bytes, isInside: method === 1 });
    }
  }
}

function readAssociations(table: Reader, items: ReadonlyMap<number, HeifItem>): void {
  const isWide = (table.flags() & 1) === 1;
  const count = table.number(4);
  for (let n = 0; n < Math.min(count, maxEach) && !table.isOver; n++) {
    const item = items.get(table.number(table.version() === 0 ? 2 : 4));
    const associations = table.number(1);
    for (let i = 0; i < associations && !table.isOver; i++) {
      // counted from one; the highest bit says that a reader must understand it
      const index = isWide ? table.number(2) & 0x7fff : table.number(1) & 0x7f;
      if (item !== undefined && index > 0 && item.properties.length < maxExtents) item.properties.push(index - 1);
    }
  }
}

function readReferences(table: Reader): Heif['references'] {
  const width = table.version() === 0 ? 2 : 4;
  const found: Heif['references'] = [];
  for (let box = table.box(); box !== undefined && found.length < maxEach; box = table.box()) {
    // no version of its own: its numbers begin at once
    const entry = new Reader(Buffer.concat([Buffer.alloc(4), box.body]));
    const from = entry.number(width);
    const count = entry.number(2);
    const to: number[] = [];
    while (to.length < count && !entry.isOver) to.push(entry.number(width));
    found.push({ kind: box.type, from, to });
  }
  return found;
}
