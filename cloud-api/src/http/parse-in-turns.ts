/**
 * Parses large JSON bodies a piece at a time. In one go 64 MB would hold up every other request for a second.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '@nucleus/shared/failure/app-error';
import { parseJson, parsePiece } from './parse-json.ts';

/** Bodies up to this size are parsed in one go: a few milliseconds. */
const mostSmallBytes = 256 * 1024;
const leastPieceBytes = 128 * 1024;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * What {@link parseJson} answers, letting others have their turn between the members of lists that stand directly in the body's object,
 * as `items` does.
 * @throws what {@link parseJson} throws; of several faults in one body it names the first
 */
export async function parseJsonInTurns(
  bytes: Buffer,
  smallBytes = mostSmallBytes,
  pieceBytes = leastPieceBytes,
): Promise<unknown> {
  if (bytes.length <= smallBytes) return parseJson(bytes);
  const scan = new Scan(bytes);
  if (!scan.takes(openBrace)) return parseJson(bytes);
  const body: Record<string, unknown> = {};
  if (scan.takes(closeBrace)) return scan.isAtEnd() ? body : invalid();
  do {
    if (!scan.isAt(quote)) return invalid();
    const key = parsePiece(scan.value());
    // an assignment would set the prototype
    if (typeof key !== 'string' || key === '__proto__') return parseJson(bytes);
    if (!scan.takes(colon)) return invalid();
    body[key] = scan.isAt(openBracket) ? await parseList(scan, pieceBytes) : parsePiece(scan.value());
  } while (scan.takes(comma));
  return scan.takes(closeBrace) && scan.isAtEnd() ? body : invalid();
}

async function parseList(scan: Scan, pieceBytes: number): Promise<unknown[]> {
  scan.takes(openBracket);
  const list: unknown[] = [];
  if (scan.takes(closeBracket)) return list;
  for (;;) {
    const members = parsePiece(scan.members(pieceBytes), true) as unknown[];
    // between two commas stands something
    if (members.length === 0) return invalid();
    for (const member of members) list.push(member);
    if (scan.takes(closeBracket)) return list;
    if (!scan.takes(comma)) return invalid();
    await nextTurn();
  }
}

function invalid(): never {
  throw new AppError('invalid-json', 'The body is not valid JSON.');
}

/** A place in JSON text and where the values around it end. What stands within a value is left to the parser. */
class Scan {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  isAt(byte: number): boolean {
    this.#skipSpace();
    return this.#bytes[this.#at] === byte;
  }

  takes(byte: number): boolean {
    if (!this.isAt(byte)) return false;
    this.#at += 1;
    return true;
  }

  isAtEnd(): boolean {
    this.#skipSpace();
    return this.#at === this.#bytes.length;
  }

  /** The bytes of the next value. */
  value(): Buffer {
    const from = this.#at;
    this.#at = this.#endOfValue(from);
    return this.#bytes.subarray(from, this.#at);
  }

  /** The bytes of the next members of a list, commas between them: the first that reach `size`, or all. */
  members(size: number): Buffer {
    const from = this.#at;
    for (;;) {
      this.#at = this.#endOfValue(this.#at);
      if (this.#at - from >= size || this.#bytes[this.#at] !== comma) return this.#bytes.subarray(from, this.#at);
      this.#at += 1;
    }
  }

  /** Where the value that starts at `at` ends: at the comma, bracket or colon behind it on its own level. */
  #endOfValue(at: number): number {
    const bytes = this.#bytes;
    let depth = 0;
    for (let place = at; place < bytes.length; place++) {
      switch (bytes[place]) {
        case quote:
          place = this.#endOfText(place);
          break;
        case openBrace:
        case openBracket:
          depth += 1;
          break;
        case closeBrace:
        case closeBracket:
          if (depth === 0) return place;
          depth -= 1;
          break;
        case comma:
        case colon:
          if (depth === 0) return place;
          break;
      }
    }
    return bytes.length;
  }

  /** Place of the quote that ends the text which starts at `at`. */
  #endOfText(at: number): number {
    const bytes = this.#bytes;
    for (let place = at + 1; place < bytes.length; place++) {
      const byte = bytes[place];
      if (byte === quote) return place;
      if (byte === backslash) place += 1;
    }
    return bytes.length;
  }

  #skipSpace(): void {
    const bytes = this.#bytes;
    for (;;) {
      const byte = bytes[this.#at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.#at += 1;
    }
  }
}
