/** Code that reads one symbol of a scan. A position is in bits from the beginning of memory. */
import { tableAt } from './layout.ts';
import { lookBits, unread } from './lookup.ts';
import { type Code, giveBack, i32, i64, type Local, leaveIf, loop, routine, seq, when } from './wasm-code.ts';

/** Bits of a 64-bit word that are the scan's from any position on. */
const sureBits = 57;

export const bitsOf = (entry: Local): Code => i32.and(entry.get, i32.of(0x7f));
export const runOf = (entry: Local): Code => i32.and(i32.shiftRight(entry.get, i32.of(8)), i32.of(15));
export const valueIn = (entry: Local): Code => i32.shiftRight(entry.get, i32.of(16));
const isUnread = (entry: Local): Code => i32.and(entry.get, i32.of(unread));
export const more = (value: Local, by: Code): Code => value.set(i32.add(value.get, by));
export const fail = giveBack(i32.of(-1));

/** The next 64 bits of the scan from the bit `at` on; the last seven may be missing. */
export function peek(at: Local, word: Local): Code {
  const swap = (mask: bigint, by: bigint): Code =>
    word.set(
      i64.or(
        i64.shiftLeft(i64.and(word.get, i64.of(mask)), i64.of(by)),
        i64.and(i64.shiftRightUnsigned(word.get, i64.of(by)), i64.of(mask)),
      ),
    );
  return seq(
    word.set(i64.load(i32.shiftRightUnsigned(at.get, i32.of(3)))),
    swap(0x00ff00ff00ff00ffn, 8n),
    swap(0x0000ffff0000ffffn, 16n),
    word.set(i64.shiftLeft(i64.turnLeft(word.get, i64.of(32n)), i64.wide(i32.and(at.get, i32.of(7))))),
  );
}

export function lookUp(word: Local, table: Code, offset: number): Code {
  const index = i32.low(i64.shiftRightUnsigned(word.get, i64.of(BigInt(64 - lookBits))));
  return i32.load(i32.add(table, i32.shiftLeft(index, i32.of(2))), offset);
}

/** readSymbol(at, table): a symbol of any length with its value, packed as in a table of values; 0 where there is none. */
export const readSymbol = routine(
  'readSymbol',
  0,
  ['at', 'table'],
  { word: 'i64', entry: 'i32', symbol: 'i32', bits: 'i32', code: 'i32', size: 'i32', value: 'i32' },
  ({ at, table, word, entry, symbol, bits, code, size, value }) =>
    seq(
      peek(at, word),
      entry.set(lookUp(word, table.get, tableAt.values)),
      when(i32.isZero(isUnread(entry)), giveBack(entry.get)),
      symbol.set(i32.and(i32.shiftRight(entry.get, i32.of(8)), i32.of(0xff))),
      bits.set(bitsOf(entry)),
      when(
        i32.isZero(bits.get),
        seq(
          code.set(i32.low(i64.shiftRightUnsigned(word.get, i64.of(48n)))),
          bits.set(i32.of(lookBits)),
          loop((again) =>
            seq(
              more(bits, i32.of(1)),
              when(i32.more(bits.get, i32.of(16)), giveBack(i32.of(0))),
              leaveIf(
                again,
                i32.isZero(
                  i32.less(code.get, i32.load(i32.add(table.get, i32.shiftLeft(bits.get, i32.of(2))), tableAt.codeEnd)),
                ),
              ),
            ),
          ),
          symbol.set(
            i32.loadByte(
              i32.add(
                table.get,
                i32.add(
                  i32.shiftRight(code.get, i32.sub(i32.of(16), bits.get)),
                  i32.load(i32.add(table.get, i32.shiftLeft(bits.get, i32.of(2))), tableAt.offset),
                ),
              ),
              tableAt.symbols,
            ),
          ),
        ),
      ),
      size.set(i32.and(symbol.get, i32.of(15))),
      when(
        size.get,
        seq(
          value.set(
            i32.low(
              i64.shiftRightUnsigned(
                i64.shiftLeft(word.get, i64.wide(bits.get)),
                i64.wide(i32.sub(i32.of(64), size.get)),
              ),
            ),
          ),
          when(
            i32.isZero(i32.shiftRight(value.get, i32.sub(size.get, i32.of(1)))),
            value.set(i32.add(i32.sub(value.get, i32.shiftLeft(i32.of(1), size.get)), i32.of(1))),
          ),
        ),
      ),
      i32.or(
        i32.shiftLeft(value.get, i32.of(16)),
        i32.or(i32.shiftLeft(i32.shiftRight(symbol.get, i32.of(4)), i32.of(8)), i32.add(bits.get, size.get)),
      ),
    ),
);

/** Goes on in the word, or with the next one when not enough of it is left. */
export function advance({ at, word, used, entry }: Record<'at' | 'word' | 'used' | 'entry', Local>): Code {
  return seq(
    word.set(i64.shiftLeft(word.get, i64.wide(bitsOf(entry)))),
    more(used, bitsOf(entry)),
    when(i32.more(used.get, i32.of(sureBits - lookBits)), seq(peek(at, word), used.set(i32.of(0)))),
  );
}

/** Looks a symbol up, and reads it by itself where that does not tell all of it. */
export function nextSymbol(
  { at, word, used, entry }: Record<'at' | 'word' | 'used' | 'entry', Local>,
  table: Code,
): Code {
  return seq(
    entry.set(lookUp(word, table, tableAt.values)),
    when(isUnread(entry), readAlone({ at, entry }, table)),
    more(at, bitsOf(entry)),
    advance({ at, word, used, entry }),
  );
}

/** Reads a symbol by itself. */
export function readAlone({ at, entry }: Record<'at' | 'entry', Local>, table: Code): Code {
  return seq(entry.set(readSymbol.call(at.get, table)), when(i32.isZero(entry.get), fail));
}
