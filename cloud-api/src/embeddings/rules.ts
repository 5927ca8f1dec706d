import type { EmbeddingIndex } from '@nucleus/shared/wire/embeddings';

/** An embedding index as it is stored. */
export interface IndexRow {
  indexId: string;
  /** Whether its vectors are of items or of labels. */
  level: 'image' | 'object';
  kind: 'custom' | 'agent' | 'internal';
  dimension: number;
  state: 'started' | 'completed' | 'errored';
  isPrimary: boolean;
  isContinuous: boolean;
  /** Change number of the write that made it; older vectors belong to a deleted one of the same id. */
  bornAt: number;
}

/**
 * Spells a vector in the shortest form that gives back every number exactly: a letter for the width, then base64 of
 * little-endian int8 (`b`), float32 (`f`) or float64 (`d`).
 */
export function spellVector(vector: readonly number[]): string {
  if (vector.every((value) => Number.isInteger(value) && value >= -128 && value <= 127))
    return `b${Buffer.from(Int8Array.from(vector).buffer).toString('base64')}`;
  const wide = vector.some((value) => Math.fround(value) !== value);
  const numbers = wide ? Float64Array.from(vector) : Float32Array.from(vector);
  return `${wide ? 'd' : 'f'}${Buffer.from(numbers.buffer).toString('base64')}`;
}

/** The numbers of a spelled vector. */
export function readVector(text: string): Int8Array | Float32Array | Float64Array {
  // a copy of its own, because a typed array must begin at a multiple of its width
  const { buffer } = Uint8Array.from(Buffer.from(text.slice(1), 'base64'));
  if (text.startsWith('b')) return new Int8Array(buffer);
  return text.startsWith('f') ? new Float32Array(buffer) : new Float64Array(buffer);
}

const states = { started: 'Started', completed: 'Completed', errored: 'Errored' } as const;

/** An index as the client is told about it. */
export function toEmbeddingIndex(index: IndexRow): EmbeddingIndex {
  return {
    id: index.indexId,
    status: states[index.state],
    index_type: index.kind === 'internal' ? 'Internal' : 'Custom',
    index_level: index.level === 'image' ? 'Image' : 'Object',
    embedding_type: index.kind === 'internal' ? 'colour-layout' : 'custom',
    embedding_dimension: index.dimension,
  };
}

/** The index that similarity, status and exports use: the chosen one, else the oldest with vectors of users or agents, else the internal one. */
export function primaryOf(indexes: readonly IndexRow[]): IndexRow | undefined {
  const usable = indexes.filter(({ state }) => state !== 'errored');
  return usable.find(({ isPrimary }) => isPrimary) ?? usable.find(({ kind }) => kind !== 'internal') ?? usable[0];
}

/** Where vectors are: what an index is called, and since when it is this one. */
export interface IndexPlace {
  tenantId: string;
  datasetId: string;
  indexId: string;
  bornAt: number;
}

/** Blurhash of an item: the agent's own, else that of the stored picture. */
export function blurhashOf(agentMetadata: string | null, stored?: string | null): string | undefined {
  if (agentMetadata?.includes('"blurhash"')) {
    const { blurhash } = JSON.parse(agentMetadata) as { blurhash?: unknown };
    if (typeof blurhash === 'string') return blurhash;
  }
  return stored ?? undefined;
}
