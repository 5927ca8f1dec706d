/**
 * The inner loops of reading a JPEG's scan, in WebAssembly: they look up several symbols at a time in 64 bits, which JavaScript has no
 * numbers for. It sees its own memory and nothing else, whatever the picture holds.
 */
import { shrinkToFour, shrinkToTwo } from './idct.ts';
import { readSymbol } from './symbols.ts';
import { readUnits } from './units.ts';
import { unstuff } from './unstuff.ts';
import { wasmModule } from './wasm-code.ts';

export interface JpegMachine {
  memory: WebAssembly.Memory;
  readUnits: (at: number, end: number, units: number, blocks: number, blocksEnd: number) => number;
  unstuff: (from: number, end: number, to: number, ends: number, most: number) => number;
}

export function makeJpegMachine(): JpegMachine {
  const module = new WebAssembly.Module(wasmModule([readSymbol, shrinkToTwo, shrinkToFour, readUnits, unstuff], 16));
  return new WebAssembly.Instance(module).exports as unknown as JpegMachine;
}
