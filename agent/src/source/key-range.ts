/** A part of a source: keys from `from` up to and without `to`; each a folder's key ending in `/`, or empty for no bound. */
export interface KeyRange {
  from: string;
  to: string;
}
