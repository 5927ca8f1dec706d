/**
 * Code that turns blocks of eight by eight coefficients into two by two or four by four samples, bit for bit as libjpeg computes them: the
 * constants, the 13-bit fixed point and the rounding of its `jidctred.c`.
 */
import { recordBytes } from './layout.ts';
import { more } from './symbols.ts';
import { type Code, i32, type Local, leaveIf, loop, routine, select, seq, when } from './wasm-code.ts';

const fractionBits = 13;
const firstPassBits = 2;
const centre = 128;
/** Up to these zigzag places all coefficients are in the first three or four columns. */
const lastOfThreeColumns = 5;
const lastOfFourColumns = 9;
/** Weights of the coefficients in rows or columns 1, 3, 5 and 7. */
const odd = [29_692, -10_426, 6967, -5906];
const inner = [8697, -17_799, 11_893, -1730];
const outer = [20_995, 7373, -4926, -4176];
/** The same of those in 2 and 6. */
const even = [15_137, -6270];

function descale(value: Code, bits: number): Code {
  return i32.shiftRight(i32.add(value, i32.of(1 << (bits - 1))), i32.of(bits));
}

/** Stores a sample that is kept within a byte. */
export function storeSample(to: Code, offset: number, value: Local, sample: Code): Code {
  return seq(
    value.set(i32.add(sample, i32.of(centre))),
    value.set(select(i32.of(0), value.get, i32.less(value.get, i32.of(0)))),
    i32.storeByte(to, offset, select(i32.of(255), value.get, i32.more(value.get, i32.of(255)))),
  );
}

/** The sample of a block that is shrunk to its mean, or each sample of a flat one. */
export function meanSample(mean: Code): Code {
  return i32.shiftRight(i32.add(mean, i32.of(4)), i32.of(3));
}

function weighted(weights: readonly number[], values: readonly Code[]): Code {
  const [first, ...rest] = values.map((value, i) => i32.mul(value, i32.of(weights[i] as number)));
  return rest.reduce((sum, product) => i32.add(sum, product), first as Code);
}

const oddPlaces = [1, 3, 5, 7];

/** shrinkToTwo(from, last, to, stride): `last` is the zigzag place of the last coefficient of the record that is not zero. */
export const shrinkToTwo = routine(
  'shrinkToTwo',
  1,
  ['from', 'last', 'to', 'stride'],
  { even0: 'i32', odd0: 'i32', upper: 'i32', lower: 'i32', value: 'i32', column: 'i32' },
  ({ from, last, to, stride, even0, odd0, upper, lower, value, column }) => {
    const first = fractionBits - firstPassBits + 2;
    const second = fractionBits + firstPassBits + 3 + 2;
    const at = (row: number, x: number): Code => i32.loadSignedShort(from.get, (row * 8 + x) * 2);
    const columnOf = (x: number, rows: readonly number[]): Code =>
      seq(
        even0.set(i32.shiftLeft(at(0, x), i32.of(fractionBits + 2))),
        odd0.set(
          weighted(
            odd,
            rows.map((row) => at(row, x)),
          ),
        ),
      );
    const addColumn = (x: number, i: number, rows: readonly number[]): Code =>
      seq(
        columnOf(x, rows),
        more(upper, i32.mul(descale(i32.add(even0.get, odd0.get), first), i32.of(odd[i] as number))),
        more(lower, i32.mul(descale(i32.sub(even0.get, odd0.get), first), i32.of(odd[i] as number))),
      );
    const store = (mean: Code, sum: Local): Code =>
      seq(
        column.set(i32.shiftLeft(descale(mean, first), i32.of(fractionBits + 2))),
        storeSample(to.get, 0, value, descale(i32.add(column.get, sum.get), second)),
        storeSample(to.get, 1, value, descale(i32.sub(column.get, sum.get), second)),
      );
    return seq(
      when(
        i32.more(last.get, i32.of(lastOfThreeColumns)),
        seq(...oddPlaces.map((x, i) => addColumn(x, i, oddPlaces)), columnOf(0, oddPlaces)),
        seq(addColumn(1, 0, [1]), columnOf(0, [1])),
      ),
      store(i32.add(even0.get, odd0.get), upper),
      more(to, stride.get),
      store(i32.sub(even0.get, odd0.get), lower),
      i32.of(0),
    );
  },
);

/** shrinkToFour(from, last, to, stride): the same; what lies behind the record is overwritten. */
export const shrinkToFour = routine(
  'shrinkToFour',
  2,
  ['from', 'last', 'to', 'stride'],
  { mean: 'i32', even0: 'i32', inner0: 'i32', outer0: 'i32', value: 'i32', end: 'i32', column: 'i32', work: 'i32' },
  ({ from, last, to, stride, mean, even0, inner0, outer0, value, end, column, work }) => {
    const first = fractionBits - firstPassBits + 1;
    const second = fractionBits + firstPassBits + 3 + 1;
    const take = (at: (n: number) => Code): Code =>
      seq(
        mean.set(i32.shiftLeft(at(0), i32.of(fractionBits + 1))),
        even0.set(weighted(even, [at(2), at(6)])),
        inner0.set(weighted(inner, oddPlaces.map(at))),
        outer0.set(weighted(outer, oddPlaces.map(at))),
      );
    const results = [
      i32.add(i32.add(mean.get, even0.get), outer0.get),
      i32.add(i32.sub(mean.get, even0.get), inner0.get),
      i32.sub(i32.sub(mean.get, even0.get), inner0.get),
      i32.sub(i32.add(mean.get, even0.get), outer0.get),
    ];
    const inColumn = (row: number): Code => i32.loadSignedShort(column.get, row * 16);
    const inRow = (x: number): Code => i32.load(work.get, recordBytes + x * 4);
    return seq(
      end.set(i32.add(from.get, select(i32.of(16), i32.of(8), i32.more(last.get, i32.of(lastOfFourColumns))))),
      // the other columns are zero
      ...[0, 1, 2, 3].flatMap((row) =>
        [4, 5, 6, 7].map((x) => i32.store(from.get, recordBytes + (row * 8 + x) * 4, i32.of(0))),
      ),
      column.set(from.get),
      work.set(from.get),
      loop((next) =>
        seq(
          take(inColumn),
          ...results.map((sum, row) => i32.store(work.get, recordBytes + row * 32, descale(sum, first))),
          more(column, i32.of(2)),
          more(work, i32.of(4)),
          leaveIf(next, i32.less(column.get, end.get)),
        ),
      ),
      work.set(from.get),
      end.set(i32.add(from.get, i32.of(4 * 32))),
      loop((next) =>
        seq(
          take(inRow),
          ...results.map((sum, x) => storeSample(to.get, x, value, descale(sum, second))),
          more(to, stride.get),
          more(work, i32.of(32)),
          leaveIf(next, i32.less(work.get, end.get)),
        ),
      ),
      i32.of(0),
    );
  },
);
