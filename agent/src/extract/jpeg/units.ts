/** Code that reads the blocks of a scan, unit by unit. */
import { meanSample, shrinkToFour, shrinkToTwo, storeSample } from './idct.ts';
import { blockAt, blockBytes, placesAt, recordAt, sampleAt, tableAt } from './layout.ts';
import { blockEnd } from './lookup.ts';
import { advance, bitsOf, fail, lookUp, more, nextSymbol, peek, readAlone, runOf, valueIn } from './symbols.ts';
import { block, type Code, i32, i64, type Local, leaveIf, leaveTo, loop, routine, seq, when } from './wasm-code.ts';

/**
 * readUnits(at, end, units, blocks, blocksEnd): reads so many units of the blocks described from `blocks` to `blocksEnd`.
 * @returns the position behind them in bits, or -1 for what no encoder writes.
 */
export const readUnits = routine(
  'readUnits',
  3,
  ['at', 'end', 'units', 'blocks', 'blocksEnd'],
  {
    each: 'i32',
    word: 'i64',
    used: 'i32',
    entry: 'i32',
    mean: 'i32',
    table: 'i32',
    to: 'i32',
    place: 'i32',
    next: 'i32',
    divisors: 'i32',
    last: 'i32',
  },
  (locals) => {
    const { at, end, units, blocks, blocksEnd, each, entry, word, mean, table, to } = locals;
    const field = (offset: number): Code => i32.load(each.get, offset);
    return seq(
      peek(at, word),
      loop((nextUnit) =>
        seq(
          each.set(blocks.get),
          loop((nextBlock) =>
            seq(
              nextSymbol(locals, field(blockAt.dc)),
              mean.set(i32.add(i32.load(field(blockAt.prediction)), valueIn(entry))),
              i32.store(field(blockAt.prediction), 0, mean.get),
              mean.set(i32.mul(mean.get, i32.loadShort(field(blockAt.divisors)))),
              table.set(field(blockAt.ac)),
              to.set(field(blockAt.to)),
              i32.store(each.get, blockAt.to, i32.add(to.get, field(blockAt.step))),
              when(i32.equal(field(blockAt.side), i32.of(1)), skipRest(locals), readRest(locals)),
              more(each, i32.of(blockBytes)),
              leaveIf(nextBlock, i32.less(each.get, blocksEnd.get)),
            ),
          ),
          when(i32.more(at.get, end.get), fail),
          more(units, i32.of(-1)),
          leaveIf(nextUnit, units.get),
        ),
      ),
      at.get,
    );
  },
);

type Locals = Record<
  'at' | 'word' | 'used' | 'entry' | 'mean' | 'table' | 'to' | 'place' | 'next' | 'divisors' | 'last' | 'each',
  Local
>;

/** Writes the sample of a block's mean, and passes over its other coefficients. */
function skipRest(locals: Locals): Code {
  const { at, word, entry, mean, table, to, place, next } = locals;
  return seq(
    storeSample(to.get, 0, mean, meanSample(mean.get)),
    place.set(i32.of(0)),
    block((done) =>
      loop((again) =>
        seq(
          entry.set(lookUp(word, table.get, tableAt.skips)),
          next.set(i32.add(place.get, i32.shiftRight(entry.get, i32.of(8)))),
          when(
            i32.more(next.get, i32.of(63)),
            // the symbols looked up do not all belong to this block
            seq(
              readAlone(locals, table.get),
              more(at, bitsOf(entry)),
              advance(locals),
              leaveIf(done, i32.and(i32.isZero(valueIn(entry)), i32.isZero(i32.equal(runOf(entry), i32.of(15))))),
              more(place, i32.add(runOf(entry), i32.of(1))),
              when(i32.more(place.get, i32.of(63)), fail),
              leaveIf(done, i32.equal(place.get, i32.of(63))),
              leaveTo(again),
            ),
          ),
          more(at, bitsOf(entry)),
          advance(locals),
          leaveIf(done, i32.and(entry.get, i32.of(blockEnd))),
          place.set(next.get),
          leaveIf(again, i32.less(next.get, i32.of(63))),
        ),
      ),
    ),
  );
}

/** Reads all coefficients of a block, and writes its samples. */
function readRest(locals: Locals): Code {
  const { entry, mean, table, to, place, divisors, last, each, next } = locals;
  const stride = i32.load(each.get, blockAt.stride);
  const isFour = i32.equal(i32.load(each.get, blockAt.side), i32.of(4));
  const record = i32.of(recordAt);
  return seq(
    ...Array.from({ length: 16 }, (_, i) => i64.store(record, i * 8, i64.of(0n))),
    i32.storeShort(record, 0, mean.get),
    divisors.set(i32.load(each.get, blockAt.divisors)),
    last.set(i32.of(0)),
    place.set(i32.of(1)),
    block((done) =>
      loop((again) =>
        seq(
          nextSymbol(locals, table.get),
          more(place, runOf(entry)),
          when(
            valueIn(entry),
            seq(
              when(i32.more(place.get, i32.of(63)), fail),
              last.set(place.get),
              i32.storeShort(
                i32.loadByte(place.get, placesAt),
                recordAt,
                i32.mul(valueIn(entry), i32.loadShort(i32.add(divisors.get, i32.shiftLeft(place.get, i32.of(1))))),
              ),
            ),
            leaveIf(done, i32.isZero(i32.equal(runOf(entry), i32.of(15)))),
          ),
          more(place, i32.of(1)),
          leaveIf(done, i32.equal(place.get, i32.of(64))),
          when(i32.more(place.get, i32.of(64)), fail),
          leaveTo(again),
        ),
      ),
    ),
    when(
      last.get,
      when(
        isFour,
        next.set(shrinkToFour.call(record, last.get, to.get, stride)),
        next.set(shrinkToTwo.call(record, last.get, to.get, stride)),
      ),
      fillFlat(locals, isFour, stride),
    ),
  );
}

/** Every sample of a block is its mean. */
function fillFlat({ mean, to, next }: Locals, isFour: Code, stride: Code): Code {
  const row = (bytes: Code): Code => seq(bytes, to.set(i32.add(to.get, stride)));
  return seq(
    storeSample(i32.of(sampleAt), 0, mean, meanSample(mean.get)),
    // one byte in all four
    next.set(i32.mul(i32.loadByte(i32.of(sampleAt)), i32.of(0x0101_0101))),
    when(
      isFour,
      seq(...Array.from({ length: 4 }, () => row(i32.store(to.get, 0, next.get)))),
      seq(...Array.from({ length: 2 }, () => row(i32.storeShort(to.get, 0, next.get)))),
    ),
  );
}
