/** What the thread that compares perceptual hashes is given and what it answers. */

export interface CompareTask {
  /** `unique`: places that are kept, in order of the hash. `groups`: places of each group of near duplicates. */
  kind: 'unique' | 'groups';
  /** Largest Hamming distance that still is a duplicate. */
  threshold: number;
  /** Bits 63-32 and 31-0 of each hash, by place. */
  hi: Uint32Array;
  lo: Uint32Array;
  /** Item ids by place, each padded with zeros to `idBytes`: equal hashes stand in order of their ids. */
  ids: Uint8Array;
  idBytes: number;
}

/** Places one after the other; group g is `places[starts[g]]` up to `places[starts[g + 1]]`. `unique` is one group. */
export interface Compared {
  places: Uint32Array;
  starts: Uint32Array;
  /** Those of the task, handed back. */
  ids: Uint8Array;
}

export type CompareMessage = { done: number } | { compared: Compared };
