/** Code that takes out of a scan what is stuffed into it. */
import { more } from './symbols.ts';
import { block, giveBack, i32, i64, leaveIf, leaveTo, loop, routine, seq, when } from './wasm-code.ts';

const ones = 0x0101010101010101n;
const topBits = 0x8080808080808080n;
const [firstRestart, endOfImage] = [0xd0, 0xd9];

/**
 * unstuff(from, end, to, ends, most): moves the scan that begins at `from` to `to`, which is not behind it, without what is stuffed into it,
 * and writes the address behind each part between restart markers to `ends`.
 * @returns how many parts there are; 0 where a marker stands that does not belong there, the end is missing, or there are more than `most`.
 */
export const unstuff = routine(
  'unstuff',
  4,
  ['from', 'end', 'to', 'ends', 'most'],
  { word: 'i64', byte: 'i32', parts: 'i32', stop: 'i32' },
  ({ from, end, to, ends, most, word, byte, parts, stop }) => {
    const bad = giveBack(i32.of(0));
    // a byte of ones is a byte of zeros in the complement
    const hasOnes = i64.and(i64.and(i64.sub(i64.xor(word.get, i64.of(-1n)), i64.of(ones)), word.get), i64.of(topBits));
    const isRestart = i32.equal(byte.get, i32.add(i32.of(firstRestart), i32.and(parts.get, i32.of(7))));
    const endPart = seq(
      when(i32.isZero(i32.less(parts.get, most.get)), bad),
      when(i32.isZero(i32.or(isRestart, i32.equal(byte.get, i32.of(endOfImage)))), bad),
      i32.store(ends.get, 0, to.get),
      more(ends, i32.of(4)),
      more(parts, i32.of(1)),
      when(i32.equal(byte.get, i32.of(endOfImage)), giveBack(parts.get)),
    );
    return seq(
      loop((again) =>
        seq(
          block((found) =>
            loop((next) =>
              seq(
                leaveIf(found, i32.more(i32.add(from.get, i32.of(8)), end.get)),
                word.set(i64.load(from.get)),
                leaveIf(found, i32.isZero(i64.isZero(hasOnes))),
                i64.store(to.get, 0, word.get),
                more(from, i32.of(8)),
                more(to, i32.of(8)),
                leaveTo(next),
              ),
            ),
          ),
          stop.set(i32.add(from.get, i32.of(8))),
          loop((next) =>
            seq(
              when(i32.isZero(i32.less(from.get, end.get)), bad),
              byte.set(i32.loadByte(from.get)),
              i32.storeByte(to.get, 0, byte.get),
              more(from, i32.of(1)),
              when(
                i32.equal(byte.get, i32.of(0xff)),
                seq(
                  when(i32.isZero(i32.less(from.get, end.get)), bad),
                  byte.set(i32.loadByte(from.get)),
                  more(from, i32.of(1)),
                  when(byte.get, endPart, more(to, i32.of(1))),
                ),
                more(to, i32.of(1)),
              ),
              leaveIf(next, i32.less(from.get, stop.get)),
            ),
          ),
          leaveTo(again),
        ),
      ),
      i32.of(0),
    );
  },
);
