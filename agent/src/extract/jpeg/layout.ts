/** Where the machine that reads scans finds what it works with, in bytes of its memory. */
import { lookBits } from './lookup.ts';

/** Where a table has what, in bytes. */
export const tableAt = {
  values: 0,
  codeEnd: 4 << lookBits,
  offset: (4 << lookBits) + 72,
  symbols: (4 << lookBits) + 144,
  skips: (4 << lookBits) + 512,
};
export const tableBytes = (8 << lookBits) + 512;
/** Where the description of a block of a unit has what, in bytes; each is an i32. */
export const blockAt = {
  /** Samples along an edge: 1, 2 or 4. */
  side: 0,
  dc: 4,
  ac: 8,
  /** Address of the DC coefficient before. */
  prediction: 12,
  /** Address of the divisors, 64 shorts in zigzag order. */
  divisors: 16,
  /** Where its first sample goes, how far from there the one of the next unit, and how far its next row. */
  to: 20,
  step: 24,
  stride: 28,
};
export const blockBytes = 32;
/** Addresses below what its caller lays out: places of coefficients by zigzag order, as offsets into a record. */
export const placesAt = 16;
/** One sample on its way into many. */
export const sampleAt = 8;
/** 64 shorts row by row, and room to work in. */
export const recordAt = 128;
export const recordBytes = 128;
export const firstFree = 1024;
