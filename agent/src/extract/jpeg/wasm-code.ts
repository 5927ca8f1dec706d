/**
 * Writes small WebAssembly modules, so that what has to be as fast as C can stand here as code that is read, and not as a binary that is
 * trusted. Instructions are nested like expressions; a label is the block that it names.
 * Source of the encoding: webassembly.github.io/spec/core/binary.
 */

/** Code at a depth of nesting: branches count the blocks that they leave. */
export type Code = (depth: number) => number[];
interface Label {
  depth: number;
}
type Type = 'i32' | 'i64';

const types = { i32: 0x7f, i64: 0x7e };
const none = 0x40;

function unsigned(value: number): number[] {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [low | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: bigint): number[] {
  const low = Number(value & 0x7fn);
  const rest = value >> 7n;
  const isLast = (rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}

const plain =
  (opcode: number) =>
  (...operands: Code[]): Code =>
  (depth) => [...operands.flatMap((code) => code(depth)), opcode];
const memory =
  (opcode: number, alignment = 0) =>
  (address: Code, offset = 0, ...operands: Code[]): Code =>
  (depth) => [...address(depth), ...operands.flatMap((code) => code(depth)), opcode, alignment, ...unsigned(offset)];

export const i32 = {
  of:
    (value: number): Code =>
    () => [0x41, ...signed(BigInt(value))],
  isZero: plain(0x45),
  equal: plain(0x46),
  less: plain(0x48),
  more: plain(0x4a),
  add: plain(0x6a),
  sub: plain(0x6b),
  mul: plain(0x6c),
  and: plain(0x71),
  or: plain(0x72),
  shiftLeft: plain(0x74),
  shiftRight: plain(0x75),
  shiftRightUnsigned: plain(0x76),
  /** The low half of 64 bits. */
  low: plain(0xa7),
  load: memory(0x28),
  loadByte: memory(0x2d),
  loadSignedShort: memory(0x2e),
  loadShort: memory(0x2f),
  store: memory(0x36),
  storeByte: memory(0x3a),
  storeShort: memory(0x3b),
};

export const i64 = {
  of:
    (value: bigint): Code =>
    () => [0x42, ...signed(BigInt.asIntN(64, value))],
  isZero: plain(0x50),
  add: plain(0x7c),
  sub: plain(0x7d),
  and: plain(0x83),
  or: plain(0x84),
  xor: plain(0x85),
  shiftLeft: plain(0x86),
  shiftRightUnsigned: plain(0x88),
  turnLeft: plain(0x89),
  /** 32 bits without a sign. */
  wide: plain(0xad),
  load: memory(0x29),
  store: memory(0x37),
};

/** `first` where the condition holds, else `second`; both are computed. */
export const select = (first: Code, second: Code, condition: Code): Code => plain(0x1b)(first, second, condition);
export const seq =
  (...codes: Code[]): Code =>
  (depth) =>
    codes.flatMap((code) => code(depth));
export const when =
  (condition: Code, then: Code, otherwise?: Code): Code =>
  (depth) => [
    ...condition(depth),
    ...[0x04, none],
    ...then(depth + 1),
    ...(otherwise ? [0x05, ...otherwise(depth + 1)] : []),
    0x0b,
  ];
const nest =
  (opcode: number) =>
  (body: (label: Label) => Code): Code =>
  (depth) => [opcode, none, ...body({ depth: depth + 1 })(depth + 1), 0x0b];
/** Leaving to its label goes behind it. */
export const block = nest(0x02);
/** Leaving to its label begins it anew. */
export const loop = nest(0x03);
export const leaveTo =
  (label: Label): Code =>
  (depth) => [0x0c, ...unsigned(depth - label.depth)];
export const leaveIf =
  (label: Label, condition: Code): Code =>
  (depth) => [...condition(depth), 0x0d, ...unsigned(depth - label.depth)];
export const giveBack = (value: Code): Code => plain(0x0f)(value);

/** A local variable or parameter. */
export interface Local {
  get: Code;
  set: (value: Code) => Code;
}

/** A function; all its parameters and its one result are `i32`. */
export interface Routine {
  name: string;
  parameters: number;
  code: number[];
  call: (...operands: Code[]) => Code;
}

/** @param place among the functions of its module */
export function routine<Parameter extends string, Own extends string>(
  name: string,
  place: number,
  parameters: readonly Parameter[],
  locals: Readonly<Record<Own, Type>>,
  body: (locals: Record<Parameter | Own, Local>) => Code,
): Routine {
  const names = [...parameters, ...(Object.keys(locals) as Own[])];
  const all = Object.fromEntries(
    names.map((each, at): [string, Local] => [
      each,
      { get: () => [0x20, ...unsigned(at)], set: (value) => (depth) => [...value(depth), 0x21, ...unsigned(at)] },
    ]),
  ) as Record<Parameter | Own, Local>;
  const declared = Object.values<Type>(locals).flatMap((type) => [1, types[type]]);
  const code = [...unsigned(names.length - parameters.length), ...declared, ...body(all)(0), 0x0b];
  const call =
    (...operands: Code[]): Code =>
    (depth) => [...operands.flatMap((operand) => operand(depth)), 0x10, ...unsigned(place)];
  return { name, parameters: parameters.length, code: [...unsigned(code.length), ...code], call };
}

/** The bytes of a module that exports these functions, in the order of their places, and its `memory`. */
export function wasmModule(routines: readonly Routine[], pages: number): Uint8Array<ArrayBuffer> {
  const section = (id: number, entries: readonly number[][]): number[] => {
    const bytes = [...unsigned(entries.length), ...entries.flat()];
    return [id, ...unsigned(bytes.length), ...bytes];
  };
  const name = (text: string): number[] => [text.length, ...Buffer.from(text, 'latin1')];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      routines.map(({ parameters }) => [0x60, parameters, ...Array<number>(parameters).fill(types.i32), 1, types.i32]),
    ),
    ...section(
      3,
      routines.map((_, at) => [at]),
    ),
    ...section(5, [[0, ...unsigned(pages)]]),
    ...section(7, [[...name('memory'), 2, 0], ...routines.map((each, at) => [...name(each.name), 0, at])]),
    ...section(
      10,
      routines.map(({ code }) => code),
    ),
  ]);
}
