/** Code that reads the blocks of a scan, unit by unit. */
import { blockAt, blockBytes, placesAt, recordAt, tableAt } from './layout.ts';
import { blockEnd } from './lookup.ts';
import { advance, bitsOf, fail, lookUp, more, nextSymbol, peek, readAlone, runOf, valueIn } from './symbols.ts';
import {
  block,
  type Code,
  i32,
  i64,
  type Local,
  leaveIf,
  leaveTo,
  loop,
  routine,
  select,
  seq,
  when,
} from './wasm-code.ts';

/**
 * readUnits(at, end, units, blocks, blocksEnd): reads so many units of the blocks described from `blocks` to `blocksEnd`.
 * @returns the position behind them in bits, or -1 for what no encoder writes.
 */
export const readUnits = routine(
  'readUnits',
  1,
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
              when(field(blockAt.isRead), readRest(locals), skipRest(locals)),
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
    mean.set(i32.add(i32.shiftRight(i32.add(mean.get, i32.of(4)), i32.of(3)), i32.of(128))),
    mean.set(select(i32.of(0), mean.get, i32.less(mean.get, i32.of(0)))),
    i32.storeByte(to.get, 0, select(i32.of(255), mean.get, i32.more(mean.get, i32.of(255)))),
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

/** Writes the record of a block. */
function readRest(locals: Locals): Code {
  const { entry, mean, table, to, place, divisors, last, each } = locals;
  return seq(
    ...Array.from({ length: 16 }, (_, i) => i64.store(to.get, i * 8, i64.of(0n))),
    i32.storeShort(to.get, 0, mean.get),
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
                i32.add(to.get, i32.loadByte(place.get, placesAt)),
                0,
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
    i32.store(to.get, recordAt.last, last.get),
  );
}
