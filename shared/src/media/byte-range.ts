import { AppError } from '../failure/app-error.ts';

/** Which bytes of a representation a request wants, after RFC 9110 section 14. Pure. */

/** A range behind the end of a body of `size` bytes; its answer states the size in `Content-Range`. */
export class RangeRefusal extends AppError {
  readonly contentRange: string;

  constructor(size: number) {
    super('range-not-satisfiable', 'The range starts behind the end of the file.');
    this.name = 'RangeRefusal';
    this.contentRange = `bytes */${size}`;
  }
}

/** `from` and `to` are both inclusive. */
export type RangeDecision = { kind: 'whole' } | { kind: 'part'; from: number; to: number } | { kind: 'unsatisfiable' };

const whole: RangeDecision = { kind: 'whole' };

/**
 * Decides a `Range` header over `size` bytes. One range is served; several, another unit or a malformed header count as absent, as
 * the RFC allows, so the answer is the whole. A range that starts behind the end is unsatisfiable.
 */
export function decideRange(header: string | undefined, size: number): RangeDecision {
  if (header === undefined) return whole;
  const spec = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header);
  if (!spec) return whole;
  const [first, last] = [spec[1] ?? '', spec[2] ?? ''];
  if (first === '') return last === '' ? whole : suffix(Number(last), size);
  const from = Number(first);
  const to = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < from) return whole;
  return from >= size ? { kind: 'unsatisfiable' } : { kind: 'part', from, to };
}

function suffix(length: number, size: number): RangeDecision {
  if (length === 0) return { kind: 'unsatisfiable' };
  // satisfiable by the letter, but an empty part has no Content-Range to state
  if (size === 0) return whole;
  return { kind: 'part', from: Math.max(0, size - length), to: size - 1 };
}

/**
 * Whether `If-Range` lets the range stand: only the same strong entity tag does. Dates never do, since no Last-Modified is sent.
 */
export function ifRangeHolds(header: string | undefined, etag: string): boolean {
  return header === undefined || header === etag;
}

/** Whether `If-None-Match` names the entity tag (weak comparison, as the RFC asks for it here). */
export function noneMatchHits(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
