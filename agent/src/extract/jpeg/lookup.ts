/** Tables by which a few bits of a JPEG's scan tell at once what they mean. */
import type { HuffmanCodes } from './frame.ts';

/** Bits that are looked up at once. */
export const lookBits = 11;
const looks = 1 << lookBits;

/**
 * Symbols with their values. An entry of {@link values} is `value << 16 | skipped << 8 | bits` where code and value fit into the bits looked
 * up, else `symbol << 8 | unread | code bits`, and no more than `unread` where the code alone does not fit.
 */
export interface SymbolTable {
  values: Int32Array;
  /** For longer codes: by length, the first code behind those of that length, aligned to 16 bits. */
  codeEnd: Int32Array;
  /** What to add to a code of a length to get its place among the symbols. */
  offset: Int32Array;
  symbols: Uint8Array;
}
/** In an entry: the value is still to be read. */
export const unread = 0x80;

/** By how much a value of `size` bits without its sign bit set is below zero. */
function signed(bits: number, size: number): number {
  return size === 0 || bits >= 1 << (size - 1) ? bits : bits - (1 << size) + 1;
}

/** Fills a table. */
export function fillSymbols(
  { counts, symbols }: HuffmanCodes,
  { values, codeEnd, offset, symbols: to }: SymbolTable,
): void {
  to.set(symbols);
  let code = 0;
  let place = 0;
  let filled = 0;
  for (let length = 1; length <= 16; length++) {
    offset[length] = place - code;
    const count = counts[length - 1] as number;
    for (let i = 0; i < count && length <= lookBits; i++) {
      const symbol = symbols[place + i] as number;
      const size = symbol & 15;
      const spare = lookBits - length - size;
      if (spare < 0) {
        const end = filled + (1 << (lookBits - length));
        values.fill((symbol << 8) | unread | length, filled, end);
        filled = end;
      } else {
        const skipped = (symbol >> 4) << 8;
        for (let bits = 0; bits < 1 << size; bits++) {
          const entry = (signed(bits, size) << 16) | skipped | (length + size);
          for (const end = filled + (1 << spare); filled < end; filled++) values[filled] = entry;
        }
      }
    }
    place += count;
    code += count;
    codeEnd[length] = code << (16 - length);
    code <<= 1;
  }
  values.fill(unread, filled);
}

/** In an entry of a table of skips: the block ends here. */
export const blockEnd = 0x80;
const tooLong = 64 << 8;

/**
 * Several symbols at once, for blocks whose values nobody wants: an entry is `coefficients << 8 | blockEnd | bits`, the end counting as one
 * coefficient; more of them than a block has where not even one code fits into the bits looked up.
 */
export function fillSkips(values: Int32Array, skips: Int32Array): void {
  for (let seen = 0; seen < looks; seen++) {
    let bits = 0;
    let passed = 0;
    let end = 0;
    while (bits < lookBits && end === 0) {
      const entry = values[(seen << bits) & (looks - 1)] as number;
      const isUnread = (entry & unread) !== 0;
      const value = entry >> 16;
      const size = isUnread ? (entry >> 8) & 15 : 32 - Math.clz32(Math.abs(value));
      const run = isUnread ? (entry >> 12) & 15 : (entry >> 8) & 15;
      const codeBits = isUnread ? entry & 0x7f : (entry & 0x7f) - size;
      // of the bits behind the last one looked up nothing is known
      if (codeBits === 0 || bits + codeBits > lookBits) break;
      if (size === 0 && run < 15) end = blockEnd;
      passed += end === 0 ? run + 1 : 1;
      bits += codeBits + size;
    }
    skips[seen] = bits === 0 ? tooLong : (passed << 8) | end | bits;
  }
}
