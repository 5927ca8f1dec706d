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
  /** 1: its coefficients are read, else its mean alone. */
  isRead: 0,
  dc: 4,
  ac: 8,
  /** Address of the DC coefficient before. */
  prediction: 12,
  /** Address of the divisors, 64 shorts in zigzag order. */
  divisors: 16,
  /** Where its sample or its record goes, and how far from there the one of the next unit. */
  to: 20,
  step: 24,
};
export const blockBytes = 32;
/** A record: 64 shorts row by row, and the zigzag place of the last that is not zero. */
export const recordAt = { coefficients: 0, last: 128 };
export const recordBytes = 144;
/** Addresses below what its caller lays out: places of coefficients by zigzag order, as offsets into a record. */
export const placesAt = 16;
export const firstFree = 1024;
